/**
 * Makes X.509 certificates (RFC 5280) for EC keys: that of a small authority, and those of servers that it signs.
 *
 * They are made by hand because what libraries make is not enough or takes too long to load: strict clients, Python from
 * 3.13 among them, want key identifiers in both, and an authority that people trust has to be held to our own names.
 */
import { createHash, generateKeyPair, randomBytes, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import { bits, identifier, integer, octets, sequence, set, tagged, text, time, truth } from './der';

/** A private key and the certificate of its public key, both in PEM. */
export interface Pair {
  readonly key: string;
  readonly certificate: string;
}

/** How long certificates are valid, in days. Browsers take none of servers for longer than 397. */
export const AUTHORITY_DAYS = 3_650;
export const SERVER_DAYS = 397;

const DAY_MS = 24 * 60 * 60 * 1000;

/** Clocks differ: a certificate is valid from this long before it was made, in milliseconds. */
const BEFORE_MS = DAY_MS;

const ECDSA_WITH_SHA256 = sequence(identifier('1.2.840.10045.4.3.2'));
const VERSION_3 = tagged(0, integer(Buffer.from([2])));

interface Issue {
  readonly subject: Buffer;
  readonly publicKey: KeyObject;
  readonly issuer: { readonly subject: Buffer; readonly publicKey: KeyObject; readonly key: KeyObject };
  readonly days: number;
  readonly extensions: readonly Buffer[];
}

/** Makes a key for a server: the certificates for all of our names can share one. */
export async function makeKey(): Promise<{ key: KeyObject; publicKey: KeyObject }> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  return { key: privateKey, publicKey };
}

/** Makes an authority that can sign for these names and all below them, for these addresses, and for nothing else. */
export async function makeAuthority(names: readonly string[], addresses: readonly string[]): Promise<Pair> {
  const { key, publicKey } = await makeKey();
  // Two authorities of one name would be taken for one another.
  const subject = nameOf(`Backlot local authority ${randomBytes(4).toString('hex')}`);
  const certificate = issue({
    subject,
    publicKey,
    issuer: { subject, publicKey, key },
    days: AUTHORITY_DAYS,
    extensions: [
      extension('2.5.29.19', sequence(truth(), integer(Buffer.from([0]))), true),
      // keyCertSign and cRLSign.
      extension('2.5.29.15', bits(Buffer.from([0b110]), 1), true),
      extension('2.5.29.30', sequence(tagged(0, Buffer.concat(permitted(names, addresses)))), true),
    ],
  });
  return { key: pemOf(key), certificate };
}

/** Makes the certificate of a server, signed by an authority. The first of the names is its subject. */
export function makeCertificate(
  authority: { readonly key: KeyObject; readonly certificate: X509Certificate },
  publicKey: KeyObject,
  names: readonly string[],
): string {
  return issue({
    subject: nameOf(names[0] ?? ''),
    publicKey,
    issuer: {
      subject: nameOf(commonNameOf(authority.certificate)),
      publicKey: authority.certificate.publicKey,
      key: authority.key,
    },
    days: SERVER_DAYS,
    extensions: [
      extension('2.5.29.19', sequence(), true),
      // digitalSignature; serverAuth.
      extension('2.5.29.15', bits(Buffer.from([0b1000_0000]), 7), true),
      extension('2.5.29.37', sequence(identifier('1.3.6.1.5.5.7.3.1'))),
      extension('2.5.29.17', sequence(...names.map((name) => generalName(name)))),
    ],
  });
}

/** The common name of a certificate’s subject. */
function commonNameOf({ subject }: X509Certificate): string {
  return /^CN=(.*)$/m.exec(subject)?.[1] ?? '';
}

export function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function issue({ subject, publicKey, issuer, days, extensions }: Issue): string {
  const now = Date.now();
  const content = sequence(
    VERSION_3,
    integer(serial()),
    ECDSA_WITH_SHA256,
    issuer.subject,
    sequence(time(new Date(now - BEFORE_MS)), time(new Date(now + days * DAY_MS - BEFORE_MS))),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(
      3,
      sequence(
        extension('2.5.29.14', octets(keyIdentifier(publicKey))),
        extension('2.5.29.35', sequence(tagged(0, keyIdentifier(issuer.publicKey), true))),
        ...extensions,
      ),
    ),
  );
  const signature = sign('sha256', content, issuer.key);
  return new X509Certificate(sequence(content, ECDSA_WITH_SHA256, bits(signature))).toString();
}

/** A random number that is neither zero nor negative. */
function serial(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

function nameOf(commonName: string): Buffer {
  const part = (type: string, value: string): Buffer => set(sequence(identifier(type), text(value)));
  return sequence(part('2.5.4.10', 'Backlot'), part('2.5.4.3', commonName));
}

function extension(type: string, value: Buffer, isCritical = false): Buffer {
  return sequence(identifier(type), ...(isCritical ? [truth()] : []), octets(value));
}

/** The hash of a key as RFC 5280, 4.2.1.2, proposes it: of the point, which ends the encoded key. */
function keyIdentifier(publicKey: KeyObject): Buffer {
  const point = publicKey.export({ type: 'spki', format: 'der' }).subarray(-65);
  return createHash('sha1').update(point).digest();
}

function generalName(name: string): Buffer {
  return isIP(name) === 0 ? tagged(2, Buffer.from(name, 'latin1'), true) : tagged(7, addressOf(name), true);
}

/** An address counts with all of its bits. */
function permitted(names: readonly string[], addresses: readonly string[]): Buffer[] {
  return [
    ...names.map((name) => sequence(generalName(name))),
    ...addresses.map((address) => {
      const bytes = addressOf(address);
      return sequence(tagged(7, Buffer.concat([bytes, Buffer.alloc(bytes.length, 0xff)]), true));
    }),
  ];
}

/** The bytes of an IPv4 address, or of `::1` and other IPv6 addresses that begin with zeros. */
function addressOf(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  const bytes = Buffer.alloc(16);
  const groups = address.replace(/^::/, '').split(':');
  groups.forEach((group, index) => bytes.writeUInt16BE(parseInt(group, 16), 16 - 2 * (groups.length - index)));
  return bytes;
}

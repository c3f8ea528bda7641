/** The certificates of the gateway: a user’s own, or those of a small authority that is kept in the volume. */
import { createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import path from 'node:path';
import type { SecureContextOptions } from 'node:tls';
import type { Logger } from 'winston';
import { readCustomCertificate } from './custom-certificate';
import { makeAuthority, makeCertificate, makeKey, pemOf, SERVER_DAYS, type Pair } from './issue';
import { keptPair } from './kept-pair';
import { endOf, readPem, type KeyWithChain } from './pem';

export interface CertificatesOptions {
  /** The folder that keeps what was made; without one it lasts as long as the process. */
  readonly directory?: string;
  /** A user’s own certificate: a PEM file. */
  readonly custom?: string;
  readonly log: Logger;
}

/** What the authority may sign for: these names, all below them, and these addresses. */
const OWN_NAMES = ['localhost', 'localhost.localstack.cloud'] as const;
const OWN_ADDRESSES = ['127.0.0.1', '::1'] as const;

/** What the usual certificate is for. A wildcard stands for one label, and many clients want a name of two behind it. */
const USUAL_NAMES = [...OWN_NAMES.flatMap((name) => [name, `*.${name}`]), ...OWN_ADDRESSES];

const DAY_MS = 24 * 60 * 60 * 1000;

/** How long before they expire certificates are made anew, in milliseconds. What an authority signs must not outlive it. */
const RENEW_SERVER_MS = 30 * DAY_MS;
const RENEW_AUTHORITY_MS = (SERVER_DAYS + 1) * DAY_MS;

/** What a server of TLS is given, and until when. */
export interface ServerCertificate {
  readonly options: SecureContextOptions;
  /** When to ask for a new one, in milliseconds since 1970. */
  readonly renewAt: number;
}

interface Made {
  readonly authority: KeyWithChain;
  readonly server: KeyWithChain;
  readonly publicKey: KeyObject;
}

export class Certificates {
  readonly #options: CertificatesOptions;
  #custom: Promise<KeyWithChain> | undefined;
  #made: { readonly result: Promise<Made>; renewAt: number } | undefined;

  constructor(options: CertificatesOptions) {
    this.#options = options;
  }

  /** Throws BACKLOT_E_CERTIFICATE_UNREADABLE or BACKLOT_E_CERTIFICATE_INVALID for a user’s own that cannot be used. */
  async check(): Promise<void> {
    const custom = await this.#readCustom();
    if (custom && endOf(custom.certificate) < Date.now()) {
      this.#options.log.warn(`the certificate of CUSTOM_SSL_CERT_PATH expired on ${custom.certificate.validTo}`);
    }
  }

  /** The certificate for whoever names no host, or a host that needs no other. */
  async usual(): Promise<ServerCertificate> {
    const custom = await this.#readCustom();
    if (custom) return { options: contextOf(custom, custom.chain), renewAt: Infinity };
    const { server, authority } = await this.#make();
    return { options: contextOf(server, [authority.certificate]), renewAt: renewalOf(server.certificate) };
  }

  /** True for a name below our own that the usual certificate does not cover, so that it needs one of its own. */
  isFurther(name: string): boolean {
    if (this.#options.custom !== undefined || name.length > 253) return false;
    if (!/^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z]+$/.test(name)) return false;
    const own = OWN_NAMES.find((each) => name.endsWith(`.${each}`));
    // OpenSSL, for one, does not take `*.localhost` for `a.localhost`.
    return own !== undefined && (own === 'localhost' || name.slice(0, -own.length - 1).includes('.'));
  }

  /** A certificate for one name, for which {@link isFurther} holds. */
  async further(name: string): Promise<ServerCertificate> {
    const { authority, server, publicKey } = await this.#make();
    const certificate = new X509Certificate(makeCertificate(authority, publicKey, [name]));
    return {
      options: contextOf({ key: server.key, certificate }, [authority.certificate]),
      renewAt: renewalOf(certificate),
    };
  }

  /** What a client has to trust, as PEM: our authority, or the highest certificate in a user’s own file. */
  async toTrust(): Promise<string> {
    const custom = await this.#readCustom();
    if (custom) return (custom.chain.at(-1) ?? custom.certificate).toString();
    return (await this.#make()).authority.certificate.toString();
  }

  #readCustom(): Promise<KeyWithChain | undefined> {
    const { custom } = this.#options;
    if (custom === undefined) return Promise.resolve(undefined);
    return (this.#custom ??= readCustomCertificate(custom));
  }

  #make(): Promise<Made> {
    if (this.#made && Date.now() < this.#made.renewAt) return this.#made.result;
    const made = { result: this.#makeBoth(), renewAt: Infinity };
    this.#made = made;
    made.result.then(
      ({ server, authority }) => {
        const end = endOf(authority.certificate) - RENEW_AUTHORITY_MS;
        made.renewAt = Math.min(renewalOf(server.certificate), end);
      },
      // The next one who asks tries again.
      () => (made.renewAt = 0),
    );
    return made.result;
  }

  async #makeBoth(): Promise<Made> {
    const authority = await this.#kept('authority.pem', isGoodAuthority, () => makeAuthority(OWN_NAMES, OWN_ADDRESSES));
    const server = await this.#kept(
      'server.pem',
      ({ certificate }) => certificate.verify(authority.certificate.publicKey) && renewalOf(certificate) > Date.now(),
      async () => {
        const { key, publicKey } = await makeKey();
        return { key: pemOf(key), certificate: makeCertificate(authority, publicKey, USUAL_NAMES) };
      },
    );
    return { authority, server, publicKey: createPublicKey(server.key) };
  }

  /** TLS must not end with a volume that cannot be written: without it the clients only have to trust anew. */
  async #kept(name: string, isGood: (pair: KeyWithChain) => boolean, make: () => Promise<Pair>): Promise<KeyWithChain> {
    const { directory, log } = this.#options;
    if (directory !== undefined) {
      try {
        return await keptPair(path.join(directory, name), isGood, make);
      } catch (error) {
        log.warn(`the certificates cannot be kept in ${directory}: ${(error as Error).message}`);
      }
    }
    const { key, certificate } = await make();
    return readPem(`${key}${certificate}`);
  }
}

function isGoodAuthority({ certificate }: KeyWithChain): boolean {
  return certificate.ca && endOf(certificate) - RENEW_AUTHORITY_MS > Date.now();
}

function renewalOf(certificate: X509Certificate): number {
  return endOf(certificate) - RENEW_SERVER_MS;
}

function contextOf(
  { key, certificate }: Pick<KeyWithChain, 'key' | 'certificate'>,
  chain: readonly X509Certificate[],
): SecureContextOptions {
  return { key: pemOf(key), cert: [certificate, ...chain].map(String).join('') };
}

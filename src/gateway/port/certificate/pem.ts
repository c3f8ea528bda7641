import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';

/** A private key, the certificate that belongs to it, and the certificates above that. */
export interface KeyWithChain {
  readonly key: KeyObject;
  readonly certificate: X509Certificate;
  readonly chain: readonly X509Certificate[];
}

/**
 * Reads a private key and certificates from one PEM text, in whatever order they stand there. Throws an Error that says what
 * is missing or wrong.
 */
export function readPem(pem: string): KeyWithChain {
  const blocks = [...pem.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[^]*?-----END \1-----/g)];
  const keyText = blocks.find(([, kind]) => kind?.endsWith('PRIVATE KEY'))?.[0];
  const certificateTexts = blocks.filter(([, kind]) => kind === 'CERTIFICATE').map(([block]) => block);
  if (keyText === undefined) throw new Error('it holds no private key');
  if (certificateTexts.length === 0) throw new Error('it holds no certificate');
  if (/ENCRYPTED/.test(keyText)) throw new Error('its private key is encrypted');
  const key = orSay('its private key cannot be read', () => createPrivateKey(keyText));
  const certificates = orSay('a certificate in it cannot be read', () =>
    certificateTexts.map((each) => new X509Certificate(each)),
  );
  const certificate = certificates.find((each) => each.checkPrivateKey(key));
  if (!certificate) throw new Error('no certificate in it belongs to its private key');
  return { key, certificate, chain: certificates.filter((each) => each !== certificate) };
}

/** When a certificate expires, in milliseconds since 1970. */
export function endOf(certificate: X509Certificate): number {
  return Date.parse(certificate.validTo);
}

function orSay<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new Error(what, { cause });
  }
}

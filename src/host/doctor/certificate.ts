import { once } from 'node:events';
import tls from 'node:tls';
import { readCustomCertificate } from '../../gateway/port/certificate/custom-certificate';
import { urlOf } from '../find-container';
import { type Check, failed, type Finding, ok, warning } from './check';

/** When a certificate is worth a word, in milliseconds before it expires. */
const SOON_MS = 14 * 24 * 3600 * 1000;

/** How long the gateway may take to show its certificate, in milliseconds. */
const HANDSHAKE_LIMIT_MS = 2_000;

/** The certificate of the instance that runs, or the one that a start on this machine would take. */
export const certificate: Check = {
  name: 'certificate',
  async run({ env, urlOnHost, engine, container }) {
    const own = env.CUSTOM_SSL_CERT_PATH?.trim();
    if (own) await readCustomCertificate(own);
    const details = await container.catch(() => undefined);
    const url = urlOnHost ?? (details?.running ? urlOf(await engine, details) : undefined);
    if (url === undefined) return ok(own ? `${own} can be used` : 'made at the first TLS connection');
    return judge(await shownAt(Number(new URL(url).port)), url);
  },
};

function judge(shown: tls.PeerCertificate, url: string): Finding {
  const expires = Date.parse(shown.valid_to);
  const issuer = shown.issuer?.O ?? shown.issuer?.CN ?? 'somebody unnamed';
  const found = `issued by ${String(issuer)}, until ${new Date(expires).toISOString().slice(0, 10)}`;
  const begins = Date.parse(shown.valid_from);
  if (begins > Date.now())
    return failed(`${found}, but not valid before ${shown.valid_from}`, 'Set the clock of this machine.');
  if (expires < Date.now())
    return failed(`${found}: it has expired`, 'backlot restart, or renew the file that CUSTOM_SSL_CERT_PATH names.');
  if (expires < Date.now() + SOON_MS)
    return warning(`${found}: it expires soon`, 'backlot restart, or renew the file that CUSTOM_SSL_CERT_PATH names.');
  return ok(`${found}; clients trust it with ${url}/_backlot/certificate`);
}

async function shownAt(port: number): Promise<tls.PeerCertificate> {
  // It is looked at, and nothing is told to whoever shows it.
  const socket = tls.connect({ host: '127.0.0.1', port, servername: 'localhost', rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(HANDSHAKE_LIMIT_MS) });
    return socket.getPeerCertificate();
  } finally {
    socket.destroy();
  }
}

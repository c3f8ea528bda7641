import { createWriteStream } from 'node:fs';
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import type Https from 'node:https';
import { createRequire } from 'node:module';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BacklotError } from '../../../api/errors';
import { displaySpec } from '../../spec';
import { stopped } from '../failures';
import { inSeconds, type FetchLimits } from '../limits';

const MOST_REDIRECTS = 5;
/** Codes of errors that come from the network, among them those of TLS. */
const NETWORK =
  /^(?:ENOTFOUND|EAI_|ECONN|EPIPE|EPROTO|ETIMEDOUT|EHOST|ENET|EADDRNOTAVAIL|HPE_|ERR_STREAM_PREMATURE_CLOSE|ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/;

/**
 * Downloads an address into a file, over redirects; credentials in the address are sent to its own origin only.
 *
 * Throws BACKLOT_E_HOST_UNREACHABLE (also for a server that fails or a connection that breaks), BACKLOT_E_ACCESS_REFUSED,
 * BACKLOT_E_PACKAGE_NOT_FOUND, BACKLOT_E_TARBALL_INVALID when it is too large, and BACKLOT_E_INSTALL_FAILED when it takes
 * too long in all or is stopped. The connection is closed by then.
 */
export async function download(
  address: string,
  file: string,
  limits: FetchLimits,
  signal?: AbortSignal,
): Promise<void> {
  if (signal?.aborted === true) throw stopped(signal);
  const ending = new AbortController();
  const end = (error: BacklotError): void => ending.abort(error);
  const onAbort = (): void => end(stopped(signal));
  signal?.addEventListener('abort', onAbort, { once: true });
  const totalTimer = setTimeout(() => end(tooLong(address, limits.total)), limits.total);
  const silenceTimer = setTimeout(() => end(silent(address, limits.silence)), limits.silence);
  try {
    const response = await follow(new URL(address), () => silenceTimer.refresh(), ending.signal);
    const watched = watch(response, address, limits, () => silenceTimer.refresh());
    await pipeline(response, watched, createWriteStream(file), { signal: ending.signal });
  } catch (error) {
    throw ending.signal.aborted ? ending.signal.reason : downloadError(error, address);
  } finally {
    clearTimeout(totalTimer);
    clearTimeout(silenceTimer);
    signal?.removeEventListener('abort', onAbort);
    ending.abort();
  }
}

/** The response with the file, after any redirects. */
async function follow(start: URL, onAnswer: () => void, signal: AbortSignal): Promise<IncomingMessage> {
  const credentials = start.username === '' && start.password === '' ? undefined : basic(start);
  let url = start;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const response = await ask(url, url.origin === start.origin ? credentials : undefined, signal);
    onAnswer();
    const { statusCode = 0, headers } = response;
    if (statusCode === 200) return response;
    response.on('error', () => undefined).destroy();
    if (![301, 302, 303, 307, 308].includes(statusCode)) throw statusError(statusCode, url);
    if (headers.location === undefined) throw badRedirect(url, 'without saying where to');
    const next = locationOf(headers.location, url);
    if (url.protocol === 'https:' && next.protocol === 'http:')
      throw badRedirect(url, `from https to ${shownUrl(next)}`);
    url = next;
  }
  throw badRedirect(start, `more than ${MOST_REDIRECTS} times`);
}

function ask(url: URL, credentials: string | undefined, signal: AbortSignal): Promise<IncomingMessage> {
  // Loaded when needed: TLS takes its time.
  const { request } = url.protocol === 'https:' ? (createRequire(__filename)('node:https') as typeof Https) : http;
  const target = new URL(url);
  target.username = '';
  target.password = '';
  return new Promise((resolve, reject) => {
    const asked: ClientRequest = request(target, {
      // No connection is kept for later: whoever installs does not talk to the host again.
      agent: false,
      signal,
      headers: {
        accept: 'application/octet-stream, */*',
        'accept-encoding': 'identity',
        'user-agent': 'backlot',
        ...(credentials === undefined ? {} : { authorization: credentials }),
      },
    });
    asked.on('response', resolve).on('error', reject).end();
  });
}

/** Counts the bytes: to see life, and to end what is too large. */
function watch(response: IncomingMessage, address: string, limits: FetchLimits, onBytes: () => void): Transform {
  const tooLarge = (): BacklotError =>
    new BacklotError('BACKLOT_E_TARBALL_INVALID', `${displaySpec(address)} is larger than ${limits.bytes} bytes`);
  const announced = Number(response.headers['content-length'] ?? 0);
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done): void {
      seen += chunk.length;
      onBytes();
      if (seen > limits.bytes || announced > limits.bytes) done(tooLarge());
      else done(null, chunk);
    },
  });
}

function statusError(status: number, url: URL): BacklotError {
  const shown = shownUrl(url);
  if (status === 401 || status === 403 || status === 407) {
    return new BacklotError('BACKLOT_E_ACCESS_REFUSED', `${url.host} refuses to give ${shown} (HTTP ${status})`);
  }
  if (status === 429 || status >= 500) {
    return new BacklotError(
      'BACKLOT_E_HOST_UNREACHABLE',
      `the host ${url.host} failed: ${shown} answered HTTP ${status}`,
      {
        remedy: 'Try again later.',
      },
    );
  }
  return new BacklotError('BACKLOT_E_PACKAGE_NOT_FOUND', `there is nothing at ${shown} (HTTP ${status})`, {
    remedy: 'Check the address; a host can also say so about a file that may not be read without credentials.',
  });
}

function badRedirect(url: URL, how: string): BacklotError {
  return new BacklotError('BACKLOT_E_PACKAGE_NOT_FOUND', `${shownUrl(url)} redirects ${how}`, {
    remedy: 'Give the address that the file is really at.',
  });
}

function locationOf(location: string, base: URL): URL {
  try {
    const next = new URL(location, base);
    if (next.protocol === 'http:' || next.protocol === 'https:') return next;
  } catch {
    // No URL at all: the same to the one who wrote the spec.
  }
  throw badRedirect(base, `to "${displaySpec(location)}", which is not a web address`);
}

function downloadError(error: unknown, address: string): unknown {
  const { code = '', message } = error as NodeJS.ErrnoException;
  // What the disk refuses is the store's to report.
  if (error instanceof BacklotError || !NETWORK.test(code)) return error;
  const { host } = new URL(address);
  const broke = code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code.startsWith('HPE_');
  const how = broke ? 'closed the connection before all had arrived' : `cannot be reached: ${message}`;
  return new BacklotError('BACKLOT_E_HOST_UNREACHABLE', `the host ${host} ${how} (${displaySpec(address)})`, {
    cause: error,
  });
}

function silent(address: string, limit: number): BacklotError {
  const { host } = new URL(address);
  const message = `the host ${host} did not answer within ${inSeconds(limit)} (${displaySpec(address)})`;
  return new BacklotError('BACKLOT_E_HOST_UNREACHABLE', message);
}

function tooLong(address: string, limit: number): BacklotError {
  const message = `${displaySpec(address)} was not downloaded within ${inSeconds(limit)}`;
  return new BacklotError('BACKLOT_E_INSTALL_FAILED', message, { remedy: 'Try again, or take a nearer address.' });
}

function basic({ username, password }: URL): string {
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function shownUrl(url: URL): string {
  return displaySpec(url.href);
}

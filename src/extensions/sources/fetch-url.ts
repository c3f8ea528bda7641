import { createWriteStream } from 'node:fs';
import { copyFile, mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { BacklotError } from '../../api/errors';
import { displayUrl } from '../git-spec';
import { integrityOfFile } from './content-hash';
import type { FetchedPackage, FetchOptions } from './fetch-package';
import { SourceStore } from './source-store';

/** A download may take so many times as long as one answer. */
const DOWNLOAD_FACTOR = 15;

/** The largest tarball that is fetched, in bytes. */
const LARGEST = 512 * 1024 * 1024;

/** Delivers a tarball by HTTP. What is locked and was fetched before is delivered without the network. */
export async function fetchUrl(url: string, options: FetchOptions): Promise<FetchedPackage> {
  const { store, temporary, offline } = options;
  const kept = new SourceStore(store);
  const locked = options.locked?.kind === 'url' ? options.locked : undefined;
  if (locked) {
    const tarball = await kept.find(['url', locked.integrity]);
    if (tarball) return { tarball, resolution: locked };
  }
  if (offline) {
    throw new BacklotError('BACKLOT_E_NOT_KEPT', `${displayUrl(url)} was not kept, and the network may not be used`);
  }
  await mkdir(temporary, { recursive: true });
  const scratch = await mkdtemp(path.join(temporary, 'url-'));
  try {
    const file = path.join(scratch, 'package.tgz');
    await download(url, file, options);
    await mustBeTarball(file, url);
    const integrity = await integrityOfFile(file);
    if (locked && locked.integrity !== integrity) {
      const message = `the bytes of ${displayUrl(url)} are not those that were locked: ${integrity}, not ${locked.integrity}`;
      throw new BacklotError('BACKLOT_E_INTEGRITY', message);
    }
    const tarball = await kept.keep(['url', integrity], (place) => copyFile(file, place));
    return { tarball, resolution: { kind: 'url', url, integrity } };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function download(url: string, file: string, { timeout, signal }: FetchOptions): Promise<void> {
  const stall = new AbortController();
  let timer = setTimeout(() => stall.abort(), timeout);
  const total = AbortSignal.timeout(timeout * DOWNLOAD_FACTOR);
  const stop = AbortSignal.any([stall.signal, total, ...(signal ? [signal] : [])]);
  try {
    const { address, headers } = withCredentials(url);
    const response = await fetch(address, { headers, signal: stop });
    if (!response.ok || !response.body) throw statusError(url, response.status);
    let size = 0;
    const watch = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        clearTimeout(timer);
        timer = setTimeout(() => stall.abort(), timeout);
        size += chunk.length;
        done(size > LARGEST ? new Error(`it has more than ${LARGEST} bytes`) : null, chunk);
      },
    });
    const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
    await pipeline(body, watch, createWriteStream(file), { signal: stop });
  } catch (error) {
    if (error instanceof BacklotError) throw error;
    signal?.throwIfAborted();
    const { host } = new URL(url);
    const why = stop.aborted ? `${host} did not answer in time` : `${host} cannot be reached or broke off`;
    throw new BacklotError('BACKLOT_E_HOST_UNREACHABLE', `${displayUrl(url)} could not be fetched: ${why}`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** fetch takes no user and password in a URL; as a header they go to this host alone, and not where it redirects to. */
function withCredentials(text: string): { address: string; headers: Record<string, string> } {
  const url = new URL(text);
  const { username, password } = url;
  if (username === '') return { address: text, headers: {} };
  url.username = '';
  url.password = '';
  const pair = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  return { address: url.href, headers: { authorization: `Basic ${pair}` } };
}

function statusError(url: string, status: number): BacklotError {
  if (status >= 500) {
    return new BacklotError(
      'BACKLOT_E_HOST_UNREACHABLE',
      `${new URL(url).host} answers ${status} for ${displayUrl(url)}`,
    );
  }
  const why = status === 401 || status === 403 ? 'may not be read' : 'is not there';
  return new BacklotError(
    'BACKLOT_E_PACKAGE_NOT_FOUND',
    `the tarball ${displayUrl(url)} ${why} (HTTP status ${status})`,
  );
}

/** The first bytes of a gzip file (RFC 1952). */
const GZIP = Buffer.from([0x1f, 0x8b]);

async function mustBeTarball(file: string, url: string): Promise<void> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0);
    const isTar = buffer.subarray(257, 262).toString('latin1') === 'ustar';
    if (bytesRead > 2 && (buffer.subarray(0, 2).equals(GZIP) || isTar)) return;
  } finally {
    await handle.close();
  }
  throw new BacklotError('BACKLOT_E_INSTALL_FAILED', `what ${displayUrl(url)} leads to is not a tarball`);
}

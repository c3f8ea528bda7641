import http from 'node:http';
import type https from 'node:https';
import { createRequire } from 'node:module';
import { connectionOptions } from './connection-options';
import type { EngineAddress } from './engine-address';

/** An answer that is small. `body` is the parsed JSON, or the text when it is none. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** A request on plain `node:http`: most commands are done before dockerode would be loaded. */
export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: object;
  /** How long the answer may take; as long as it likes when left out. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** How much of the answer may wait to be read, in bytes; as much as Node likes when left out. */
  readonly highWaterMark?: number;
}

/** More than this is not an answer that Backlot asked for. */
const LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * Sends a request, and reads its answer as a whole.
 *
 * Rejects with the error of the socket, with one that says that there was no answer in time, or with the signal's.
 */
export async function httpCall(address: EngineAddress, call: HttpCall): Promise<HttpAnswer> {
  const { timeoutMs } = call;
  const { request, head } = send(address, call);
  let late: Error | undefined;
  const giveUp = (): void => {
    late = new Error(`no answer within ${(timeoutMs ?? 0) / 1000} s`);
    request.destroy(late);
  };
  const timer = timeoutMs === undefined ? undefined : setTimeout(giveUp, timeoutMs);
  try {
    return await readAnswer(await head);
  } catch (error) {
    // A body that is cut off says only that it is.
    throw late ?? error;
  } finally {
    clearTimeout(timer);
  }
}

/** One small GET request, as {@link httpCall} does it. */
export function httpGet(address: EngineAddress, path: string, timeoutMs: number): Promise<HttpAnswer> {
  return httpCall(address, { method: 'GET', path, timeoutMs });
}

/** Sends a request, and gives its answer as a stream, as soon as its head is there. The signal ends it at any time. */
export function httpOpen(address: EngineAddress, call: HttpCall): Promise<http.IncomingMessage> {
  return send(address, call).head;
}

/** Reads a small answer as a whole. */
export async function readAnswer(response: http.IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LIMIT_BYTES) throw new Error('the answer is too long');
  }
  return { status: response.statusCode ?? 0, body: parse(Buffer.concat(chunks).toString('utf8')) };
}

function send(
  address: EngineAddress,
  { method, path, body, signal, highWaterMark }: HttpCall,
): { request: http.ClientRequest; head: Promise<http.IncomingMessage> } {
  const { protocol, ...options } = connectionOptions(address);
  const { request: open } = protocol === 'https' ? (createRequire(__filename)('node:https') as typeof https) : http;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers =
    text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  const request = open({
    agent: false,
    // Without a name of a server Node would look, at length, whether the host is an address.
    ...(protocol === 'http' && { servername: '' }),
    ...options,
    method,
    path,
    headers,
    ...(signal ? { signal } : {}),
    ...(highWaterMark === undefined ? {} : { highWaterMark }),
  });
  const head = new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    // Also what comes after the head, which the reader of the body is told, too.
    request.on('error', reject);
  });
  request.end(text);
  return { request, head };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** From what an endpoint returns to what goes over the wire. */
import { Readable } from 'node:stream';
import { EventStream } from '../api/event-stream';
import type { Body, GatewayResponse } from '../api/gateway';
import { endedBy } from './ended-by';
import { hasOwnHeader, setOwnHeader } from './header-table';
import { ClientGone } from './client-gone';
import { kindOf } from './kind-of';
import { isHopByHop } from './proxy/end-to-end';
import { BorrowedStream, giveBackMemory } from './request-body/borrowed-stream';

/** Headers that describe a body. They go with it when another takes its place. */
const OF_A_BODY = [
  'content-type',
  'content-length',
  'content-encoding',
  'content-language',
  'content-disposition',
  'content-range',
  'transfer-encoding',
  'trailer',
  'etag',
  'last-modified',
];

/**
 * Fills a response with a value: text, bytes (also those of a Blob), a stream, an async iterable or a generator as they are, a
 * form in its own encoding, anything else as JSON, undefined and null as an empty body. A content type that is set already
 * stays. Throws a TypeError for what has no JSON: a function, a symbol, a BigInt, a circle.
 */
export function fillBody(response: GatewayResponse, value: unknown): void {
  if (value === undefined || value === null) {
    response.body = undefined;
  } else if (typeof value === 'string') {
    setType(response, 'text/plain; charset=utf-8');
    response.body = value;
  } else if (isBody(value)) {
    if (value instanceof EventStream) setMissing(response, value.headers);
    setType(response, 'application/octet-stream');
    response.body = value;
  } else if (isPlain(value) || !fillAsFetchWould(response, value)) {
    // As a function and a symbol have no JSON, the type of `stringify` is not the whole truth.
    const json = JSON.stringify(value) as string | undefined;
    if (json === undefined) throw new TypeError(`${kindOf(value)} has no JSON, and so cannot be sent`);
    setType(response, 'application/json');
    response.body = json;
  }
}

/** Takes everything back that was said about a body which is not sent after all. */
export function forgetBody(response: GatewayResponse): void {
  response.body = undefined;
  response.statusMessage = '';
  for (const name of OF_A_BODY) response.removeHeader(name);
}

/** What `fetch` decodes, whose `content-encoding` says then how the body was sent to it. */
const DECODED_BY_FETCH = /^\s*((x-)?gzip|deflate|br)(\s*,\s*((x-)?gzip|deflate|br))*\s*$/i;

/**
 * Fills a response from a `Response` of the fetch API: one that an endpoint made, or the answer of another server. That one is
 * decoded already, and what its head says of the connection to that server is nothing for our client.
 */
export function fillFromFetch(response: GatewayResponse, given: globalThis.Response): void {
  response.statusCode = given.status;
  if (given.statusText) response.statusMessage = given.statusText;
  const isDecoded = given.url !== '' && DECODED_BY_FETCH.test(given.headers.get('content-encoding') ?? '');
  given.headers.forEach((value, name) => {
    if (name === 'set-cookie' || isHopByHop(name)) return;
    if (isDecoded && (name === 'content-encoding' || name === 'content-length')) return;
    response.setHeader(name, value);
  });
  for (const cookie of given.headers.getSetCookie()) response.appendHeader('set-cookie', cookie);
  response.body = given.body === null ? undefined : Readable.fromWeb(given.body);
}

/**
 * Sends the head and `response.body`, and ends the response. Resolves when a stream is through, or a signal ends it; rejects
 * when it fails. Bodies known whole are sent at once.
 */
export function sendBody(response: GatewayResponse, over?: AbortSignal): void | Promise<void> {
  const body = response.body;
  const bodiless = response.req.method === 'HEAD' || response.statusCode === 204 || response.statusCode === 304;
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    const length = body === undefined ? 0 : Buffer.byteLength(body);
    // Only a body without a length can have trailers.
    const isMeasured = response.statusCode !== 204 && response.statusCode !== 304 && !hasOwnHeader(response, 'trailer');
    if (isMeasured) {
      // A message that says its length in two ways is read in two ways.
      if (hasOwnHeader(response, 'transfer-encoding')) response.removeHeader('transfer-encoding');
      setOwnHeader(response, 'content-length', length);
    }
    if (bodiless || body === undefined) response.end();
    // As many bytes as characters: ASCII, which is written in less time when it need not be taken for UTF-8.
    else if (length === body.length && typeof body === 'string') response.end(body, 'latin1');
    else response.end(body);
    return;
  }
  if (bodiless) {
    if (body instanceof Readable) body.destroy();
    response.end();
    return;
  }
  return sendPieces(response, body, over);
}

/**
 * Sends what a stream or an iterable gives, as fast as the client takes it. When the client goes away, a stream is
 * destroyed and an iterable is told to return, so that `finally` runs in a generator; one that waits for something gets
 * there when that has come. Rejects then with `ClientGone`, and with what the body throws; the response stays open.
 */
async function sendPieces(
  response: GatewayResponse,
  body: Exclude<Body, string | Uint8Array>,
  over: AbortSignal | undefined,
): Promise<void> {
  const isOurs = body instanceof BorrowedStream && isUnobserved(body, response);
  const whole = body[Symbol.asyncIterator]() as AsyncIterator<unknown, undefined>;
  const iterator = over ? endedBy(over, whole) : whole;
  let goOn: () => void = () => undefined;
  const leave = (): void => {
    goOn();
    if (body instanceof Readable) body.destroy();
    else iterator.return?.().then(undefined, () => undefined);
  };
  response.once('close', leave);
  // Who waits for the first event wants to know that it will come.
  if (body instanceof EventStream) response.flushHeaders();
  try {
    for (;;) {
      const { done, value } = await iterator.next();
      if (done || response.destroyed) break;
      const piece = asPiece(value);
      const sent = isOurs && typeof piece !== 'string' ? () => giveBackMemory(piece) : undefined;
      if (response.write(piece, sent)) continue;
      await new Promise<void>((resolve) => {
        goOn = resolve;
        response.once('drain', resolve);
      });
    }
  } catch (error) {
    if (response.destroyed) throw new ClientGone();
    leave();
    throw error;
  } finally {
    response.off('close', leave);
  }
  if (response.destroyed) {
    leave();
    throw new ClientGone();
  }
  response.end();
}

/** True when nobody but who sends it sees the pieces of a body: it has no listeners, and the response is not patched. */
function isUnobserved(body: Readable, response: GatewayResponse): boolean {
  return body.listenerCount('data') + body.listenerCount('readable') === 0 && !Object.hasOwn(response, 'write');
}

/** A piece of a body that is sent; throws a TypeError for what can be none. */
export function asPiece(piece: unknown): string | Uint8Array {
  if (typeof piece === 'string' || piece instanceof Uint8Array) return piece;
  const what = piece === null ? 'null' : typeof piece;
  throw new TypeError(`a piece of a body is of type ${what}, where text or bytes belong`);
}

function setMissing(response: GatewayResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) if (!response.hasHeader(name)) response.setHeader(name, value);
}

function setType(response: GatewayResponse, type: string): void {
  if (!hasOwnHeader(response, 'content-type')) setOwnHeader(response, 'content-type', type);
}

/** True for what becomes JSON without a further look, as most of what endpoints return. */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Fills a response with what the fetch API takes for a body, or with what a generator gives; false for anything else. */
function fillAsFetchWould(response: GatewayResponse, value: unknown): boolean {
  if (value instanceof ArrayBuffer) {
    fillBody(response, Buffer.from(value));
  } else if (ArrayBuffer.isView(value)) {
    fillBody(response, Buffer.from(value.buffer, value.byteOffset, value.byteLength));
  } else if (value instanceof URLSearchParams) {
    setType(response, 'application/x-www-form-urlencoded; charset=utf-8');
    response.body = value.toString();
  } else if (value instanceof Blob) {
    if (value.type !== '') setMissing(response, { 'content-type': value.type });
    fillBody(response, Readable.fromWeb(value.stream()));
  } else if (value instanceof FormData) {
    const form = new globalThis.Response(value);
    setMissing(response, { 'content-type': form.headers.get('content-type') ?? '' });
    fillBody(response, form.body && Readable.fromWeb(form.body));
  } else if (isGenerator(value)) {
    fillBody(response, Readable.from(value, { highWaterMark: 1 }));
  } else {
    return false;
  }
  return true;
}

/** True for an iterator, such as a generator that is not async: lists and sets are none. */
function isGenerator(value: unknown): value is IterableIterator<string | Uint8Array> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value && 'next' in value;
}

function isBody(value: unknown): value is Exclude<Body, string> {
  if (value instanceof Uint8Array || value instanceof Readable) return true;
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** From what an endpoint returns to what goes over the wire. */
import { Readable } from 'node:stream';
import { EventStream } from '../api/event-stream';
import type { Body, GatewayResponse } from '../api/gateway';
import { endedBy } from './ended-by';
import { hasOwnHeader, setOwnHeader } from './header-table';
import { ClientGone } from './client-gone';
import { BorrowedStream, giveBackMemory } from './request-body/borrowed-stream';

/**
 * Fills a response with a value: text, bytes, a stream or an async iterable as they are, anything else as JSON,
 * undefined and null as an empty body. A content type that is set already stays.
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
  } else {
    setType(response, 'application/json');
    response.body = JSON.stringify(value);
  }
}

/** Fills a response from a `Response` of the fetch API. */
export function fillFromFetch(response: GatewayResponse, given: globalThis.Response): void {
  response.statusCode = given.status;
  if (given.statusText) response.statusMessage = given.statusText;
  given.headers.forEach((value, name) => {
    if (name !== 'set-cookie') response.setHeader(name, value);
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
    if (isMeasured) setOwnHeader(response, 'content-length', length);
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

function isBody(value: unknown): value is Exclude<Body, string> {
  if (value instanceof Uint8Array || value instanceof Readable) return true;
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

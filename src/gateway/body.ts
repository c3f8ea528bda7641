/** From what an endpoint returns to what goes over the wire. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Body, GatewayResponse } from '../api/gateway';

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
 * Sends the head and `response.body`, and ends the response. Resolves when a stream is through; rejects when it
 * fails, with the connection closed so that the client sees an incomplete answer. Bodies known whole are sent at once.
 */
export function sendBody(response: GatewayResponse): void | Promise<void> {
  const body = response.body;
  const bodiless = response.req.method === 'HEAD' || response.statusCode === 204 || response.statusCode === 304;
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    const length = body === undefined ? 0 : Buffer.byteLength(body);
    if (response.statusCode !== 204 && response.statusCode !== 304) response.setHeader('content-length', length);
    if (bodiless || body === undefined) response.end();
    else response.end(body);
    return;
  }
  if (bodiless) {
    if (body instanceof Readable) body.destroy();
    response.end();
    return;
  }
  return pipeline(body instanceof Readable ? body : Readable.from(body, { objectMode: false }), response);
}

function setType(response: GatewayResponse, type: string): void {
  if (!response.hasHeader('content-type')) response.setHeader('content-type', type);
}

function isBody(value: unknown): value is Exclude<Body, string> {
  if (value instanceof Uint8Array || value instanceof Readable) return true;
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

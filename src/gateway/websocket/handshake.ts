/** What a client has to say to open a WebSocket, and what it may choose. */
import type { IncomingMessage } from 'node:http';
import type { RequestContext } from '../../api/gateway';
import { HttpError } from '../../api/http-error';
import type { WebSocketOptions } from '../../api/websocket';

const VERSION = '13';
const KEY = /^[+/0-9A-Za-z]{22}==$/;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Throws the HttpError that answers a request which cannot open a WebSocket. */
export function assertHandshake(request: IncomingMessage): void {
  const { headers, method, httpVersion } = request;
  if (httpVersion === '1.0') throw refused(400, 'a WebSocket is opened over HTTP/1.1, not over HTTP/1.0');
  if (method !== 'GET') throw refused(405, `a WebSocket is opened by GET, not by ${method}`, { allow: 'GET' });
  if (headers['sec-websocket-version'] !== VERSION) {
    throw refused(426, `the version of WebSockets spoken here is ${VERSION}`, { 'sec-websocket-version': VERSION });
  }
  if (!KEY.test(headers['sec-websocket-key'] ?? '')) {
    throw refused(400, 'the header Sec-WebSocket-Key is missing or has no 16 bytes in base64');
  }
}

/** The subprotocols that a client offers, in its order of preference. Throws an HttpError where they cannot be read. */
export function offeredProtocols(request: IncomingMessage): string[] {
  const header = request.headers['sec-websocket-protocol'];
  if (header === undefined) return [];
  const offered = header.split(',').map((each) => each.trim());
  if (!offered.every((each) => TOKEN.test(each)) || new Set(offered).size < offered.length) {
    throw refused(400, 'the header Sec-WebSocket-Protocol is not a list of different names');
  }
  return offered;
}

/** The subprotocol that is spoken from now on; undefined for none. */
export function chooseProtocol(
  protocols: WebSocketOptions['protocols'],
  offered: readonly string[],
  context: RequestContext,
): string | undefined {
  if (protocols === undefined || offered.length === 0) return undefined;
  if (typeof protocols !== 'function') return offered.find((each) => protocols.includes(each));
  const chosen = protocols(offered, context);
  if (chosen === undefined || offered.includes(chosen)) return chosen;
  throw new TypeError(`the subprotocol "${chosen}" was chosen, and the client offers ${offered.join(', ')}`);
}

function refused(status: number, message: string, headers: Readonly<Record<string, string>> = {}): HttpError {
  return new HttpError(status, message, { headers: { connection: 'close', ...headers } });
}

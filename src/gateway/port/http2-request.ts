import type { IncomingMessage } from 'node:http';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { StreamSocket } from './stream-socket';

/** What Node’s own parser calls when it has read headers, or trailers once the body is complete. */
interface Parsed {
  _addHeaderLines(lines: readonly string[], count: number): void;
}

/**
 * Makes an ordinary request from a stream of HTTP/2: `rawHeaders` are the stream’s in their order, pseudo-headers included.
 * It differs from one over HTTP/1.1 in nothing but `httpVersion`: a body of unknown length is marked as chunked, too.
 */
export function requestOf(
  Request: typeof IncomingMessage,
  stream: ServerHttp2Stream,
  socket: StreamSocket,
  rawHeaders: readonly string[],
): IncomingMessage {
  const request = new Request(socket as unknown as Socket);
  const { pseudo, lines } = splitHeaders(rawHeaders);
  Object.assign(request, {
    httpVersion: '2.0',
    httpVersionMajor: 2,
    httpVersionMinor: 0,
    method: pseudo.get(':method') ?? '',
    url: pseudo.get(':path') ?? '/',
    // The stream is the source: it is read when the body is.
    _read: () => void stream.resume(),
  });
  // HTTP/2 knows without it that a body follows. Express and others only read one of which the headers say so.
  const isUnsized =
    !stream.endAfterHeaders && !lines.some((each, index) => index % 2 === 0 && each === 'content-length');
  if (isUnsized) lines.push('transfer-encoding', 'chunked');
  (request as unknown as Parsed)._addHeaderLines(lines, lines.length);
  if (stream.endAfterHeaders) complete(request);
  else feed(request, stream, socket);
  return request;
}

/** Ends a request whose remaining body nobody will read. */
export function forgetBody(request: IncomingMessage): void {
  if (!request.complete) complete(request);
  request.resume();
}

/** True while somebody takes, or waits for, the body. */
export function isBeingRead(request: IncomingMessage): boolean {
  return request.readableFlowing === true || request.listenerCount('readable') > 0;
}

/** Ends a request that its client does not finish, as Node does when a connection breaks. */
export function abortRequest(request: IncomingMessage): void {
  request.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }));
}

function feed(request: IncomingMessage, stream: ServerHttp2Stream, socket: StreamSocket): void {
  let trailers: readonly string[] | undefined;
  stream.on('data', (chunk: Buffer) => {
    socket.bytesRead += chunk.length;
    if (!request.complete && !request.push(chunk)) stream.pause();
  });
  stream.on('trailers', (_headers: IncomingHttpHeaders, _flags: number, raw: readonly string[] = []) => {
    trailers = raw;
  });
  stream.on('end', () => {
    if (!request.complete && !request.destroyed && !stream.aborted) complete(request, trailers);
  });
}

function complete(request: IncomingMessage, trailers?: readonly string[]): void {
  request.complete = true;
  if (trailers) (request as unknown as Parsed)._addHeaderLines(trailers, trailers.length);
  request.push(null);
}

/** The authority stands for the Host header, and wins over one that was sent beside it (RFC 9113, 8.3.1). */
function splitHeaders(rawHeaders: readonly string[]): { pseudo: Map<string, string>; lines: string[] } {
  const pseudo = new Map<string, string>();
  const lines: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    if (name.startsWith(':')) pseudo.set(name, value);
    else if (name !== 'host' || !pseudo.has(':authority')) lines.push(name, value);
  }
  const authority = pseudo.get(':authority');
  return { pseudo, lines: authority === undefined ? lines : ['host', authority, ...lines] };
}

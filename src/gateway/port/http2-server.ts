/** HTTP/2: makes of every stream an ordinary request and response, so that all that serves HTTP/1.1 serves it too. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import {
  constants,
  createServer,
  type Http2Server as NodeHttp2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import { continueWhenRead } from '../expect-continue';
import type { ConnectionLimits } from '../hardening/limits';
import { watchSession } from '../hardening/watch-session';
import { abortRequest, forgetBody, isBeingRead, requestOf } from './http2-request';
import { sendOverHttp2 } from './http2-response';
import { StreamSocket } from './stream-socket';

export interface Http2ServerOptions {
  /** The classes that requests and responses are made of, as for a server of HTTP/1.1. */
  readonly IncomingMessage: typeof IncomingMessage;
  readonly ServerResponse: typeof ServerResponse<IncomingMessage>;
  readonly handle: RequestListener;
  readonly limits: ConnectionLimits;
}

/** How many streams a client may have open at once on one connection. */
const MOST_STREAMS = 1_000;

export class Http2Server {
  readonly #options: Http2ServerOptions;
  readonly #server: NodeHttp2Server;
  readonly #sessions = new Set<ServerHttp2Session>();

  constructor(options: Http2ServerOptions) {
    this.#options = options;
    const { headers, headerSize } = options.limits;
    this.#server = createServer({
      // Above twice the limits the stream is reset; below, who goes beyond them is told so.
      settings: { maxConcurrentStreams: MOST_STREAMS, maxHeaderListSize: 2 * headerSize },
      maxHeaderListPairs: 2 * headers,
    });
    // A client that breaks the rules has been told so, and its connection is closed; it is nobody's failure here.
    this.#server.on('sessionError', () => undefined);
  }

  /** Serves a connection on which the client speaks HTTP/2. */
  serve(socket: Socket): void {
    // The event comes before `emit` returns.
    this.#server.once('session', (session) => {
      this.#sessions.add(session);
      session.once('close', () => this.#sessions.delete(session));
      watchSession(session, socket, this.#options.limits.idleTime);
      session.on('stream', (stream, headers, _flags, raw?: readonly string[]) => {
        this.#serveStream(socket, stream, headers, raw ?? []);
      });
    });
    this.#server.emit('connection', socket);
  }

  /** Tells every client that no new streams are served; each connection is closed when its streams have ended. */
  close(): void {
    for (const session of this.#sessions) if (!session.closed) session.close();
  }

  #serveStream(
    connection: Socket,
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    raw: readonly string[],
  ): void {
    // What goes wrong with a stream is seen by its `close`.
    stream.on('error', () => undefined);
    if (headers[':method'] === 'CONNECT') {
      stream.respond({ ':status': 405 }, { endStream: true });
      return;
    }
    const { IncomingMessage, ServerResponse, handle } = this.#options;
    const socket = new StreamSocket(stream, connection, () => response.writableFinished);
    const request = requestOf(IncomingMessage, stream, socket, raw);
    const response = new ServerResponse(request);
    sendOverHttp2(response, stream, socket);
    response.once('finish', () => this.#answered(request, stream));
    stream.once('close', () => {
      if (!request.complete) abortRequest(request);
      socket.destroy();
    });
    if (headers.expect?.toLowerCase() === '100-continue') continueWhenRead(request, response);
    handle(request, response);
  }

  /** What nobody has read of a request is not waited for when its response is out. */
  #answered(request: IncomingMessage, stream: ServerHttp2Stream): void {
    if (isBeingRead(request)) return;
    const isWhole = request.complete;
    forgetBody(request);
    // What is on its way still goes out.
    if (!isWhole) setImmediate(() => stream.close(constants.NGHTTP2_NO_ERROR));
  }
}

import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { passOnInformation } from './early-answers';
import type { Passage } from './passage';
import { connectionError, timeoutError } from './proxy-error';
import { pairsOf, RequestBody } from './request-body';
import { Watch } from './watch';

/** Methods that may be sent twice (RFC 9110, 9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

/**
 * One request on its way to a server and back. Both bodies are streamed, and whoever is slow slows the other side down;
 * when one side goes away, so does the connection to the other. `fail` gets a ProxyError, or what an extension’s own
 * function threw; an answer that has begun is broken off.
 */
export class ProxiedRequest {
  readonly #watch: Watch;
  #upstream: ClientRequest | undefined;
  #body: RequestBody | undefined;
  #connected = false;
  #incoming: IncomingMessage | undefined;
  /** True once the head of the answer was given to the response. */
  #begun = false;
  #done = false;

  constructor(
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly passage: Passage,
    private readonly fail: (error: unknown) => void,
  ) {
    this.#watch = new Watch((what, limit) => this.#failed(timeoutError(this.passage.target, what, limit)));
  }

  /** Passes back an answer that is there already. */
  static answered(
    incoming: IncomingMessage,
    request: IncomingMessage,
    response: ServerResponse,
    passage: Passage,
    fail: (error: unknown) => void,
  ): void {
    const proxied = new ProxiedRequest(request, response, passage, fail);
    proxied.#endWithResponse();
    response.once('close', () => incoming.destroy());
    proxied.#connected = true;
    proxied.#answer(incoming);
  }

  start(): void {
    this.#endWithResponse();
    this.#send();
  }

  /** The client went away, or the answer is out. */
  #endWithResponse(): void {
    this.response.once('close', () => this.#finish());
  }

  #send(): void {
    const upstream = (this.#upstream = this.passage.open());
    upstream.once('socket', (socket) => this.#meet(socket));
    upstream.on('information', (info) => passOnInformation(info, this.request, this.response));
    upstream.once('response', (incoming) => this.#answer(incoming));
    upstream.on('error', (error) => this.#lost(upstream, error));
    if (this.passage.hasBody) {
      this.#body = new RequestBody(this.request, upstream, () => this.#watchServer());
      this.#body.start();
    } else {
      upstream.end();
    }
  }

  #meet(socket: Socket): void {
    const connected = (): void => {
      this.#connected = true;
      this.#watchServer();
    };
    if (!socket.connecting) {
      connected();
      return;
    }
    this.#watch.start(this.passage.limits.connect, 'did not take the connection');
    socket.once(this.passage.target.secure ? 'secureConnect' : 'connect', connected);
  }

  /** The server’s time runs while it has the whole request, or takes no more of it; else it is the client who is slow. */
  #watchServer(): void {
    if (!this.#connected || this.#incoming || this.#done) return;
    if (this.#body === undefined || this.#body.waitsForServer) {
      this.#watch.start(this.passage.limits.firstByte, 'did not begin to answer');
    } else {
      this.#watch.stop();
    }
  }

  #answer(incoming: IncomingMessage): void {
    if (this.#done) return;
    this.#incoming = incoming;
    this.#watch.start(this.passage.limits.idle, 'did not go on with its answer');
    incoming.on('error', (error) => this.#lost(this.#upstream, error));
    incoming.once('end', () => this.#end(incoming));
    try {
      this.#writeHead(incoming);
    } catch (error) {
      this.#failed(error);
      return;
    }
    this.#pump(incoming);
  }

  #writeHead(incoming: IncomingMessage): void {
    const { request, response } = this;
    const { statusCode = 502, statusMessage = '' } = incoming;
    const headers = this.passage.answerHeaders(incoming.rawHeaders);
    const isBodiless = request.method === 'HEAD' || statusCode === 204 || statusCode === 304;
    const isChunked = !isBodiless && request.httpVersion !== '1.0' && !headers.has('content-length');
    // Node refuses to promise trailers where there is no place for them.
    if (!isChunked) headers.delete('trailer');
    this.#begun = true;
    response.writeHead(statusCode, statusMessage, [...headers.raw]);
  }

  #pump(incoming: IncomingMessage): void {
    const { response } = this;
    let written = false;
    incoming.on('data', (chunk: Buffer) => {
      written = true;
      if (response.write(chunk)) {
        this.#watch.refresh();
        return;
      }
      // It is the client who is slow now.
      this.#watch.stop();
      incoming.pause();
      response.once('drain', () => {
        if (this.#done) return;
        this.#watch.start(this.passage.limits.idle, 'did not go on with its answer');
        incoming.resume();
      });
    });
    // Head and first piece go out together where they come together; else the head does not wait for the piece.
    setImmediate(() => {
      if (!written && !this.#done && !response.writableEnded) response.flushHeaders();
    });
  }

  #end(incoming: IncomingMessage): void {
    if (this.#done || !incoming.complete) return;
    const { response, request } = this;
    this.#watch.stop();
    if (incoming.rawTrailers.length > 0) {
      const trailers = pairsOf(incoming.rawTrailers);
      // HTTP/2’s responses take them as an object.
      if (request.httpVersionMajor >= 2) response.addTrailers(Object.fromEntries(trailers));
      else response.addTrailers(trailers);
    }
    response.end();
  }

  /** A connection that was kept may have been closed by the server at the moment that we used it. */
  #lost(upstream: ClientRequest | undefined, error: Error): void {
    const { request, passage } = this;
    const isStale = upstream?.reusedSocket && !this.#incoming && 'code' in error && error.code === 'ECONNRESET';
    if (isStale && !this.#done && !passage.hasBody && IDEMPOTENT.has(request.method ?? '')) {
      this.#connected = false;
      this.#send();
      return;
    }
    this.#failed(connectionError(passage.target, error, this.#connected));
  }

  #failed(error: unknown): void {
    if (this.#done) return;
    this.#finish();
    this.fail(error);
    // Half an answer must not look like a whole one, also where handlers that are not done yet hold it back.
    if (this.#begun && !this.response.writableEnded) this.response.destroy();
  }

  #finish(): void {
    if (this.#done) return;
    this.#done = true;
    this.#watch.stop();
    this.#body?.stop();
    const upstream = this.#upstream;
    // Its connection is kept only when both the request and its answer are through.
    if (upstream && !(upstream.writableEnded && this.#incoming?.complete)) upstream.destroy();
  }
}

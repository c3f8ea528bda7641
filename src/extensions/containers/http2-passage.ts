import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** Headers that are about a connection of HTTP/1.1, which HTTP/2 does not allow, and the host, which it has in another place. */
const LEFT_OUT = new Set([
  'connection',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

/** Passes requests on to a server by HTTP/2 without TLS, over one connection. Bodies are streamed, trailers go through. */
export class Http2Passage {
  #session: { readonly place: string; readonly client: ClientHttp2Session } | undefined;

  /** `reach` says where the server is at the moment, and may throw; with the signal, all that is open ends. */
  constructor(
    private readonly reach: () => { readonly host: string; readonly port: number },
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener('abort', () => this.#session?.client.destroy(), { once: true });
  }

  /** Serves one request. Throws what `reach` throws. */
  serve(request: IncomingMessage, response: ServerResponse): void {
    const client = this.#connect();
    const stream = client.request(requestHeaders(request), { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers(request.trailers));
    request.pipe(stream);
    request.on('error', () => stream.close(constants.NGHTTP2_CANCEL));
    response.on('close', () => {
      if (!response.writableFinished) stream.close(constants.NGHTTP2_CANCEL);
    });
    answer(stream, response);
  }

  #connect(): ClientHttp2Session {
    const { host, port } = this.reach();
    this.signal.throwIfAborted();
    const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const { client: open, place: before } = this.#session ?? {};
    if (open && before === place && !open.closed && !open.destroyed) return open;
    open?.close();
    const client = connect(`http://${place}`);
    // Each request is told of it by its own stream.
    client.on('error', () => undefined);
    client.on('goaway', () => client.close());
    client.unref();
    this.#session = { place, client };
    return client;
  }
}

function requestHeaders({ method, url, headers }: IncomingMessage): OutgoingHttpHeaders {
  const kept = Object.entries(headers).filter(([name]) => !name.startsWith(':') && !LEFT_OUT.has(name));
  const authority = headers.host ?? headers[':authority'];
  return {
    ':method': method,
    ':path': url,
    ':scheme': 'http',
    ...(authority === undefined ? {} : { ':authority': authority }),
    ...Object.fromEntries(kept),
    // The only value that HTTP/2 allows.
    ...(headers.te === undefined ? {} : { te: 'trailers' }),
  };
}

function answer(stream: ClientHttp2Stream, response: ServerResponse): void {
  let trailers: IncomingHttpHeaders = {};
  stream.on('response', ({ ':status': status, ...headers }) => {
    response.statusCode = status ?? 502;
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
    response.flushHeaders();
    stream.pipe(response, { end: false });
  });
  stream.on('trailers', (received: IncomingHttpHeaders) => (trailers = received));
  stream.on('end', () => {
    // What is broken off ends, too, before it says that it failed.
    if (stream.rstCode !== constants.NGHTTP2_NO_ERROR) return;
    if (Object.keys(trailers).length > 0) response.addTrailers(trailers);
    response.end();
  });
  // A stream that the server cancels, or whose connection goes, closes without an error.
  stream.on('close', () => fail(response, 'the server broke off'));
  stream.on('error', (error: Error) => fail(response, error.message));
}

function fail(response: ServerResponse, message: string): void {
  if (response.destroyed || response.writableEnded) return;
  if (response.headersSent) {
    // Half an answer must not look like a whole one.
    response.destroy();
    return;
  }
  response.statusCode = 502;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ error: { message: `the server in the container did not answer: ${message}` } }));
}

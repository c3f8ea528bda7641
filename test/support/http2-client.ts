import {
  connect,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type SecureClientSessionOptions,
} from 'node:http2';

/** An answer over HTTP/2. */
export interface Http2Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  /** The code with which the stream was closed; 0 for no error. */
  readonly code: number;
}

const open: ClientHttp2Session[] = [];

/** Opens a connection that is cut after the test. */
export function connectHttp2(url: string, options: SecureClientSessionOptions = {}): ClientHttp2Session {
  const session = connect(url, options);
  session.on('error', () => undefined);
  open.push(session);
  return session;
}

/** Sends a request on a connection and waits until its stream is closed, whatever the reason. */
export function requestHttp2(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders | string,
  body?: string | Buffer,
): Promise<Http2Answer> {
  const stream = session.request(typeof headers === 'string' ? { ':path': headers } : headers, {
    endStream: body === undefined,
  });
  if (body !== undefined) stream.end(body);
  return answerOf(stream);
}

/** What comes on a stream, once it is closed. */
export function answerOf(stream: ClientHttp2Stream): Promise<Http2Answer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let headers: IncomingHttpHeaders & { ':status'?: number } = {};
    let trailers: IncomingHttpHeaders = {};
    stream.on('response', (given) => (headers = given));
    stream.on('trailers', (given: IncomingHttpHeaders) => (trailers = given));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', () => undefined);
    stream.on('close', () => {
      const whole = Buffer.concat(chunks);
      resolve({
        status: headers[':status'] ?? 0,
        headers,
        trailers,
        body: whole,
        text: whole.toString('utf8'),
        code: stream.rstCode,
      });
    });
  });
}

afterEach(() => {
  for (const session of open.splice(0)) session.destroy();
});

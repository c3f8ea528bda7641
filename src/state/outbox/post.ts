import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import type Https from 'node:https';
import { createRequire } from 'node:module';

/** So much of an answer's body is kept. */
const ANSWER_BYTES = 16 * 1024;
/** How long a request that is on its way may still take when it is ended, in milliseconds. */
const GRACE_MS = 200;

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** In milliseconds. */
  readonly timeout: number;
  /** Ends it when it is aborted: at once, or, what has been sent already, with the answer or a moment later. */
  readonly signal: AbortSignal;
}

/** What became of a request: an answer, or why there was none. */
export interface Posted {
  readonly status?: number;
  readonly answer?: string;
  readonly error?: string;
}

/**
 * Sends one POST request on a connection of its own and follows no redirect. Never rejects. An answer counts as soon as its
 * status is there; of its body it is kept what comes in time.
 */
export function post({ url, headers, body, timeout, signal }: Post): Promise<Posted> {
  return new Promise((resolve) => {
    let request: ClientRequest | undefined;
    let response: IncomingMessage | undefined;
    const chunks: Buffer[] = [];
    const finish = (error?: string): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      // Whatever is still to come, an error among it, is nobody's any more.
      request?.on('error', () => undefined).destroy();
      if (response?.statusCode === undefined) return resolve({ error: error ?? 'the connection was closed' });
      const answer = Buffer.concat(chunks).subarray(0, ANSWER_BYTES).toString('utf8');
      resolve({ status: response.statusCode, answer });
    };
    const ended = (): void => finish('it was ended');
    const onAbort = (): void => {
      if (request?.socket?.connecting !== false) return ended();
      // Nobody can take back what was written. Once it is answered, it is certain that it will not arrive later.
      clearTimeout(timer);
      timer = setTimeout(ended, GRACE_MS);
    };
    let timer = setTimeout(() => finish(`there was no answer within ${timeout / 1000} s`), timeout);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) return ended();
    try {
      request = requester(url)(url, {
        method: 'POST',
        agent: false,
        headers: { ...headers, 'content-length': String(body.length) },
      });
    } catch (thrown) {
      return finish(String(thrown));
    }
    request.once('error', (error) => finish(describe(error)));
    request.once('response', (incoming) => {
      response = incoming;
      let length = 0;
      incoming.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length >= ANSWER_BYTES) finish();
      });
      incoming.once('error', () => finish());
      incoming.once('close', () => finish());
    });
    request.end(body);
  });
}

function requester(url: string): typeof http.request {
  if (!url.startsWith('https:')) return http.request;
  // Loaded when needed: TLS takes its time.
  return (createRequire(__filename)('node:https') as typeof Https).request;
}

/** A failure to connect, in words: with several addresses, those errors have none of their own. */
function describe(error: NodeJS.ErrnoException): string {
  return error.message === '' ? `it could not be reached (${error.code ?? error.name})` : error.message;
}

import { request, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/** What `fetch` of a test platform can be told, beside the path: what the global `fetch` takes, and a host. */
export interface TestFetchInit extends RequestInit {
  /** The host that is asked for, as `curl -H 'host: …'`; that of the URL when left out. */
  readonly host?: string;
}

const MOST_REDIRECTS = 20;

/**
 * Sends a request to a platform, and gives the response as soon as its head is there.
 *
 * `target` is a path, or a URL whose host is asked for: whatever the host is, nothing but the platform on `port` is
 * reached, also by redirects. Bodies are given as they were sent: nothing is decompressed. The connection is closed
 * when the body has been read or cancelled.
 */
export async function fetchFrom(port: number, target: string | URL, init: TestFetchInit = {}): Promise<Response> {
  const { host, ...rest } = init;
  const given = new URL(target, `http://127.0.0.1:${port}`);
  const named = new Headers(rest.headers).get('host') ?? host;
  let url = named === undefined ? given : new URL(`${given.pathname}${given.search}`, `http://${named}`);
  // The headers are read by ourselves: a Request may leave out the host.
  const whole = new Request(given, { ...rest, ...(rest.body instanceof ReadableStream ? { duplex: 'half' } : {}) });
  const headers = new Headers(whole.headers);
  headers.delete('host');
  let method = whole.method;
  let body = whole.body === null ? undefined : Buffer.from(await whole.arrayBuffer());
  for (let redirects = 0; ; redirects++) {
    const incoming = await send({ port, url, method, headers, body, ...(init.signal ? { signal: init.signal } : {}) });
    const location = isRedirect(incoming.statusCode) ? incoming.headers.location : undefined;
    if (location === undefined || whole.redirect === 'manual') return toResponse(incoming, method);
    incoming.destroy();
    if (whole.redirect === 'error') throw new TypeError(`redirected to ${location}`);
    if (redirects === MOST_REDIRECTS) throw new TypeError(`redirected more than ${MOST_REDIRECTS} times`);
    url = new URL(location, url);
    if (incoming.statusCode === 303 || (method === 'POST' && [301, 302].includes(incoming.statusCode ?? 0))) {
      if (method !== 'HEAD') method = 'GET';
      body = undefined;
      for (const name of ['content-type', 'content-length']) headers.delete(name);
    }
  }
}

interface Outgoing {
  readonly port: number;
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: Buffer | undefined;
  readonly signal?: AbortSignal;
}

function send({ port, url, method, headers, body, signal }: Outgoing): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        path: `${url.pathname}${url.search}`,
        method,
        headers: {
          'user-agent': 'backlot-testing',
          accept: '*/*',
          ...Object.fromEntries(headers),
          host: url.port === '' ? `${url.hostname}:${port}` : url.host,
          ...(body === undefined ? {} : { 'content-length': body.length }),
        },
        // A connection of its own: nothing stays open when the body has been read.
        agent: false,
        ...(signal ? { signal } : {}),
      },
      resolve,
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

function isRedirect(status: number | undefined): boolean {
  return status !== undefined && [301, 302, 303, 307, 308].includes(status);
}

/** The statuses for which a Response may have no body. */
const WITHOUT_BODY = [101, 204, 205, 304];

function toResponse(incoming: IncomingMessage, method: string): Response {
  const status = incoming.statusCode ?? 0;
  const headers = new Headers();
  for (let index = 0; index < incoming.rawHeaders.length; index += 2) {
    headers.append(incoming.rawHeaders[index] ?? '', incoming.rawHeaders[index + 1] ?? '');
  }
  const hasBody = method !== 'HEAD' && !WITHOUT_BODY.includes(status);
  if (!hasBody) incoming.resume();
  const body = hasBody ? (Readable.toWeb(incoming) as unknown as ReadableStream<Uint8Array>) : null;
  return new Response(body, { status, statusText: incoming.statusMessage ?? '', headers });
}

/** What is wrong with a request that Node’s parsers let through. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { EXPLANATIONS, refusal } from './client-errors';
import type { ConnectionLimits } from './limits';
import { SlowBodies } from './slow-bodies';

/** `http://host/path`, as a client writes it that takes us for a proxy. */
const ABSOLUTE = /^https?:\/\/(?:[^/?#@]*@)?((?:\[[0-9a-f:.%]+\]|[^/?#@[\]:]+)(?::\d*)?)([/?#].*)?$/i;

/** A name or an address as URLs have it, with or without a port (RFC 3986, 3.2.2), or nothing. */
const AUTHORITY = /^(?:\[[\da-f:.%]+\]|[\w.~!$&'()*+,;=%-]*)(?::\d*)?$/i;

interface Refusal {
  readonly status: number;
  readonly message: string;
}

/** Says what is wrong with a request; undefined when nothing is. */
type Check = (request: IncomingMessage, limits: ConnectionLimits) => Refusal | undefined;

/**
 * A listener for HTTP/1 that refuses requests of another version (505), with too many headers (431), with two hosts or one that is none, with a
 * body whose end cannot be told, or for something else than a path (400), and watches over bodies that come slowly; it hands
 * all others on. A URL for its whole becomes the path and the `Host` in it.
 */
export function checkHttp1(limits: ConnectionLimits, listener: RequestListener): RequestListener {
  return checkWith(findRefusalOfHttp1, limits, listener);
}

/** The same for requests that came over HTTP/2. */
export function checkHttp2(limits: ConnectionLimits, listener: RequestListener): RequestListener {
  return checkWith(findRefusalOfHttp2, limits, listener);
}

function checkWith(findRefusal: Check, limits: ConnectionLimits, listener: RequestListener): RequestListener {
  const slowBodies = new SlowBodies(limits.bodyTime);
  return (request, response) => {
    const refused = findRefusal(request, limits);
    if (refused) return refuse(request, response, refused);
    const { headers, complete } = request;
    if (complete) return listener(request, response);
    if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) {
      slowBodies.watch(request, response);
    }
    listener(request, response);
  };
}

function findRefusalOfHttp1(request: IncomingMessage, limits: ConnectionLimits): Refusal | undefined {
  const { httpVersionMajor, httpVersion } = request;
  if (httpVersionMajor !== 1) return { status: 505, message: `HTTP/${httpVersion} is not spoken in this way` };
  const refused = findRefusalOfHeaders(request, limits);
  if (refused) return refused;
  const coding = request.headers['transfer-encoding'];
  // Node takes an empty one for none; others might not.
  if (coding === '') return { status: 400, message: 'the request has an empty Transfer-Encoding' };
  const url = request.url ?? '';
  return url.startsWith('/') ? undefined : takePath(request, url);
}

function findRefusalOfHttp2(request: IncomingMessage, limits: ConnectionLimits): Refusal | undefined {
  const refused = findRefusalOfHeaders(request, limits);
  if (refused) return refused;
  if (sizeOf(request.rawHeaders) > limits.headerSize) return { status: 431, message: EXPLANATIONS[431] };
  const { url = '', method } = request;
  if (url.startsWith('/') || (url === '*' && method === 'OPTIONS')) return undefined;
  return { status: 400, message: 'the request is for something else than a path' };
}

function findRefusalOfHeaders(
  { rawHeaders, headers }: IncomingMessage,
  { headers: limit }: ConnectionLimits,
): Refusal | undefined {
  if (rawHeaders.length > 2 * limit) {
    const message = `the request has ${rawHeaders.length / 2} headers; BACKLOT_MAX_HEADERS is the limit`;
    return { status: 431, message };
  }
  if (countHosts(rawHeaders) > 1) return { status: 400, message: 'the request has more than one Host header' };
  if (headers.host !== undefined && !AUTHORITY.test(headers.host)) {
    return { status: 400, message: 'the Host of the request is neither a name nor an address' };
  }
  return undefined;
}

/** https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2: the host of the URL counts, whatever `Host` says. */
function takePath(request: IncomingMessage, url: string): Refusal | undefined {
  if (url === '*' && request.method === 'OPTIONS') return undefined;
  const [, host, rest = ''] = ABSOLUTE.exec(url) ?? [];
  if (host === undefined) return { status: 400, message: 'the request is for something else than a path' };
  request.url = rest.startsWith('/') ? rest : `/${rest}`;
  request.headers.host = host;
  return undefined;
}

/** In bytes, as lines of HTTP/1. */
function sizeOf(rawHeaders: readonly string[]): number {
  let size = 0;
  for (const each of rawHeaders) size += each.length + 2;
  return size;
}

function countHosts(rawHeaders: readonly string[]): number {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return hosts;
}

function refuse(request: IncomingMessage, response: ServerResponse, { status, message }: Refusal): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(refusal(message));
  request.resume();
}

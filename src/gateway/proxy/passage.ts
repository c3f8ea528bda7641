/** How one request is passed on: all that is decided before a connection is made. */
import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { RequestContext } from '../../api/gateway';
import type { ProxyOptions } from '../../api/proxy';
import { endToEnd, listOf } from './end-to-end';
import { changeHeaders, type HeaderList } from './header-list';
import { ProxyError } from './proxy-error';
import { requestTo, type Target } from './target';

/** The time limits of a proxy, in milliseconds; 0 is none. */
export interface Limits {
  readonly connect: number;
  readonly firstByte: number;
  readonly idle: number;
}

/** What all requests of one proxy have in common. */
export interface ProxySettings {
  readonly options: ProxyOptions;
  readonly limits: Limits;
  /** The name by which this proxy knows what it has passed on already. */
  readonly pseudonym: string;
  agentFor(secure: boolean): Agent;
}

export interface Passage {
  readonly target: Target;
  readonly limits: Limits;
  /** Whether the request has a body to be passed on. */
  readonly hasBody: boolean;
  /** Begins the request to the server. */
  open(): ClientRequest;
  /** The headers of an answer, as the client gets them. */
  answerHeaders(raw: readonly string[]): HeaderList;
}

/** Methods whose requests have a body unless they say that they have none. */
const BODY_METHODS = new Set(['POST', 'PUT', 'PATCH']);

/**
 * Decides how a request is passed on. `request.url` is what is below the proxy’s own path. `upgrade` is the protocol
 * that it asks for. Throws `BACKLOT_E_PROXY_LOOP` when this proxy has passed the request on before.
 */
export function planPassage(
  settings: ProxySettings,
  target: Target,
  context: RequestContext,
  request: IncomingMessage,
  upgrade?: string,
): Passage {
  const { options } = settings;
  assertNoLoop(settings, target, request);
  const hasBody = upgrade === undefined && isWithBody(request);
  const headers = requestHeaders(settings, target, request, hasBody);
  changeHeaders(headers, options.requestHeaders, context);
  if (upgrade !== undefined) {
    // What follows an upgrade is the other protocol’s. A server that was promised a body would take the next request for it.
    for (const name of ['Content-Length', 'Expect', 'Trailer']) headers.delete(name);
    headers.set('Connection', 'Upgrade');
    headers.set('Upgrade', upgrade);
  }
  const path = target.basePath + rewritten(request.url ?? '/', options, context);
  return {
    target,
    limits: settings.limits,
    hasBody,
    open: () =>
      requestTo(target, {
        agent: settings.agentFor(target.secure),
        method: request.method ?? 'GET',
        path,
        headers: headers.raw,
        rejectUnauthorized: options.rejectUnauthorized ?? true,
      }),
    answerHeaders: (raw) => {
      const answered = endToEnd(raw);
      changeHeaders(answered, options.responseHeaders, context);
      return answered;
    },
  };
}

function assertNoLoop({ pseudonym }: ProxySettings, target: Target, request: IncomingMessage): void {
  if (!listOf(request.headers.via).some((each) => each.endsWith(` ${pseudonym}`))) return;
  const message = `what was passed on to ${target.display} came back to the same proxy`;
  throw new ProxyError('BACKLOT_E_PROXY_LOOP', message, target.display);
}

function requestHeaders(
  { options, pseudonym }: ProxySettings,
  target: Target,
  request: IncomingMessage,
  hasBody: boolean,
): HeaderList {
  const headers = endToEnd(request.rawHeaders);
  const asked = request.headers.host ?? (request.headers[':authority'] as string | undefined);
  headers.set('Host', options.changeHost || asked === undefined ? target.host : asked);
  if (target.authorization !== undefined && !headers.has('authorization')) {
    headers.set('Authorization', target.authorization);
  }
  if (options.forwarded ?? true) addForwarded(headers, request, asked);
  headers.append('Via', `${request.httpVersion} ${pseudonym}`);
  if (hasBody && !headers.has('content-length')) headers.set('Transfer-Encoding', 'chunked');
  if (!hasBody && BODY_METHODS.has(request.method ?? '')) headers.set('Content-Length', '0');
  // Trailers go through, and so does the wish for them.
  if (listOf(String(request.headers.te ?? '')).some((each) => each.split(';')[0] === 'trailers')) {
    headers.set('TE', 'trailers');
    headers.set('Connection', 'keep-alive, TE');
  }
  return headers;
}

/** What a proxy before us has said is kept: it knew more of the client. */
function addForwarded(headers: HeaderList, request: IncomingMessage, host: string | undefined): void {
  const { remoteAddress, encrypted } = request.socket as Partial<TLSSocket>;
  const before = headers.get('x-forwarded-for');
  if (remoteAddress !== undefined) {
    headers.set('X-Forwarded-For', before === undefined ? remoteAddress : `${before}, ${remoteAddress}`);
  }
  if (!headers.has('x-forwarded-proto')) headers.set('X-Forwarded-Proto', encrypted ? 'https' : 'http');
  if (host !== undefined && !headers.has('x-forwarded-host')) headers.set('X-Forwarded-Host', host);
}

function isWithBody(request: IncomingMessage): boolean {
  const { headers, httpVersionMajor } = request;
  if (headers['transfer-encoding'] !== undefined) return true;
  if (headers['content-length'] !== undefined) return headers['content-length'] !== '0';
  if (httpVersionMajor < 2) return false;
  // In HTTP/2 a body needs no header; a request without one ends with its headers.
  const { stream } = request as { readonly stream?: { readonly endAfterHeaders?: boolean } };
  return stream?.endAfterHeaders !== true;
}

function rewritten(url: string, { rewritePath }: ProxyOptions, context: RequestContext): string {
  if (!rewritePath) return url;
  const query = url.indexOf('?');
  const path = rewritePath(query < 0 ? url : url.slice(0, query), context);
  const whole = path.startsWith('/') ? path : `/${path}`;
  return query < 0 ? whole : whole + url.slice(query);
}

/** The server that requests are passed on to, from its URL to a request of node’s. */
import { request as requestHttp, type Agent, type ClientRequest, type RequestOptions } from 'node:http';
import { isIP } from 'node:net';
import { kindOf } from '../kind-of';
import { https } from './https';
import { ProxyError } from './proxy-error';

export interface Target {
  readonly secure: boolean;
  /** Where it listens: a name and a port, or the path of a unix socket. */
  readonly address: { readonly host: string; readonly port: number } | { readonly socketPath: string };
  /** What `Host` says to mean it. */
  readonly host: string;
  /** The path that goes before that of each request, without a slash at its end. */
  readonly basePath: string;
  /** The header with user and password of the URL. */
  readonly authorization: string | undefined;
  /** The URL for people: with the password hidden. */
  readonly display: string;
}

/** What a URL means. Throws `BACKLOT_E_PROXY_TARGET_INVALID`. */
export function parseTarget(given: unknown): Target {
  const url = given instanceof URL ? given : urlOf(given);
  const { protocol, hostname, pathname, search, hash } = url;
  if (!['http:', 'https:', 'http+unix:'].includes(protocol)) {
    throw invalid(`${displayOf(url)} has the protocol ${protocol}`);
  }
  if (search !== '' || hash !== '') throw invalid(`${displayOf(url)} has a query or a fragment`);
  if (hostname === '') throw invalid(`${displayOf(url)} names no server`);
  const secure = protocol === 'https:';
  const isUnix = protocol === 'http+unix:';
  return {
    secure,
    address: isUnix
      ? { socketPath: decode(hostname, url) }
      : // A name of IPv6 is written in brackets only in a URL.
        { host: hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) || (secure ? 443 : 80) },
    host: isUnix ? 'localhost' : url.host,
    basePath: pathname.replace(/\/$/, ''),
    authorization: authorizationOf(url),
    display: displayOf(url),
  };
}

/** Begins a request to the server. The headers are names and values in turn, `Host` among them. */
export function requestTo(
  target: Target,
  options: { agent: Agent; method: string; path: string; headers: readonly string[]; rejectUnauthorized: boolean },
): ClientRequest {
  // Node takes headers as a flat list, in their case and order; its types know only the other form.
  const headers = options.headers as unknown as NonNullable<RequestOptions['headers']>;
  const common = { ...target.address, agent: options.agent, method: options.method, path: options.path, headers };
  if (!target.secure) return requestHttp(common);
  const host = 'host' in target.address ? target.address.host : '';
  return https().request({
    ...common,
    rejectUnauthorized: options.rejectUnauthorized,
    // Node would take the name from `Host`, which the client wrote.
    servername: isIP(host) === 0 ? host : '',
  });
}

function urlOf(given: unknown): URL {
  if (typeof given !== 'string') throw invalid(`${kindOf(given)} is no URL`);
  try {
    return new URL(given);
  } catch {
    // It may hold a password even so.
    throw invalid(`"${given.replace(/\/\/[^/@]*@/, '//***@')}" is no URL`);
  }
}

function decode(hostname: string, url: URL): string {
  try {
    return decodeURIComponent(hostname);
  } catch {
    throw invalid(`${displayOf(url)} has a wrong percent-encoding in the path of its socket`);
  }
}

function authorizationOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(plain).toString('base64')}`;
}

function displayOf(url: URL): string {
  const shown = new URL(url);
  if (shown.username !== '') shown.username = '***';
  if (shown.password !== '') shown.password = '***';
  shown.search = '';
  shown.hash = '';
  return shown.href.replace(/\/$/, '');
}

function invalid(problem: string): ProxyError {
  return new ProxyError('BACKLOT_E_PROXY_TARGET_INVALID', `requests cannot be passed on: ${problem}`, undefined);
}

/** What an extension says about another server that it puts behind the gateway. */
import type { RequestContext } from './gateway';

/**
 * The server that requests are passed on to: a URL with `http:`, `https:` or, for a unix socket, `http+unix:` and the path
 * of the socket, percent-encoded, for a host (`http+unix://%2Frun%2Fapp.sock/`). A path in it goes before that of the
 * request; user and password in it are sent to the server. Or a function that gives such a URL for each request.
 */
export type ProxyTarget = string | URL | ((context: RequestContext) => string | URL | Promise<string | URL>);

/** Headers of a message in their order, with the case of their names as it was written. Names are found in any case. */
export interface ProxyHeaders extends Iterable<readonly [name: string, value: string]> {
  /** The value of a header, several joined by `, `; undefined when there is none. */
  get(name: string): string | undefined;
  /** Every value of a header. */
  getAll(name: string): string[];
  has(name: string): boolean;
  /** Sets a header to a value, or to several, in the place of what there was. */
  set(name: string, value: string | readonly string[]): void;
  append(name: string, value: string): void;
  delete(name: string): void;
}

/** Headers to set (and, where the value is undefined, to take out), or a function that changes all of them. */
export type HeaderChanges =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | ((headers: ProxyHeaders, context: RequestContext) => void);

/** How requests are passed on. Times are in milliseconds, and 0 is no limit. */
export interface ProxyOptions {
  /**
   * Sends the target's own name in `Host`. When left out, the server gets the `Host` that the client wrote, so that the
   * URLs it makes, and signatures over that header, are right.
   */
  readonly changeHost?: boolean;
  /** Tells the server of the client in `X-Forwarded-For`, `-Proto` and `-Host`; on when left out. */
  readonly forwarded?: boolean;
  /** Gives the path to ask the server for; it is called with the raw path below the proxy's own. The query is kept. */
  readonly rewritePath?: (path: string, context: RequestContext) => string;
  /** What to change in the headers of the request, last of all. */
  readonly requestHeaders?: HeaderChanges;
  /** What to change in the headers of the answer. `Location` and the domains of cookies are left alone otherwise. */
  readonly responseHeaders?: HeaderChanges;
  /** Whether the certificate of an https server must be valid; true when left out. */
  readonly rejectUnauthorized?: boolean;
  /** How long it may take to reach the server; 10 seconds when left out. */
  readonly connectTimeout?: number;
  /** How long the server may take to begin its answer once it has the request; 120 seconds when left out. */
  readonly firstByteTimeout?: number;
  /** How long the server may pause within its answer; 300 seconds when left out. */
  readonly idleTimeout?: number;
}

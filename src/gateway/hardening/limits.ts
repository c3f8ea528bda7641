import type { ServerOptions } from 'node:http';

/** What a client may ask of a connection. Times are in milliseconds. */
export interface ConnectionLimits {
  /** The most bytes of a request’s line and headers together. */
  readonly headerSize: number;
  /** The most headers of a request. */
  readonly headers: number;
  /** How long a client may take for a request’s line and headers, and a new connection for its first byte. */
  readonly headersTime: number;
  /**
   * How long a body that somebody waits for may come at less than {@link SLOWEST_BODY}, and how long a client may leave what is sent
   * to it, besides a second for each 64 KiB of that.
   */
  readonly bodyTime: number;
  /** How long a connection is kept open between two requests. */
  readonly idleTime: number;
}

export const DEFAULT_LIMITS: ConnectionLimits = {
  headerSize: 16_384,
  headers: 200,
  headersTime: 30_000,
  bodyTime: 30_000,
  idleTime: 60_000,
};

/** Bytes in a second. A client below that holds a connection rather than that it sends. */
export const SLOWEST_BODY = 64;

/** How often it is looked for connections that take too long, in milliseconds; more often where limits are short. */
const LOOK = 5_000;

export function lookInterval(limit: number): number {
  return Math.max(10, Math.min(LOOK, limit / 4));
}

/** The limits that Node’s own server holds to. */
export function limitOptions(limits: ConnectionLimits): ServerOptions {
  return {
    maxHeaderSize: limits.headerSize,
    headersTimeout: limits.headersTime,
    keepAliveTimeout: limits.idleTime,
    connectionsCheckingInterval: lookInterval(limits.headersTime),
    // Node would limit the time of a whole request, and so cut a large one that comes in all the while: see ./slow-bodies.
    requestTimeout: 0,
  };
}

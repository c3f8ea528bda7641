import type { GatewayResponse, Handler } from '../api/gateway';
import type { Context } from './context';

/** What the access log says of one request. */
export interface AccessEntry {
  readonly method: string;
  readonly host: string;
  /** Raw, without the query, which may hold secrets. */
  readonly path: string;
  readonly status: number;
  readonly milliseconds: number;
  /** Who served it: the owner of the route, or undefined where none did. */
  readonly extension: string | undefined;
  /** Whether the client got the whole answer. */
  readonly complete: boolean;
}

/** The finalizer that hands an entry for each request to a log. */
export function accessHandler(write: (entry: AccessEntry) => void): Handler {
  return (_chain, context, response) => write(entryOf(context as Context, response));
}

function entryOf(
  { request, host, path, route, startedAt }: Context,
  { statusCode, writableFinished }: GatewayResponse,
): AccessEntry {
  return {
    method: request.method,
    host,
    path,
    status: statusCode,
    milliseconds: performance.now() - startedAt,
    extension: route?.owner,
    complete: writableFinished,
  };
}

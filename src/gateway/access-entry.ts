import type { GatewayResponse, Handler, RequestContext } from '../api/gateway';

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
  return (_chain, context, response) => write(entryOf(context as RequestContext & { startedAt: number }, response));
}

function entryOf(
  { request, host, path, route, startedAt }: RequestContext & { readonly startedAt: number },
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

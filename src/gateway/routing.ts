import type { GatewayResponse, Handler } from '../api/gateway';
import { fillBody, fillFromFetch } from './body';
import { isPromise, type Exchange } from './chain';
import { enterScopes } from './request-scope';
import { holdBackHead } from './response';
import type { RouteMatch, RouteTable } from './route-table';
import { WEBSOCKET } from './routing/methods';
import { serveUpgrade } from './websocket/serve-upgrade';
import { upgradeOf } from './websocket/upgrade';

/** The request handler that finds the route of a request and lets it answer. Without a route, the chain goes on. */
export function routeHandler(table: RouteTable): Handler {
  return (chain, context) => {
    const { method, headers } = context.request;
    const upgrade = upgradeOf(context.request);
    // HTTP/2 lets a client write any method; rules for WebSockets answer none.
    if (method === WEBSOCKET) return undefined;
    const match = table.find(upgrade ? WEBSOCKET : method, headers.host ?? '', context.path);
    if (!match) return undefined;
    return upgrade ? serveUpgrade(match, upgrade, chain as Exchange) : serve(match, chain as Exchange);
  };
}

function serve(match: RouteMatch, exchange: Exchange): unknown {
  const { context } = exchange;
  context.params = match.params;
  context.route = match.record.route;
  exchange.served(match.record.inFlight);
  return match.record.kind === 'endpoint' ? serveEndpoint(match, exchange) : serveListener(match, exchange);
}

function serveEndpoint({ record }: RouteMatch, exchange: Exchange): unknown {
  const { context, response } = exchange;
  const result = record.run(context, context.request, response, unused);
  if (isPromise(result)) return result.then((value) => answer(exchange, value));
  answer(exchange, result);
  return undefined;
}

/** Makes the response from what an endpoint returned, unless the endpoint answered in another way. */
function answer(exchange: Exchange, value: unknown): void {
  if (exchange.stopped || exchange.opened) return;
  const { response } = exchange;
  if (value instanceof globalThis.Response) {
    fillFromFetch(response, value);
  } else {
    if (value === undefined && response.statusCode === 200) response.statusCode = 204;
    fillBody(response, value);
  }
  exchange.stop();
}

/**
 * Hands the request to an Express handler, app or listener. Returns when it ended the response; else a promise for
 * the end of the response, or for its call of `next`, after which the chain goes on as if there were no route.
 */
function serveListener({ record, texts }: RouteMatch, exchange: Exchange): unknown {
  const { context, response } = exchange;
  const { request } = context;
  const { params } = request;
  // Parameters are text in Express.
  request.params = texts;
  holdBackHead(response);
  enterScopes(request);
  enterScopes(response);
  let passed = false;
  let settle: { resolve: () => void; reject: (error: unknown) => void } | undefined;
  let failure: { error: unknown } | undefined;
  const fail = (error: unknown): void => {
    if (settle) settle.reject(error);
    else failure = { error };
  };
  const next = (error?: unknown): void => {
    // Express reads 'route' and 'router' as "leave this router", not as errors.
    if (error !== undefined && error !== null && error !== 'route' && error !== 'router') return fail(error);
    passed = true;
    request.params = params;
    context.params = {};
    context.route = undefined;
    settle?.resolve();
  };
  const result = record.run(context, request, response, next);
  if (isPromise(result)) result.then(undefined, fail);
  if (failure) throw failure.error;
  if (passed || isDone(response)) return undefined;
  return new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
    response.once('close', resolve);
  });
}

function isDone(response: GatewayResponse): boolean {
  return response.writableEnded || response.destroyed;
}

function unused(): void {}

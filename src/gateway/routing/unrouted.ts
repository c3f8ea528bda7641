import type { HandlerChain, RequestContext } from '../../api/gateway';
import type { RouteTable } from '../route-table';
import { upgradeOf } from '../websocket/upgrade';
import { WEBSOCKET } from './methods';

/**
 * Answers a request that nothing has answered: 404 where no rule has its path, else 405 with the methods that there are, and 204
 * with them for OPTIONS; 426 where only WebSockets are served. A rule that has the method and passed the request on has said that there is nothing: 404.
 */
export function answerUnrouted(table: RouteTable, chain: HandlerChain, context: RequestContext, what: string): void {
  const { request, path } = context;
  const { method } = request;
  const host = request.headers.host ?? '';
  if (upgradeOf(request)) {
    chain.respond(404, { error: { message: `no WebSocket at ${context.host}${path}` } });
    return;
  }
  // It asks what the gateway as a whole can do (RFC 9110, 9.3.7), and means no rule.
  if (path === '*') return chain.respond(204);
  const methods = table.allowed(host, path);
  if (methods.length === 0 && table.find(WEBSOCKET, host, path)) {
    const message = `there is a WebSocket at ${context.host}${path}, and nothing else`;
    chain.respond(426, { error: { message } }, { upgrade: 'websocket', connection: 'Upgrade' });
    return;
  }
  if (methods.length === 0 || methods.includes(method)) {
    chain.respond(404, { error: { message: `no ${what} for ${method} ${context.host}${path}` } });
    return;
  }
  const allow = methods.join(', ');
  if (method === 'OPTIONS') {
    chain.respond(204, undefined, { allow });
    return;
  }
  const message = `no ${what} for ${method} ${context.host}${path}; there is one for ${allow}`;
  chain.respond(405, { error: { message } }, { allow });
}

import type { RequestContext } from '../../api/gateway';
import type { Exchange } from '../chain';
import type { RouteMatch } from '../route-table';
import type { Upgrade } from './upgrade';

/** Is told what went wrong on a connection that was taken over, where nobody can be answered any more. */
export type ReportUpgrade = (error: unknown) => void;

/**
 * What a rule does with an upgrade: takes the connection over, or writes an ordinary response. What it throws before either
 * is answered as if an endpoint had thrown it.
 */
export type UpgradeRun = (upgrade: Upgrade, context: RequestContext, report: ReportUpgrade) => unknown;

/** Lets the rule that a request for another protocol has found serve it. */
export function serveUpgrade({ record, params, texts }: RouteMatch, upgrade: Upgrade, exchange: Exchange): unknown {
  const { context } = exchange;
  context.params = params;
  context.route = record.route;
  // Parameters are text in Express.
  context.request.params = texts;
  exchange.served(record.inFlight);
  upgrade.guardedBy(exchange);
  upgrade.scope = context.scope;
  return record.upgrade?.(upgrade, context, (error) => exchange.report(error, 'WebSocket'));
}

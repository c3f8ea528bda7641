import { asBacklotError, type SerializedError } from '../api/errors';
import type { GatewayRequest, Handler, Router } from '../api/gateway';
import type { Exchange } from './chain';
import { PLATFORM } from './owner';
import { RouteTable } from './route-table';
import { routeHandler } from './routing';
import { explainRoute, type Explanation } from './routing/explain';
import { answerUnrouted } from './routing/unrouted';
import { ScopedRouter } from './scoped-router';

/** Where the platform’s own resources lie: under our name, and where clients of LocalStack look for them. */
export const INTERNAL_PREFIXES = ['/_backlot', '/_localstack'] as const;

/**
 * The platform’s own resources. Each is added once and answers under every prefix; what is not there under a prefix
 * is a 404 in JSON (a 405 where only the method is wrong) and never reaches an extension.
 */
export class InternalResources {
  readonly #table = new RouteTable();
  #check: ((request: GatewayRequest) => void) | undefined;

  /** Lets a function decide who may ask for them: it throws a BacklotError, which is told with a 403. */
  guard(check: (request: GatewayRequest) => void): void {
    this.#check = check;
  }

  /** Adds resources: the function is called once for each prefix, with a router below it. */
  add(register: (router: Router) => void): void {
    for (const prefix of INTERNAL_PREFIXES) register(new ScopedRouter(this.#table, PLATFORM).submount(prefix));
  }

  /** Says which of them serves a request; undefined when it is for none, and so goes on to the extensions. */
  explain(method: string, host: string, path: string): Explanation | undefined {
    return isInternal(path) ? explainRoute(this.#table, method, host, path) : undefined;
  }

  /** The request handler that serves them. */
  handler(): Handler {
    const serve = routeHandler(this.#table);
    return (chain, context, response) => {
      // One look at the second character spares all other requests the comparison.
      if (context.request.url[1] !== '_' || !isInternal(context.path)) return undefined;
      // A request for a change of the extensions must not wait for itself.
      (chain as Exchange).uncount();
      const refused = this.#refusalOf(context.request);
      if (refused) return chain.respond(403, { error: refused });
      const served = serve(chain, context, response);
      if (context.route === undefined) {
        answerUnrouted(this.#table, chain, context, 'internal resource');
      }
      return served;
    };
  }

  #refusalOf(request: GatewayRequest): SerializedError | undefined {
    try {
      this.#check?.(request);
      return undefined;
    } catch (thrown) {
      return asBacklotError(thrown, 'BACKLOT_E_INTERNAL', 'the request could not be checked').toJSON();
    }
  }
}

function isInternal(path: string): boolean {
  return INTERNAL_PREFIXES.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
}

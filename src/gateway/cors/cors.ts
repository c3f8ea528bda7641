import { BacklotError } from '../../api/errors';
import type { CorsOptions, GatewayResponse, Handler, RequestContext } from '../../api/gateway';
import type { RouteTable } from '../route-table';
import { WEBSOCKET } from '../routing/methods';
import { upgradeOf } from '../websocket/upgrade';
import { AllowedOrigins, type OriginSettings } from './allowed-origins';

/** How browsers are dealt with where a rule says nothing of its own. */
export interface CorsSettings extends OriginSettings {
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  /** Requests from origins that are not allowed are served, too. */
  readonly withoutChecks: boolean;
  /** No header of CORS is added. */
  readonly withoutHeaders: boolean;
}

const METHODS = 'HEAD, GET, PUT, POST, DELETE, OPTIONS, PATCH';
const EXPOSED = ['etag', 'location', 'x-amz-version-id'];

/**
 * Lets pages in browsers use the gateway: answers preflights, refuses origins that are not allowed, and adds the headers that
 * browsers look for (https://fetch.spec.whatwg.org/#http-cors-protocol). A rule may have options of its own, or see to all of
 * it by itself. A request without `Origin` costs one look.
 */
export class Cors {
  readonly #origins: AllowedOrigins;

  constructor(
    private readonly settings: CorsSettings,
    private readonly routes: RouteTable,
  ) {
    this.#origins = new AllowedOrigins(settings, (authority) => routes.namesHost(authority));
  }

  /** The request handler: goes before routing. */
  readonly check: Handler = (chain, context, response) => {
    const { origin } = context.request.headers;
    if (origin === undefined) return;
    const isPreflight = context.request.method === 'OPTIONS';
    if (isPreflight && this.#isOwned(context)) return;
    const options = this.#optionsFor(context, isPreflight);
    if (options === false) return;
    if (!this.#allows(origin, context, options)) {
      const { code, message, remedy } = refusal(origin);
      chain.respond(403, { error: { code, message, remedy } });
      return;
    }
    if (!isPreflight) return;
    chain.respond(204);
    if (!this.settings.withoutHeaders) this.#addPreflightHeaders(context, response, options);
  };

  /** The response handler: whoever answered. What the answer says by itself stays. */
  readonly addHeaders: Handler = (_chain, context, response) => {
    const { origin } = context.request.headers;
    if (origin === undefined || this.settings.withoutHeaders) return;
    const options = context.route
      ? context.route.cors
      : this.#optionsFor(context, context.request.method === 'OPTIONS');
    if (options === false || !this.#allows(origin, context, options)) return;
    if (!response.hasHeader('access-control-allow-origin')) {
      response.setHeader('access-control-allow-origin', origin);
      response.setHeader('access-control-allow-credentials', 'true');
      response.vary('Origin');
    }
    if (!response.hasHeader('access-control-expose-headers')) {
      const exposed = [...EXPOSED, ...this.settings.exposeHeaders, ...(options?.exposeHeaders ?? [])];
      response.setHeader('access-control-expose-headers', exposed.join(', '));
    }
  };

  #allows(origin: string, { request }: RequestContext, options: CorsOptions | undefined): boolean {
    if (this.settings.withoutChecks) return true;
    const own = options?.origins ?? [];
    return own === '*' || own.includes(origin) || this.#origins.has(origin, request.headers.host ?? '');
  }

  #addPreflightHeaders({ request }: RequestContext, response: GatewayResponse, options: CorsOptions | undefined): void {
    // Whatever an allowed page asks for: what a header means is the extension’s business.
    const asked = request.headers['access-control-request-headers'] ?? '';
    const allowed = [asked, ...this.settings.allowHeaders, ...(options?.allowHeaders ?? [])].filter(Boolean);
    const method = request.headers['access-control-request-method'] ?? '';
    response.setHeader('access-control-allow-methods', METHODS.includes(method) ? METHODS : `${METHODS}, ${method}`);
    if (allowed.length > 0) response.setHeader('access-control-allow-headers', allowed.join(', '));
    if (options?.maxAge !== undefined) response.setHeader('access-control-max-age', options.maxAge);
    if (request.headers['access-control-request-private-network'] === 'true') {
      response.setHeader('access-control-allow-private-network', 'true');
    }
  }

  /** Whether a rule answers OPTIONS by name, and not only among all methods. */
  #isOwned({ request, path }: RequestContext): boolean {
    const owner = this.routes.find('OPTIONS', request.headers.host ?? '', path);
    return owner !== undefined && owner.record.route.methods !== '*';
  }

  /** The options of the rule that serves the request; for a preflight, of the one that will serve what it announces. */
  #optionsFor({ request, path }: RequestContext, isPreflight: boolean): CorsOptions | false | undefined {
    const announced = isPreflight ? request.headers['access-control-request-method'] : undefined;
    const asked = upgradeOf(request) ? WEBSOCKET : request.method;
    const method = typeof announced === 'string' ? announced.toUpperCase() : asked;
    return this.routes.find(method, request.headers.host ?? '', path)?.record.route.cors;
  }
}

function refusal(origin: string): BacklotError {
  return new BacklotError('BACKLOT_E_ORIGIN_REFUSED', `a page of ${origin} may not use the gateway`, {
    remedy: `To allow it: EXTRA_CORS_ALLOWED_ORIGINS=${origin}`,
  });
}

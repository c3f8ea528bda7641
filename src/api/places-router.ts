import type {
  AddRoute,
  CorsOptions,
  Endpoint,
  ExpressHandler,
  Listener,
  PathParams,
  Protocol,
  RequestContext,
  Resource,
  Route,
  Router,
} from './gateway';
import type { ProxyOptions, ProxyTarget } from './proxy';
import type { SiteRoot } from './site-root';
import type { MountOptions, WebSocketEndpoint, WebSocketOptions } from './websocket';

/** A router whose rules answer at every place of a web app. */
export interface WebRouter extends Router {
  /** As `get`, but text that the endpoint returns is an HTML page. */
  page<Path extends string>(path: Path, render: Endpoint<PathParams<Path>>): Route;
  /** The same places, with a priority. */
  withPriority(priority: number): WebRouter;
  /** The same places, with options for pages of other origins. */
  withCors(options: CorsOptions | false): WebRouter;
  /** The same places, below a path. */
  submount(prefix: string): WebRouter;
}

/** A rule as it stands at each place, under the one of them that its author knows. */
const twins = new WeakMap<Route, readonly (readonly [router: Router, route: Route])[]>();

/** Adds every rule to several routers. The rule that it gives stands for all of them. */
export class PlacesRouter implements WebRouter {
  readonly #places: readonly Router[];
  readonly #root: SiteRoot | undefined;
  readonly #anywhere: Router;

  /**
   * `anywhere` is the router that leads to no particular place: a rule for another host stands there, once. With a `root`,
   * what is mounted at "/" goes before what the root has by itself.
   */
  constructor(places: readonly Router[], anywhere: Router, root?: SiteRoot) {
    this.#places = places;
    this.#anywhere = anywhere;
    this.#root = root;
  }

  readonly get = this.#adderOf('get');
  readonly post = this.#adderOf('post');
  readonly put = this.#adderOf('put');
  readonly patch = this.#adderOf('patch');
  readonly delete = this.#adderOf('delete');
  readonly head = this.#adderOf('head');
  readonly options = this.#adderOf('options');
  readonly all = this.#adderOf('all');

  page(path: string, render: Endpoint<never>): Route {
    return this.get(path, (context: RequestContext) => {
      const result = (render as Endpoint)(context);
      return result instanceof Promise
        ? result.then((value: unknown) => asPage(context, value))
        : asPage(context, result);
    });
  }

  add(methods: readonly string[] | '*', path: string, target: Target): Route {
    return this.#each((router) => router.add(methods, path, target as Endpoint));
  }

  mount(path: string, listener: Listener, options?: MountOptions): Route {
    const isRoot = path === '/' || path === '/*' || path === '*';
    const mounted = isRoot && this.#root && typeof listener === 'function' ? this.#root.behind(listener) : listener;
    return this.#each((router) => router.mount(path, mounted, options));
  }

  proxy(path: string, target: ProxyTarget, options?: ProxyOptions): Route {
    return this.#each((router) => router.proxy(path, target, options));
  }

  ws(path: string, endpoint: WebSocketEndpoint<never>, options?: WebSocketOptions): Route {
    return this.#each((router) => router.ws(path, endpoint as WebSocketEndpoint, options));
  }

  resource(path: string, resource: Resource): readonly Route[] {
    const added = this.#places.map((router) => [router, router.resource(path, resource)] as const);
    const [, first] = added[0]!;
    for (const [index, route] of first.entries()) {
      twins.set(
        route,
        added.map(([router, routes]) => [router, routes[index]!] as const),
      );
    }
    return first;
  }

  withPriority(priority: number): WebRouter {
    return new PlacesRouter(
      this.#places.map((router) => router.withPriority(priority)),
      this.#anywhere.withPriority(priority),
      this.#root,
    );
  }

  withCors(options: CorsOptions | false): WebRouter {
    return new PlacesRouter(
      this.#places.map((router) => router.withCors(options)),
      this.#anywhere.withCors(options),
      this.#root,
    );
  }

  withHost(host: string): Router {
    return this.#anywhere.withHost(host);
  }

  submount(prefix: string): WebRouter {
    return new PlacesRouter(
      this.#places.map((router) => router.submount(prefix)),
      this.#anywhere.submount(prefix),
    );
  }

  /** A protocol belongs to the whole port, and to no place. */
  protocol(protocol: Protocol): () => void {
    return this.#anywhere.protocol(protocol);
  }

  remove(route: Route): boolean {
    const all = twins.get(route) ?? [];
    twins.delete(route);
    return all.map(([router, twin]) => router.remove(twin)).includes(true);
  }

  #adderOf(method: 'get' | 'post' | 'put' | 'patch' | 'delete' | 'head' | 'options' | 'all'): AddRoute {
    return (path: string, target: Target) => this.#each((router) => router[method](path, target as Endpoint));
  }

  #each(add: (router: Router) => Route): Route {
    const added = this.#places.map((router) => [router, add(router)] as const);
    const [, first] = added[0]!;
    twins.set(first, added);
    return first;
  }
}

/** Whatever parameters a path names, they are all strings to the router. */
type Target = Endpoint<never> | ExpressHandler;

function asPage({ response }: RequestContext, value: unknown): unknown {
  if (typeof value === 'string' && !response.hasHeader('content-type')) {
    response.setHeader('content-type', 'text/html; charset=utf-8');
  }
  return value;
}

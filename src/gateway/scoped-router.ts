import type { Socket } from 'node:net';
import { BacklotError } from '../api/errors';
import type {
  AddRoute,
  CorsOptions,
  Endpoint,
  ExpressHandler,
  Listener,
  Protocol,
  Resource,
  Route,
  Router,
} from '../api/gateway';
import type { ProxyOptions, ProxyTarget } from '../api/proxy';
import type { MountOptions, WebSocketEndpoint, WebSocketOptions } from '../api/websocket';
import { enterMount, mountAt, type Mount } from './mounting';
import { kindOf } from './kind-of';
import type { Owner } from './owner';
import type { ProtocolSink } from './port/protocol-table';
import { proxyRule } from './proxy/proxy-rule';
import type { RouteRecord, RouteSink } from './route-table';
import { hostAsSent } from './routing/host-index';
import { isRoutable, WEBSOCKET } from './routing/methods';
import { endpointsOf } from './routing/resource';
import { mountedUpgrade } from './websocket/mounted-upgrade';
import { WebSocketRule } from './websocket/websocket-rule';

/** What all rules of a router have in common. */
interface Scope {
  readonly host: string | undefined;
  readonly prefix: string;
  readonly priority: number;
  readonly cors?: CorsOptions | false;
}

/** A name, a wildcard, or an IPv6 address, with or without a port. */
const HOST = /^(\[[\da-f:.]+\]|(\*\.)?[^\s/*:?#@[\]]+)(:\d{1,5})?$/i;

/** The methods of a rule for WebSockets. */
const WEBSOCKETS: readonly string[] = [WEBSOCKET];

const WIDEST: Scope = { host: undefined, prefix: '', priority: 0 };

/** The router that one owner gets: it adds to the common table under the owner's name, and in a scope. */
export class ScopedRouter implements Router {
  readonly #table: RouteSink;
  readonly #owner: Owner;
  readonly #scope: Scope;
  readonly #protocols: ProtocolSink | undefined;

  /** A router without protocols is one of a part of the port: below a host or a path. */
  constructor(table: RouteSink, owner: Owner, scope: Scope = WIDEST, protocols?: ProtocolSink) {
    this.#table = table;
    this.#owner = owner;
    this.#scope = scope;
    this.#protocols = protocols;
  }

  readonly get = this.#adderOf(['GET']);
  readonly post = this.#adderOf(['POST']);
  readonly put = this.#adderOf(['PUT']);
  readonly patch = this.#adderOf(['PATCH']);
  readonly delete = this.#adderOf(['DELETE']);
  readonly head = this.#adderOf(['HEAD']);
  readonly options = this.#adderOf(['OPTIONS']);
  readonly all = this.#adderOf('*');

  add(methods: readonly string[] | '*', path: string, target: Target): Route {
    const route = this.#route(methods, path);
    if (typeof target !== 'function') {
      throw this.#invalid(`the route ${path} leads to ${kindOf(target)}, not to a function`);
    }
    return this.#insert(route, [patternOf(route.path)], toRun(this.#owner, target));
  }

  mount(path: string, listener: Listener, options: MountOptions = {}): Route {
    const route = this.#route('*', path);
    if (typeof listener !== 'function') {
      throw this.#invalid(`what is mounted at ${path} is ${kindOf(listener)}, not a function`);
    }
    const mount = this.#mountAt(route);
    const run = this.#owner.bind(listener);
    return this.#insert(route, mount.patterns, {
      kind: 'listener',
      run: (_context, request, response, next) => {
        const leave = enterMount(mount, request);
        return run(request, response, (error) => {
          leave();
          next(error);
        });
      },
      ...(options.upgrade ? { upgrade: mountedUpgrade(options.upgrade, mount, this.#owner) } : {}),
    });
  }

  proxy(path: string, target: ProxyTarget, options: ProxyOptions = {}): Route {
    const route = this.#route('*', path);
    const mount = this.#mountAt(route);
    return this.#insert(route, mount.patterns, proxyRule(target, options, mount, this.#owner));
  }

  ws(path: string, endpoint: WebSocketEndpoint<never>, options: WebSocketOptions = {}): Route {
    const route = this.#route(WEBSOCKETS, path);
    if (typeof endpoint !== 'function') {
      throw this.#invalid(`the WebSocket ${path} leads to ${kindOf(endpoint)}, not to a function`);
    }
    const rule = new WebSocketRule(this.#owner, endpoint as WebSocketEndpoint, options);
    return this.#insert(route, [patternOf(route.path)], {
      kind: 'websocket',
      run: () => undefined,
      upgrade: (upgrade, context, report) => rule.serve(upgrade, context, report),
    });
  }

  resource(path: string, resource: Resource<never>): readonly Route[] {
    const endpoints = endpointsOf(resource, path, this.#owner.name);
    const added: Route[] = [];
    try {
      for (const [method, endpoint] of endpoints) added.push(this.add(method === '*' ? '*' : [method], path, endpoint));
    } catch (error) {
      for (const route of added) this.remove(route);
      throw error;
    }
    return added;
  }

  withHost(host: string): Router {
    const [, port = '0'] = /:(\d{1,5})$/.exec(String(host)) ?? [];
    if (typeof host !== 'string' || !HOST.test(host) || Number(port) > 65_535) {
      throw this.#invalid(`"${host}" is not a host: write a name, or "*." and a name, with or without a port`);
    }
    return this.#within({ host: hostAsSent(host) });
  }

  withPriority(priority: number): Router {
    if (!Number.isSafeInteger(priority)) throw this.#invalid(`the priority ${priority} is not a whole number`);
    return this.#within({ priority });
  }

  withCors(options: CorsOptions | false): Router {
    if (options !== false && (typeof options !== 'object' || options === null)) {
      throw this.#invalid('options for CORS are an object, or false');
    }
    return this.#within({ cors: options });
  }

  submount(prefix: string): Router {
    if (typeof prefix !== 'string' || !prefix.startsWith('/'))
      throw this.#invalid(`the prefix "${prefix}" does not start with "/"`);
    return this.#within({ prefix: this.#scope.prefix + prefix.replace(/\/$/, '') });
  }

  remove(route: Route): boolean {
    return this.#table.removeRoute(route, this.#owner.name);
  }

  #within(narrower: Partial<Scope>): ScopedRouter {
    return new ScopedRouter(this.#table, this.#owner, { ...this.#scope, ...narrower });
  }

  protocol(protocol: Protocol): () => void {
    this.#owner.assertOpen();
    const sink = this.#protocols;
    if (!sink)
      throw this.#invalid(`the protocol ${protocol.name} is added below a host or a path, and it is the port’s`);
    const { name, first = false } = protocol;
    const isWhole = (['detect', 'handle'] as const).every((each) => typeof protocol[each] === 'function');
    if (typeof name !== 'string' || !isWhole) throw this.#invalid('a protocol has a name, detect and handle');
    const bound: Protocol = {
      name,
      first,
      detect: this.#owner.bind((bytes: Buffer) => protocol.detect(bytes)),
      handle: this.#owner.bind((socket: Socket) => protocol.handle(socket)),
    };
    const record = { protocol: bound, owner: this.#owner };
    sink.add(record);
    return () => void sink.remove((other) => other === record);
  }

  #adderOf(methods: readonly string[] | '*'): AddRoute {
    return (path: string, target: Target) => this.add(methods, path, target);
  }

  #route(methods: readonly string[] | '*', path: string): Route {
    this.#owner.assertOpen();
    if (typeof path !== 'string') throw this.#invalid(`a path is ${kindOf(path)}, not a string`);
    if (path !== '*' && !path.startsWith('/')) throw this.#invalid(`the path "${path}" does not start with "/"`);
    if (methods !== '*' && methods !== WEBSOCKETS) this.#assertMethods(methods);
    const { host, prefix, priority, cors } = this.#scope;
    return {
      methods,
      host,
      path: prefix + (prefix !== '' && path === '*' ? '/*' : path),
      owner: this.#owner.name,
      priority,
      ...(cors === undefined ? {} : { cors }),
    };
  }

  #assertMethods(methods: readonly string[]): void {
    if (typeof methods === 'string' || methods.length === 0) {
      throw this.#invalid(`a list of one or more methods is missing; ${JSON.stringify(methods)} stands there`);
    }
    const unknown = methods.find((method) => !isRoutable(method));
    if (unknown === 'CONNECT') throw this.#invalid('CONNECT asks for a tunnel and has no path: no rule can serve it');
    if (unknown !== undefined) throw this.#invalid(`"${unknown}" is not an HTTP method in upper case`);
  }

  #mountAt({ path }: Route): Mount {
    const mount = mountAt(patternOf(path));
    if (mount) return mount;
    throw this.#invalid(`the path ${path} cannot be mounted: where a {path} in it ends is not certain`);
  }

  #insert(route: Route, patterns: readonly string[], rule: Pick<RouteRecord, 'kind' | 'run' | 'upgrade'>): Route {
    this.#table.add({ route, patterns, ...rule, owner: this.#owner, inFlight: { count: 0 } });
    return route;
  }

  #invalid(message: string): BacklotError {
    return new BacklotError('BACKLOT_E_ROUTE_INVALID', message, { where: { extension: this.#owner.name } });
  }
}

/** Whatever parameters a path names, they are all strings to the router. */
type Target = Endpoint<never> | ExpressHandler;

/** One parameter makes an endpoint, two or more an Express handler. */
function toRun(owner: Owner, target: Target): Pick<RouteRecord, 'kind' | 'run'> {
  if (isExpressHandler(target)) {
    const handler = owner.bind(target);
    return {
      kind: 'listener',
      run: (_context, request, response, next) => handler(request, response, next),
    };
  }
  const endpoint = owner.bind(target as Endpoint);
  return { kind: 'endpoint', run: (context) => endpoint(context) };
}

/** `*` alone means every path. */
function patternOf(path: string): string {
  return path === '*' ? '/*' : path;
}

function isExpressHandler(target: Target): target is ExpressHandler {
  return target.length >= 2;
}

import { METHODS } from 'node:http';
import type { Socket } from 'node:net';
import { BacklotError } from '../api/errors';
import type { AddRoute, Endpoint, ExpressHandler, Listener, Protocol, Route, Router } from '../api/gateway';
import type { Owner } from './owner';
import type { ProtocolSink } from './port/protocol-table';
import type { RouteRecord, RouteRun, RouteSink } from './route-table';

/** The router that one owner gets: it adds to the common table under the owner's name, a host and a path prefix. */
export class ScopedRouter implements Router {
  readonly #table: RouteSink;
  readonly #owner: Owner;
  readonly #host: string | undefined;
  readonly #prefix: string;
  readonly #protocols: ProtocolSink | undefined;

  /** A router without protocols is one of a part of the port: below a host or a path. */
  constructor(table: RouteSink, owner: Owner, host?: string, prefix = '', protocols?: ProtocolSink) {
    this.#table = table;
    this.#owner = owner;
    this.#host = host;
    this.#prefix = prefix;
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
      throw this.#invalid(`the route ${path} leads to a ${typeof target}, not to a function`);
    }
    return this.#insert({ route, patterns: [patternOf(route.path)], ...toRun(this.#owner, target) });
  }

  mount(path: string, listener: Listener): Route {
    const route = this.#route('*', path);
    if (typeof listener !== 'function') {
      throw this.#invalid(`what is mounted at ${path} is a ${typeof listener}, not a function`);
    }
    const prefix = patternOf(route.path).replace(/\/\*?$/, '');
    const depth = prefix.split('/').length - 1;
    const run = this.#owner.bind(listener);
    return this.#insert({
      route,
      patterns: prefix === '' ? ['/*'] : [prefix, `${prefix}/*`],
      kind: 'listener',
      run: (context, request, response, next) => {
        const { url, baseUrl, params } = request;
        const end = endOfSegment(url, depth);
        const below = url.slice(end);
        request.url = below.startsWith('/') ? below : `/${below}`;
        request.baseUrl = baseUrl + url.slice(0, end);
        request.params = Object.fromEntries(Object.entries(context.params).filter(([name]) => name !== '*'));
        return run(request, response, (error) => {
          Object.assign(request, { url, baseUrl, params });
          next(error);
        });
      },
    });
  }

  withHost(host: string): Router {
    if (typeof host !== 'string' || !/^(\*\.)?[^\s/*:]+$/.test(host)) {
      throw this.#invalid(`"${host}" is not a host: write a name, or "*." and a name, without a port`);
    }
    return new ScopedRouter(this.#table, this.#owner, host.toLowerCase(), this.#prefix);
  }

  submount(prefix: string): Router {
    if (typeof prefix !== 'string' || !prefix.startsWith('/'))
      throw this.#invalid(`the prefix "${prefix}" does not start with "/"`);
    return new ScopedRouter(this.#table, this.#owner, this.#host, this.#prefix + prefix.replace(/\/$/, ''));
  }

  remove(route: Route): boolean {
    return this.#table.remove((record) => record.route === route && route.owner === this.#owner.name) > 0;
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
    if (typeof path !== 'string') throw this.#invalid(`a path is a ${typeof path}, not a string`);
    if (path !== '*' && !path.startsWith('/')) throw this.#invalid(`the path "${path}" does not start with "/"`);
    if (methods !== '*') this.#assertMethods(methods);
    return {
      methods,
      host: this.#host,
      path: this.#prefix + (this.#prefix !== '' && path === '*' ? '/*' : path),
      owner: this.#owner.name,
    };
  }

  #assertMethods(methods: readonly string[]): void {
    if (typeof methods === 'string' || methods.length === 0) {
      throw this.#invalid(`a list of one or more methods is missing; ${JSON.stringify(methods)} stands there`);
    }
    const unknown = methods.find((method) => !METHODS.includes(method));
    if (unknown !== undefined) throw this.#invalid(`"${unknown}" is not an HTTP method in upper case`);
  }

  #insert(rule: Omit<RouteRecord, 'owner' | 'inFlight'>): Route {
    const record = { ...rule, owner: this.#owner, inFlight: { count: 0 } };
    this.#table.add(record);
    return record.route;
  }

  #invalid(message: string): BacklotError {
    return new BacklotError('BACKLOT_E_ROUTE_INVALID', message, { where: { extension: this.#owner.name } });
  }
}

/** Whatever parameters a path names, they are all strings to the router. */
type Target = Endpoint<never> | ExpressHandler;

/** One parameter makes an endpoint, two or more an Express handler. */
function toRun(owner: Owner, target: Target): { kind: RouteRecord['kind']; run: RouteRun } {
  if (isExpressHandler(target)) {
    const handler = owner.bind(target);
    return {
      kind: 'listener',
      run: (context, request, response, next) => {
        request.params = context.params;
        return handler(request, response, next);
      },
    };
  }
  const endpoint = owner.bind(target as Endpoint);
  return { kind: 'endpoint', run: (context) => endpoint(context) };
}

/** `*` alone means every path. */
function patternOf(path: string): string {
  return path === '*' ? '/*' : path;
}

/** Where the first so many segments of a raw URL end. The client may have encoded them in a way of its own. */
function endOfSegment(url: string, segments: number): number {
  let end = 0;
  for (let passed = 0; passed < segments; passed++) {
    const next = /[/?]/.exec(url.slice(end + 1));
    if (!next) return url.length;
    end += 1 + next.index;
    if (url[end] === '?') return end;
  }
  return end;
}

function isExpressHandler(target: Target): target is ExpressHandler {
  return target.length >= 2;
}

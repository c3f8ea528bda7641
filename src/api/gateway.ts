/** The contracts of the gateway: what an extension gets to see of HTTP, routes and handlers. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { NextFunction, Request, Response } from 'express';

/** A request, as Express knows it. `url` is raw: still encoded, not normalised. */
export type GatewayRequest = Request;

/**
 * A response, as Express knows it. Until it is sent, `body` holds what will be sent, where an endpoint returned it or
 * a handler called `chain.respond`; response handlers may replace it. It is undefined for a response that an Express
 * handler writes by itself.
 */
export interface GatewayResponse extends Response {
  body: Body | undefined;
}

/** What is sent as it is. Anything else an endpoint returns becomes JSON. */
export type Body = string | Uint8Array | Readable | AsyncIterable<string | Uint8Array>;

/** Everything that is known about one request while it is served. */
export interface RequestContext<Params extends object = Record<string, string>> {
  readonly request: GatewayRequest;
  readonly response: GatewayResponse;
  /** An identifier of this request, unique in the process. */
  readonly requestId: string;
  /** The name in the Host header: lower case, without the port. */
  readonly host: string;
  /** The path of the URL: still encoded, without the query. */
  readonly path: string;
  /** The query of the URL. */
  readonly query: URLSearchParams;
  /** The parameters in the path of the route that serves this request, decoded; empty before routing. */
  readonly params: Params;
  /** The route that serves this request; undefined before routing and when none does. */
  readonly route: Route | undefined;
  /** Values that handlers keep for later handlers of the same request. */
  readonly locals: Record<string, unknown>;
}

/** What a handler does with the chain that it is part of. */
export interface HandlerChain {
  /**
   * Fills the response and stops: the remaining request handlers are skipped, response handlers and finalizers run.
   * A string is sent as text, bytes as they are, an object or array as JSON, nothing as an empty body.
   */
  respond(status: number, body?: unknown, headers?: Readonly<Record<string, string | readonly string[]>>): void;
  /** Skips the remaining request handlers; response handlers and finalizers run. */
  stop(): void;
  /** Skips the remaining request handlers and the response handlers; finalizers run. */
  terminate(): void;
  readonly stopped: boolean;
  readonly terminated: boolean;
}

/** A request handler, response handler or finalizer. May be async; is awaited. What it returns is ignored. */
export type Handler = (chain: HandlerChain, context: RequestContext, response: GatewayResponse) => unknown;

/** Runs after a request handler or an endpoint threw. May fill the response. */
export type ExceptionHandler = (
  chain: HandlerChain,
  error: unknown,
  context: RequestContext,
  response: GatewayResponse,
) => unknown;

/** A list of handlers that an extension adds to. They run in the order of the list. */
export interface Handlers<H = Handler> {
  append(handler: H): void;
  prepend(handler: H): void;
  /** Takes a handler out that this extension added; false when there is none. */
  remove(handler: H): boolean;
}

export type ExceptionHandlers = Handlers<ExceptionHandler>;

/** The parameters that a path names: `/a/:b/:c` has `b` and `c`; a final `*` is named `*`. */
export type PathParams<Path extends string> = string extends Path
  ? Record<string, string>
  : { [Name in ParamNames<Path>]: string };

type ParamNames<Path extends string> = Path extends `${infer Segment}/${infer Rest}`
  ? ParamNames<Segment> | ParamNames<Rest>
  : Path extends `:${infer Name}(${string}`
    ? Name
    : Path extends `:${infer Name}`
      ? Name
      : Path extends '*'
        ? '*'
        : never;

/**
 * Answers a request by what it returns: an object or array (sent as JSON), a string (text), bytes, a stream or an async
 * iterable (sent piece by piece), a fetch `Response`, or nothing (204, unless it wrote to the response itself).
 */
export type Endpoint<Params extends object = Record<string, string>> = (context: RequestContext<Params>) => unknown;

/** An ordinary Express handler. A function with two or more parameters is taken for one. */
export type ExpressHandler = (request: Request, response: Response, next: NextFunction) => unknown;

/** Adds a rule for a path: an endpoint (a function of one parameter), or an Express handler (of two or three). */
export interface AddRoute {
  <Path extends string>(path: Path, endpoint: Endpoint<PathParams<Path>>): Route;
  (path: string, handler: ExpressHandler): Route;
}

/** Anything that takes a Node request and response: an Express app or router, Connect middleware, an http listener. */
export type Listener = (
  request: IncomingMessage & Request,
  response: ServerResponse & Response,
  next: (error?: unknown) => void,
) => unknown;

/** One rule of the router. */
export interface Route {
  /** HTTP methods in upper case, or `*` for all. */
  readonly methods: readonly string[] | '*';
  /** The host the rule is for, or undefined for any. */
  readonly host: string | undefined;
  readonly path: string;
  /** The extension that added it; `backlot` for the platform's own. */
  readonly owner: string;
}

/**
 * Routes of the gateway. A rule matches method, host and path together; a rule with a host goes before one for any
 * host, and a static path before one with parameters. A path may have parameters (`/users/:id`), parameters with a
 * pattern (`/users/:id(\\d+)`), and a final `*`. A host is a name (`api.example.com`) or `*.` and a name. GET also serves HEAD.
 *
 * Adding a rule that stands already throws `BACKLOT_E_ROUTE_CONFLICT`, which names both owners.
 */
export interface Router {
  readonly get: AddRoute;
  readonly post: AddRoute;
  readonly put: AddRoute;
  readonly patch: AddRoute;
  readonly delete: AddRoute;
  readonly head: AddRoute;
  readonly options: AddRoute;
  /** For every method. */
  readonly all: AddRoute;
  /** For the methods named, in upper case. */
  add<Path extends string>(methods: readonly string[] | '*', path: Path, endpoint: Endpoint<PathParams<Path>>): Route;
  add(methods: readonly string[] | '*', path: string, handler: ExpressHandler): Route;
  /** Hands everything at and below a path to a listener, which sees the path without the prefix, as in Express. */
  mount(path: string, listener: Listener): Route;
  /** The same routes under a host. */
  withHost(host: string): Router;
  /** The same routes below a path. */
  submount(prefix: string): Router;
  /** Takes a rule out that this extension added; false when there is none. */
  remove(route: Route): boolean;
  /**
   * Speaks a protocol of this extension’s own on the port, in clear text and within TLS. It belongs to the whole port: there is
   * none below a host or a path. Throws `BACKLOT_E_ROUTE_CONFLICT` when another one has its name. Gives what takes it out.
   */
  protocol(protocol: Protocol): () => void;
}

/**
 * A protocol on TCP that is no HTTP. It is told by the first bytes that a client sends, so it must be one in which the
 * client speaks first.
 */
export interface Protocol {
  /** What it is called; unique among the protocols of all extensions. */
  readonly name: string;
  /**
   * Says whether the first bytes of a connection, at most 1 KiB, are of this protocol: true, false, or undefined when it takes
   * more of them. It is asked again when there are more; one that has not decided after 5 seconds is passed over. The first
   * protocol that says true gets the connection.
   */
  detect(bytes: Buffer): boolean | undefined;
  /**
   * Serves a connection, with the first bytes still to be read. The connection is destroyed when this throws, or rejects, and
   * when the extension goes. Nobody has to listen to its `error`.
   */
  handle(socket: Socket): unknown;
  /** Asks this protocol before TLS and HTTP are considered. */
  readonly first?: boolean;
  /** A server that speaks first cannot share a port; this says that the protocol does not need it. */
  readonly serverFirst?: false;
}

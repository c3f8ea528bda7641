/** The contracts of the gateway: what an extension gets to see of HTTP, routes and handlers. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { NextFunction, Request, Response } from 'express';
import type { ProxyOptions, ProxyTarget } from './proxy';
import type { RequestBody } from './request-body';
import type { MountOptions, WebSocketEndpoint, WebSocketOptions } from './websocket';

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
export interface RequestContext<Params extends object = PathValues> {
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
  /** The body of the request. Nothing is read, and no `100 Continue` sent, until it is asked for. */
  readonly body: RequestBody;
  /** Aborted when the client goes away before the response is finished. */
  readonly signal: AbortSignal;
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

/** The list of request handlers: they see the requests that no route serves. */
export interface RequestHandlers extends Handlers {
  /**
   * Handlers that see every request before it is routed, also those for routes of others and for internal resources, and may
   * answer it. Leave paths below `/_backlot` and `/_localstack` alone: health checks and the command use them.
   */
  readonly early: Handlers;
}

export interface ResponseHandlerOptions {
  /**
   * Lets the handler see the body of any response in `response.body`, as a Buffer: also of what an Express handler, a
   * mounted app or a proxy writes. It is what goes over the wire, compressed if it is. The handler may replace it, and
   * the content length is corrected. All of the response is held back until it is whole, up to a number of bytes (the
   * largest that any handler wants; 10 MiB when left out). A larger one, server-sent events, and one whose writer calls
   * `flushHeaders` go through; `response.body` is then what it would be without this option.
   */
  readonly body?: boolean | { readonly limit: number };
}

/** The list of response handlers. */
export interface ResponseHandlers extends Handlers {
  append(handler: Handler, options?: ResponseHandlerOptions): void;
  prepend(handler: Handler, options?: ResponseHandlerOptions): void;
}

/** The parameters of a path by name: text, and numbers where a converter says so. */
export type PathValues = Record<string, string | number>;

/**
 * The parameters that a path names: `/a/:b/:c` has `b` and `c`; a final `*` is named `*`. They are strings, save those with
 * `{int}` or `{float}`, which are numbers.
 */
export type PathParams<Path extends string> = string extends Path
  ? PathValues
  : { [Each in ParamsIn<Path> as Each[0]]: Each[1] };

/** The name and type of each parameter. */
type ParamsIn<Path, Found extends [string, string | number] = never> = Path extends `${string}:${infer After}`
  ? After extends `:${infer Rest}`
    ? ParamsIn<Rest, Found>
    : TakeName<After> extends [infer Name extends string, infer Rest]
      ? Rest extends `{${'int' | 'float'}}${infer More}`
        ? ParamsIn<More, Found | [Name, number]>
        : Rest extends `(${infer More}`
          ? ParamsIn<AfterPattern<More>, Found | [Name, string]>
          : ParamsIn<Rest, Found | [Name, string]>
      : never
  : Path extends `${string}*`
    ? Found | ['*', string]
    : Found;

/** The name that a text begins with, and the rest. */
type TakeName<Text, Name extends string = ''> = Text extends `${infer Letter}${infer Rest}`
  ? Letter extends NameLetter
    ? TakeName<Rest, `${Name}${Letter}`>
    : [Name, Text]
  : [Name, Text];

/** What comes after a pattern whose opening parenthesis has been read. */
type AfterPattern<Text, Depth extends 1[] = [1]> = Depth extends [1, ...infer Outer extends 1[]]
  ? Text extends `\\${string}${infer Rest}`
    ? AfterPattern<Rest, Depth>
    : Text extends `(${infer Rest}`
      ? AfterPattern<Rest, [1, ...Depth]>
      : Text extends `)${infer Rest}`
        ? AfterPattern<Rest, Outer>
        : Text extends `${string}${infer Rest}`
          ? AfterPattern<Rest, Depth>
          : ''
  : Text;

type NameLetter = Letters<'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_'>;
type Letters<Text, Found = never> = Text extends `${infer Letter}${infer Rest}` ? Letters<Rest, Found | Letter> : Found;

/**
 * Answers a request by what it returns: an object or array (sent as JSON), a string (text), bytes, a stream or an async
 * iterable (sent piece by piece), a fetch `Response`, or nothing (204, unless it wrote to the response itself).
 */
export type Endpoint<Params extends object = PathValues> = (context: RequestContext<Params>) => unknown;

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

/** How pages in browsers may use the routes of a rule, beside what the platform allows anyway. */
export interface CorsOptions {
  /** Origins such as `https://app.example.com`; `*` for all. */
  readonly origins?: readonly string[] | '*';
  /** Request headers to allow beside those that a page asks for. */
  readonly allowHeaders?: readonly string[];
  /** Response headers that pages may read. */
  readonly exposeHeaders?: readonly string[];
  /** How long a browser may remember the answer to a preflight, in seconds. */
  readonly maxAge?: number;
}

/** One rule of the router. */
export interface Route {
  /** HTTP methods in upper case, or `*` for all but TRACE and CONNECT; `WEBSOCKET` for a rule for WebSockets. */
  readonly methods: readonly string[] | '*';
  /** The host the rule is for, also with a port, or undefined for any. */
  readonly host: string | undefined;
  readonly path: string;
  /** Rules of a higher priority win over all rules of lower ones; 0 unless another is asked for. */
  readonly priority: number;
  /** The extension that added it; `backlot` for the platform's own. */
  readonly owner: string;
  /** Of `withCors`; false where the rule sees to it by itself. */
  readonly cors?: CorsOptions | false;
}

/**
 * An object whose methods answer the requests for one path, each an endpoint. GET also serves HEAD where there is no
 * `onHead`; `onAny` serves the methods that have no method of their own.
 */
export interface Resource<Params extends object = PathValues> {
  onGet?(context: RequestContext<Params>): unknown;
  onPost?(context: RequestContext<Params>): unknown;
  onPut?(context: RequestContext<Params>): unknown;
  onPatch?(context: RequestContext<Params>): unknown;
  onDelete?(context: RequestContext<Params>): unknown;
  onHead?(context: RequestContext<Params>): unknown;
  onOptions?(context: RequestContext<Params>): unknown;
  onAny?(context: RequestContext<Params>): unknown;
}

/**
 * Routes of the gateway. A rule matches method, host and path together. A rule of a higher priority goes before all of lower ones;
 * then a rule with a host before one for any host, and a static path before one with parameters.
 *
 * A path is compared with the raw path of a request: nothing is decoded, and slashes, dots and letters stay as they are. It
 * may have parameters (`:id`), which take one segment or a part of it (`/files/:name.json`), parameters that take only
 * what fits (`:id{int}`, `:x{float}`, `:id{uuid}`, `:id(\\d+)`), one that takes slashes too (`:key{path}`), and a final `*`,
 * which also takes nothing. A colon of the path itself is `::`. What does not fit goes on to other rules. Parameters are
 * handed over decoded, `{int}` and `{float}` as numbers to endpoints and as text to Express handlers.
 *
 * A host is a name (`api.example.com`) or `*.` and a name, and may have a port (`api.localhost:4566`). GET also serves HEAD.
 * A path that is known, but not for the method, is answered with 405 and `Allow`; OPTIONS with 204 and `Allow`.
 *
 * Adding a rule that stands already throws `BACKLOT_E_ROUTE_CONFLICT`, which names both owners. So does a rule for all
 * methods where another owner has one for some, and the other way round.
 */
export interface Router {
  readonly get: AddRoute;
  readonly post: AddRoute;
  readonly put: AddRoute;
  readonly patch: AddRoute;
  readonly delete: AddRoute;
  readonly head: AddRoute;
  readonly options: AddRoute;
  /** For every method but TRACE and CONNECT. */
  readonly all: AddRoute;
  /** For the methods named, in upper case. */
  add<Path extends string>(methods: readonly string[] | '*', path: Path, endpoint: Endpoint<PathParams<Path>>): Route;
  add(methods: readonly string[] | '*', path: string, handler: ExpressHandler): Route;
  /** Hands everything at and below a path to a listener, which sees the path without the prefix, as in Express. */
  mount(path: string, listener: Listener, options?: MountOptions): Route;
  /**
   * Passes everything at and below a path on to another server, which sees the path without the prefix: bodies are
   * streamed both ways, WebSockets and other upgrades go through, and redirects are the client's to follow.
   */
  proxy(path: string, target: ProxyTarget, options?: ProxyOptions): Route;
  /** Serves WebSockets at a path. Any other request for it is told to upgrade (426), unless another rule serves it. */
  ws<Path extends string>(path: Path, endpoint: WebSocketEndpoint<PathParams<Path>>, options?: WebSocketOptions): Route;
  /** Has the methods of an object answer for a path. Throws `BACKLOT_E_ROUTE_INVALID` when it has none of them. */
  resource<Path extends string>(path: Path, resource: Resource<PathParams<Path>>): readonly Route[];
  /** The same routes with a priority, a whole number: the highest goes first, 0 is what rules have otherwise. */
  withPriority(priority: number): Router;
  /**
   * The same routes with options for pages in browsers. False: the endpoints, such as an app with middleware for it, answer
   * preflights and set the headers by themselves.
   */
  withCors(options: CorsOptions | false): Router;
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

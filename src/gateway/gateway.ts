import { createServer, type RequestListener } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import express from 'express';
import type { Logger } from 'winston';
import { BacklotError } from '../api/errors';
import type { ExceptionHandler, GatewayRequest, GatewayResponse, Handler, RequestContext, Route } from '../api/gateway';
import { accessHandler, type AccessEntry } from './access-entry';
import { withBody } from './body-capture';
import { Exchange, type Phases } from './chain';
import { ChainTrace } from './chain-trace';
import { composePhases, type PlatformHandlers } from './compose-phases';
import { answerException, handlerFailure, isAnswer } from './exceptions';
import { Cors, type CorsSettings } from './cors/cors';
import { continueLazily } from './expect-continue';
import { begin, expressMessages, type MessageClasses } from './express-messages';
import { checkHttp1, checkHttp2 } from './hardening/check-requests';
import { answerClientErrors } from './hardening/client-errors';
import { cutSlowReaders } from './hardening/slow-readers';
import { DEFAULT_LIMITS, limitOptions, type ConnectionLimits } from './hardening/limits';
import { HandlerList } from './handler-list';
import { serveInBatches } from './in-batches';
import { InternalResources } from './internal-resources';
import type { ListenAddress } from './listen';
import type { Owner } from './owner';
import { IdleConnections } from './port/idle-connections';
import { Port } from './port/port';
import { ProtocolTable } from './port/protocol-table';
import { TlsServer } from './port/tls-server';
import { writeOnce } from './port/write-once';
import { holdBackHead } from './response';
import { enterScopes, runWithin, type ScopeOf } from './request-scope';
import { RouteTable } from './route-table';
import { routeHandler } from './routing';
import { hostAsSent } from './routing/host-index';
import { pathAsSent } from './routing/path-pattern';
import { explainRoute, listed, type Explanation, type ListedRoute } from './routing/explain';
import { answerUnrouted } from './routing/unrouted';
import { ScopedRouter } from './scoped-router';
import { Stage, type HandlerLists, type OwnedGateway } from './stage';
import { OpenSockets, SERVICE_RESTART } from './websocket/open-sockets';
import { upgradeListener } from './websocket/upgrade-listener';

export interface GatewayOptions {
  readonly log: Logger;
  /** The extension that an error came from, where it is known. */
  readonly ownerOf?: (error: unknown) => string | undefined;
  /** Shows stacks of failures to clients. */
  readonly debug?: boolean;
  /** How pages in browsers are dealt with; not at all when left out. */
  readonly cors?: CorsSettings;
  /** Logs what each handler does with each request. */
  readonly traceChain?: boolean;
  /** Is told of every request when it is over. */
  readonly access?: (entry: AccessEntry) => void;
  /** Is told of every failure of a handler or an endpoint, beside the log. */
  readonly onFailure?: (failure: BacklotError) => void;
  /** The most bytes of the body of a request that are kept at once, where who reads it says nothing else. */
  readonly bodyLimit?: number;
  /** The folder that keeps the certificates for TLS; without one they last as long as the process. */
  readonly certificates?: string;
  /** A user’s own certificate for TLS: a PEM file with the private key and the chain. */
  readonly customCertificate?: string;
  /** {@link DEFAULT_LIMITS} where left out. */
  readonly limits?: Partial<ConnectionLimits>;
}

/** Counts of requests in flight; they go down by themselves. */
export type InFlight = readonly { readonly count: number }[];

/** How often it is looked whether requests in flight have ended, in milliseconds. */
const DRAIN_LOOK_MS = 5;

const DEFAULT_BODY_LIMIT = 100 * 1024 * 1024;

/** The code that closes WebSockets when the gateway goes. */
const GOING_AWAY = 1001;

/**
 * The gateway: HTTP in, the chain of handlers, HTTP out.
 *
 * Request handlers run in this order: shutdown guard (503), the extensions’ early handlers, CORS, internal resources, routes,
 * the extensions’ handlers, 404 or 405.
 */
export class Gateway {
  readonly internal = new InternalResources();
  readonly #routes = new RouteTable();
  readonly #lists: HandlerLists = {
    early: new HandlerList(),
    request: new HandlerList(),
    response: new HandlerList(withBody),
    exception: new HandlerList(),
    finalizer: new HandlerList(),
  };
  readonly #all = Object.values(this.#lists) as readonly Pick<HandlerList<Handler>, 'removeOwners' | 'remember'>[];
  readonly #protocols = new ProtocolTable();
  readonly #tls: TlsServer;
  readonly #port: Port;
  readonly #sockets = new OpenSockets();
  readonly #log: Logger;
  readonly #ownerOf: (error: unknown) => string | undefined;
  readonly #onFailure: (failure: BacklotError) => void;
  readonly #bodyLimit: number;
  readonly #isTimed: boolean;
  readonly #own: PlatformHandlers;
  readonly #trace: ChainTrace | undefined;
  readonly #unanswered = { count: 0 };
  #phases: Phases;
  #draining = false;
  #scopeOf: ScopeOf | undefined;
  #hasScopes = false;
  /** What its requests and responses are made of. */
  readonly #messages = gatewayMessages();

  constructor(options: GatewayOptions) {
    this.#log = options.log;
    this.#ownerOf = options.ownerOf ?? (() => undefined);
    this.#onFailure = options.onFailure ?? (() => undefined);
    this.#bodyLimit = options.bodyLimit ?? DEFAULT_BODY_LIMIT;
    this.#isTimed = options.access !== undefined || options.traceChain === true;
    this.#trace = options.traceChain === true ? new ChainTrace((text) => this.#log.info(text)) : undefined;
    const cors = options.cors && new Cors(options.cors, this.#routes);
    this.#own = {
      before: { 'shutdown guard': this.#guardShutdown },
      route: {
        ...(cors ? { CORS: cors.check } : {}),
        'internal resources': this.internal.handler(),
        router: routeHandler(this.#routes),
      },
      response: cors ? { CORS: cors.addHeaders } : {},
      unrouted: { 'not found': this.#notFound },
      firstException: { log: this.#logException },
      lastException: { answer: answerException({ ownerOf: this.#ownerOf, debug: options.debug ?? false }) },
      finalizer: options.access ? { 'access log': accessHandler(options.access) } : {},
    };
    this.#phases = this.#composePhases();
    this.#tls = new TlsServer({
      log: options.log,
      ...(options.certificates === undefined ? {} : { directory: options.certificates }),
      ...(options.customCertificate === undefined ? {} : { custom: options.customCertificate }),
    });
    this.#port = this.#createPort(options);
  }

  /** Lets a function say within what each request runs. */
  runWithin(scopeOf: ScopeOf): void {
    this.#scopeOf = scopeOf;
  }

  /** The part of the gateway that an extension gets: everything added through it bears the owner’s name. */
  forOwner(owner: Owner): OwnedGateway {
    const { early, request, response, exception, finalizer } = this.#lists;
    return {
      router: new ScopedRouter(this.#routes, owner, undefined, this.#protocols),
      requestHandlers: {
        ...request.forOwner(owner, this.#recompose),
        early: early.forOwner(owner, this.#recompose),
      },
      responseHandlers: response.forOwner(owner, this.#recompose),
      exceptionHandlers: exception.forOwner(owner, this.#recompose),
      finalizers: finalizer.forOwner(owner, this.#recompose),
    };
  }

  /** The same for an owner whose routes and handlers no request may see before they are all there. */
  stage(owner: Owner): Stage {
    return new Stage(owner, this.#routes, this.#protocols, this.#lists, this.#recompose);
  }

  /**
   * Opens stages, each in the place of the owner that it replaces, and takes the other replaced owners out, all in one
   * step: no request sees the middle of it. Requests in flight end on what they began with. Throws
   * `BACKLOT_E_ROUTE_CONFLICT` and has then changed nothing. Gives what takes it back, as long as nothing else changes.
   */
  swap(
    stages: readonly (readonly [stage: Stage, replaced: Owner | undefined])[],
    removed: readonly Owner[] = [],
  ): () => void {
    const gone = new Set([...removed, ...stages.map(([, replaced]) => replaced)]);
    const records = stages.flatMap(([{ routes }]) => routes.collected);
    const undoRoutes = this.#routes.swap(({ owner }) => gone.has(owner), records);
    let undoProtocols: () => void;
    try {
      const protocols = stages.flatMap(([stage]) => stage.protocols.collected);
      undoProtocols = this.#protocols.swap(({ owner }) => gone.has(owner), protocols);
    } catch (error) {
      undoRoutes();
      throw error;
    }
    for (const [{ routes, protocols }] of stages) {
      routes.open();
      protocols.open();
    }
    const undoHandlers = this.#all.map((list) => list.remember());
    for (const [{ handlers }, replaced] of stages) for (const list of handlers) list.open(replaced);
    for (const list of this.#all) list.removeOwners((owner) => gone.has(owner));
    this.#recompose();
    return () => {
      undoRoutes();
      undoProtocols();
      for (const undo of undoHandlers) undo();
      this.#recompose();
    };
  }

  /**
   * Waits until no request is in flight that runs over what an owner had in the gateway before it was taken out, for at
   * most `limit` milliseconds. `before` is what {@link inFlight} gave before that. False when some are left.
   */
  async drained(before: InFlight, limit: number): Promise<boolean> {
    const end = performance.now() + limit;
    while (before.some(({ count }) => count > 0)) {
      if (performance.now() > end) return false;
      await delay(DRAIN_LOOK_MS);
    }
    return true;
  }

  /** Counts the requests in flight on the routes of these owners, and those whose response has not begun. */
  inFlight(owners: readonly Owner[]): InFlight {
    const routes = this.#routes.records().filter(({ owner }) => owners.includes(owner));
    return [this.#phases.inFlight, ...routes.map(({ inFlight }) => inFlight)];
  }

  /**
   * Takes out every route, handler and protocol of an owner, or of all of a name, and cuts the connections on which its
   * protocols are spoken. Requests in flight end on what they began with.
   */
  withdraw(meant: Owner | string): void {
    const isMeant = (owner: Owner): boolean => owner === meant || owner.name === meant;
    this.#routes.remove(({ owner }) => isMeant(owner));
    this.#protocols.remove(({ owner }) => isMeant(owner));
    this.#protocols.cut(isMeant);
    for (const list of this.#all) list.removeOwners(isMeant);
    this.#recompose();
    this.#sockets.close(isMeant, SERVICE_RESTART, 'the extension was withdrawn');
  }

  /** Closes the WebSockets of owners that are about to be shut down; clients may connect again to what replaces them. */
  closeSockets(owners: readonly Owner[]): void {
    this.#sockets.close((owner) => owners.includes(owner), SERVICE_RESTART, 'the extension is being replaced');
  }

  /** The routes of all extensions. */
  routes(): Route[] {
    return this.#routes.list();
  }

  /** The routes of all extensions, each with its kind. */
  listRoutes(): ListedRoute[] {
    return this.#routes.records().map(listed);
  }

  /**
   * Says which rule serves a request (for a Host header and a raw path), and why no other does. Letters that neither of them can
   * have are taken as clients encode them.
   */
  explainRoute(method: string, givenHost: string, givenPath: string): Explanation {
    const host = hostAsSent(givenHost);
    const path = pathAsSent(givenPath);
    return this.internal.explain(method, host, path) ?? explainRoute(this.#routes, method, host, path);
  }

  /** The certificate that clients have to trust for TLS, as PEM. */
  certificateToTrust(): Promise<string> {
    return this.#tls.certificateToTrust();
  }

  /**
   * Opens the port: listens on each address, or on none when one of them fails. Says which addresses it became. Throws
   * also when the user’s own certificate cannot be used.
   */
  async listen(addresses: readonly ListenAddress[]): Promise<ListenAddress[]> {
    await this.#tls.check();
    return this.#port.listen(addresses);
  }

  /**
   * Closes the port. Requests in flight may finish for `limit` milliseconds, then their connections are cut; new requests
   * get a 503 meanwhile.
   */
  async close(limit: number): Promise<void> {
    this.#draining = true;
    this.#sockets.close(() => true, GOING_AWAY, 'the platform is shutting down');
    const end = performance.now() + limit;
    await this.drained([this.#unanswered], limit);
    await this.#port.close(Math.max(0, end - performance.now()));
  }

  /** Answers one request. */
  readonly #handle: RequestListener = (request, response) => {
    begin(request, response);
    const [incoming, outgoing] = [request as GatewayRequest, response as GatewayResponse];
    const exchange = new Exchange(incoming, outgoing, this.#phases, this.#reportLate);
    if (this.#scopeOf) runWithin(this.#scopeOf, exchange, this.#enterScopes);
    else exchange.run();
  };

  /** Until there is a request with a scope, events take the shorter way that Node made for them. */
  readonly #enterScopes = (): void => {
    if (this.#hasScopes) return;
    this.#hasScopes = true;
    enterScopes(this.#messages.IncomingMessage.prototype);
    enterScopes(this.#messages.ServerResponse.prototype);
  };

  readonly #guardShutdown: Handler = (chain) => {
    if (!this.#draining) return;
    chain.respond(503, { error: { message: 'the platform is shutting down' } }, { connection: 'close' });
  };

  readonly #notFound: Handler = (chain, context) => {
    answerUnrouted(this.#routes, chain, context, 'route');
  };

  readonly #logException: ExceptionHandler = (_chain, error, context) => {
    if (isAnswer(error)) return;
    const extension = this.#ownerOf(error) ?? context.route?.owner;
    this.#report(handlerFailure(error, context, extension));
  };

  readonly #reportLate = (error: unknown, phase: string, context: RequestContext): void => {
    const extension = this.#ownerOf(error) ?? context.route?.owner;
    this.#report(
      handlerFailure(error, context, extension),
      `in ${phase === 'exception handler' ? 'an' : 'a'} ${phase}: `,
    );
  };

  readonly #recompose = (): void => {
    this.#phases = this.#composePhases();
  };

  #composePhases(): Phases {
    return {
      ...composePhases(this.#lists, this.#own, this.#trace),
      bodyLimit: this.#bodyLimit,
      isTimed: this.#isTimed,
      captureLimit: this.#lists.response.captureLimit,
      inFlight: { count: 0 },
      unanswered: this.#unanswered,
    };
  }

  #createPort(options: GatewayOptions): Port {
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    const classes = this.#messages;
    const serve = checkHttp1(limits, this.#handle);
    const http = createServer({ ...classes, ...limitOptions(limits) });
    serveInBatches(http, serve);
    // Node would leave out the ones above its limit.
    http.maxHeadersCount = 0;
    continueLazily(http);
    http.on(
      'upgrade',
      upgradeListener({
        http,
        routes: this.#routes,
        sockets: this.#sockets,
        serve,
        ServerResponse: classes.ServerResponse,
      }),
    );
    answerClientErrors(http);
    cutSlowReaders(http, limits.bodyTime);
    http.on('connection', writeOnce);
    http.prependListener('connection', new IdleConnections(limits.idleTime).watch);
    return new Port({
      http,
      http2: { ...classes, limits, handle: checkHttp2(limits, this.#handle) },
      protocols: this.#protocols,
      tls: this.#tls,
      report: this.#reportProtocol,
    });
  }

  readonly #reportProtocol = (cause: unknown, { name: extension }: Owner, protocol: string): void => {
    const message = `extension ${extension} failed while it served the protocol ${protocol}`;
    this.#report(new BacklotError('BACKLOT_E_HANDLER_FAILED', message, { where: { extension }, cause }));
  };

  #report(failure: BacklotError, prefix = ''): void {
    this.#log.error(prefix + failure.format());
    this.#onFailure(failure);
  }
}

/** Requests and responses as Express has them, whose heads are held back. */
function gatewayMessages(): MessageClasses {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  const classes = expressMessages(app);
  holdBackHead(classes.ServerResponse.prototype);
  return classes;
}

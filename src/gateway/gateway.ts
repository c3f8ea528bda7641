import { createServer, IncomingMessage, ServerResponse, type Server, type ServerOptions } from 'node:http';
import express, { type Express } from 'express';
import type { Logger } from 'winston';
import type { BacklotError } from '../api/errors';
import type {
  ExceptionHandler,
  ExceptionHandlers,
  GatewayRequest,
  GatewayResponse,
  Handler,
  Handlers,
  RequestContext,
  Route,
  Router,
} from '../api/gateway';
import { Exchange, type Phases } from './chain';
import { answerException, handlerFailure, isClientError } from './exceptions';
import { HandlerList } from './handler-list';
import { InternalResources } from './internal-resources';
import { listen, type ListenAddress } from './listen';
import type { Owner } from './owner';
import { holdBackHead } from './response';
import { RouteTable } from './route-table';
import { routeHandler } from './routing';
import { ScopedRouter } from './scoped-router';

export interface GatewayOptions {
  readonly log: Logger;
  /** The extension that an error came from, where it is known. */
  readonly ownerOf?: (error: unknown) => string | undefined;
  /** Shows stacks of failures to clients. */
  readonly debug?: boolean;
  /** Is told of every failure of a handler or an endpoint, beside the log. */
  readonly onFailure?: (failure: BacklotError) => void;
}

/** What one extension may add to. */
export interface OwnedGateway {
  readonly router: Router;
  readonly requestHandlers: Handlers;
  readonly responseHandlers: Handlers;
  readonly exceptionHandlers: ExceptionHandlers;
  readonly finalizers: Handlers;
}

/**
 * The gateway: HTTP in, the chain of handlers, HTTP out.
 *
 * Request handlers run in this order: shutdown guard (503), internal resources, routes, the extensions’ handlers, 404.
 */
export class Gateway {
  readonly internal = new InternalResources();
  readonly #routes = new RouteTable();
  readonly #request = new HandlerList<Handler>();
  readonly #response = new HandlerList<Handler>();
  readonly #exception = new HandlerList<ExceptionHandler>();
  readonly #finalizer = new HandlerList<Handler>();
  readonly #app: Express;
  readonly #servers: Server[] = [];
  readonly #log: Logger;
  readonly #ownerOf: (error: unknown) => string | undefined;
  readonly #onFailure: (failure: BacklotError) => void;
  readonly #before: readonly Handler[];
  readonly #lastException: ExceptionHandler;
  #phases: Phases;
  #draining = false;

  constructor(options: GatewayOptions) {
    this.#log = options.log;
    this.#ownerOf = options.ownerOf ?? (() => undefined);
    this.#onFailure = options.onFailure ?? (() => undefined);
    this.#before = [this.#guardShutdown, this.internal.handler(), routeHandler(this.#routes)];
    this.#lastException = answerException({ ownerOf: this.#ownerOf, debug: options.debug ?? false });
    this.#phases = this.#composePhases();
    this.#app = this.#createApp();
  }

  /** The part of the gateway that an extension gets: everything added through it bears the owner’s name. */
  forOwner(owner: Owner): OwnedGateway {
    const composed = <H>(handlers: Handlers<H>): Handlers<H> => ({
      append: (handler) => this.#changed(handlers.append(handler)),
      prepend: (handler) => this.#changed(handlers.prepend(handler)),
      remove: (handler) => this.#changed(handlers.remove(handler)),
    });
    return {
      router: new ScopedRouter(this.#routes, owner),
      requestHandlers: composed(this.#request.forOwner(owner)),
      responseHandlers: composed(this.#response.forOwner(owner)),
      exceptionHandlers: composed(this.#exception.forOwner(owner)),
      finalizers: composed(this.#finalizer.forOwner(owner)),
    };
  }

  /** Takes out every route and handler of an owner. Requests in flight end on what they began with. */
  withdraw(owner: string): void {
    this.#routes.remove(({ route }) => route.owner === owner);
    for (const list of [this.#request, this.#response, this.#exception, this.#finalizer]) list.removeOwner(owner);
    this.#phases = this.#composePhases();
  }

  /** The routes of all extensions. */
  routes(): Route[] {
    return this.#routes.list();
  }

  /** Opens the port: listens on each address, or on none when one of them fails. Says which addresses it became. */
  async listen(addresses: readonly ListenAddress[]): Promise<ListenAddress[]> {
    const listening: ListenAddress[] = [];
    for (const address of addresses) {
      const server = createServer(presetPrototypes(this.#app), this.#app);
      this.#servers.push(server);
      try {
        listening.push(await listen(server, address));
      } catch (error) {
        await this.close(0);
        throw error;
      }
    }
    return listening;
  }

  /**
   * Closes the port. New requests on open connections get a 503; requests in flight may finish for `limit`
   * milliseconds, then their connections are cut.
   */
  async close(limit: number): Promise<void> {
    this.#draining = true;
    const servers = this.#servers.splice(0).filter((server) => server.listening);
    const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    const cut = setTimeout(() => servers.forEach((server) => server.closeAllConnections()), limit);
    await Promise.all(closed);
    clearTimeout(cut);
  }

  /** Answers one request. */
  readonly #handle = (request: GatewayRequest, response: GatewayResponse): void => {
    new Exchange(request, response, this.#phases, this.#reportLate).run();
  };

  readonly #guardShutdown: Handler = (chain) => {
    if (!this.#draining) return;
    chain.respond(503, { error: { message: 'the platform is shutting down' } }, { connection: 'close' });
  };

  readonly #notFound: Handler = (chain, context) => {
    const { request, host, path } = context;
    chain.respond(404, { error: { message: `no route for ${request.method} ${host}${path}` } });
  };

  readonly #logException: ExceptionHandler = (_chain, error, context) => {
    if (isClientError(error)) return;
    const extension = this.#ownerOf(error) ?? context.route?.owner;
    const failure = handlerFailure(error, context, extension);
    this.#log.error(failure.format());
    this.#onFailure(failure);
  };

  readonly #reportLate = (error: unknown, phase: string, context: RequestContext): void => {
    const failure = handlerFailure(error, context, this.#ownerOf(error) ?? context.route?.owner);
    this.#log.error(`in a ${phase}: ${failure.format()}`);
    this.#onFailure(failure);
  };

  readonly #logRequest: Handler = (_chain, context, response) => {
    if (!this.#log.isLevelEnabled('debug')) return;
    const { request, host, path, startedAt } = context as RequestContext & { startedAt: number };
    const milliseconds = (performance.now() - startedAt).toFixed(1);
    this.#log.debug(`${request.method} ${host}${path} ${response.statusCode} in ${milliseconds} ms`);
  };

  #changed<T>(result: T): T {
    this.#phases = this.#composePhases();
    return result;
  }

  #composePhases(): Phases {
    return {
      request: [...this.#before, ...this.#request.handlers, this.#notFound],
      response: this.#response.handlers,
      exception: [this.#logException, ...this.#exception.handlers, this.#lastException],
      finalizer: [...this.#finalizer.handlers, this.#logRequest],
    };
  }

  #createApp(): Express {
    const app = express();
    app.disable('x-powered-by');
    app.disable('etag');
    holdBackHead(app.response);
    app.use((request, response) => this.#handle(request, response as GatewayResponse));
    return app;
  }
}

/**
 * Server options whose requests and responses have Express’s prototypes from the start. Express gives each request
 * and response a new prototype, which costs most of its time on Node 20 and 22; setting the same one again costs none.
 */
function presetPrototypes(app: Express): ServerOptions {
  return {
    IncomingMessage: withPrototype(IncomingMessage, app.request),
    ServerResponse: withPrototype(ServerResponse, app.response),
  };
}

function withPrototype<C extends typeof IncomingMessage | typeof ServerResponse>(base: C, prototype: object): C {
  const preset = function (this: object, ...args: unknown[]): void {
    Reflect.apply(base as unknown as (...args: unknown[]) => void, this, args);
  };
  preset.prototype = prototype;
  return preset as unknown as C;
}

import type {
  ExceptionHandler,
  ExceptionHandlers,
  Handler,
  Handlers,
  RequestHandlers,
  ResponseHandlers,
  Route,
  Router,
} from '../api/gateway';
import type { HandlerList, StagedHandlers } from './handler-list';
import type { Owner } from './owner';
import { StagedProtocols, type ProtocolTable } from './port/protocol-table';
import { RouteTable, type RouteRecord, type RouteSink } from './route-table';
import { ScopedRouter } from './scoped-router';

/** What one extension may add to. */
export interface OwnedGateway {
  readonly router: Router;
  readonly requestHandlers: RequestHandlers;
  readonly responseHandlers: ResponseHandlers;
  readonly exceptionHandlers: ExceptionHandlers;
  readonly finalizers: Handlers;
}

/** The lists of handlers of a gateway. */
export interface HandlerLists {
  readonly early: HandlerList<Handler>;
  readonly request: HandlerList<Handler>;
  readonly response: HandlerList<Handler>;
  readonly exception: HandlerList<ExceptionHandler>;
  readonly finalizer: HandlerList<Handler>;
}

/**
 * The part of the gateway that an owner gets before any request may see it: routes and handlers are collected. Once it is
 * open, they are in the gateway, and what the owner adds from then on goes there at once.
 */
export class Stage implements OwnedGateway {
  readonly router: Router;
  readonly requestHandlers: StagedHandlers<Handler> & { readonly early: StagedHandlers<Handler> };
  readonly responseHandlers: StagedHandlers<Handler>;
  readonly exceptionHandlers: StagedHandlers<ExceptionHandler>;
  readonly finalizers: StagedHandlers<Handler>;
  readonly routes: StagedRoutes;
  readonly protocols: StagedProtocols;

  constructor(
    readonly owner: Owner,
    table: RouteTable,
    protocols: ProtocolTable,
    lists: HandlerLists,
    changed: () => void,
  ) {
    this.routes = new StagedRoutes(table);
    this.protocols = new StagedProtocols(protocols);
    this.router = new ScopedRouter(this.routes, owner, undefined, this.protocols);
    this.requestHandlers = { ...lists.request.stage(owner, changed), early: lists.early.stage(owner, changed) };
    this.responseHandlers = lists.response.stage(owner, changed);
    this.exceptionHandlers = lists.exception.stage(owner, changed);
    this.finalizers = lists.finalizer.stage(owner, changed);
  }

  get handlers(): readonly (StagedHandlers<Handler> | StagedHandlers<ExceptionHandler>)[] {
    const { early } = this.requestHandlers;
    return [early, this.requestHandlers, this.responseHandlers, this.exceptionHandlers, this.finalizers];
  }
}

/** The rules of a stage. Rules of one stage may not be the same, as in the gateway. */
export class StagedRoutes implements RouteSink {
  #waiting: RouteTable | undefined = new RouteTable();

  constructor(private readonly table: RouteTable) {}

  /** The rules that wait to be put into the table; none once it is open. */
  get collected(): readonly RouteRecord[] {
    return this.#waiting?.records() ?? [];
  }

  /** Lets everything that comes from now on go to the table at once. */
  open(): void {
    this.#waiting = undefined;
  }

  add(record: RouteRecord): void {
    this.#current.add(record);
  }

  remove(predicate: (record: RouteRecord) => boolean): number {
    return this.#current.remove(predicate);
  }

  removeRoute(route: Route, owner: string): boolean {
    return this.#current.removeRoute(route, owner);
  }

  get #current(): RouteTable {
    return this.#waiting ?? this.table;
  }
}

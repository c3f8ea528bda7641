import type { EventEmitter } from 'node:events';
import type { GatewayRequest } from '../api/gateway';
import type { Exchange } from './chain';

/** What a request runs within, and what may be over before the request is. */
export interface RequestScope {
  /** Runs a function, and what follows from it, within the scope. */
  run<R>(run: () => R): R;
  /** Aborted when the scope is over, for an extension or for all. */
  signalFor(owner: string | undefined): AbortSignal;
  /** Notes that something is going on in it, until the function that it gives is called. */
  hold(): () => void;
}

/** Says what a request runs within; nothing for undefined. What it throws is answered. */
export type ScopeOf = (request: GatewayRequest) => RequestScope | undefined;

/** Takes a request through the chain, within its scope. */
export function runWithin(scopeOf: ScopeOf, exchange: Exchange): void {
  const { context, response } = exchange;
  let scope: RequestScope | undefined;
  try {
    scope = scopeOf(context.request);
  } catch (error) {
    exchange.run({ error });
    return;
  }
  if (!scope) return exchange.run();
  context.scope = scope;
  emitWithin(context.request, scope);
  emitWithin(response, scope);
  response.once('close', scope.hold());
  scope.run(() => exchange.run());
}

type Emit = (name: string | symbol, ...args: unknown[]) => boolean;

/** Lets the listeners of an emitter run within a scope: Node calls them within that of the connection. */
export function emitWithin(emitter: EventEmitter, scope: RequestScope): void {
  const emit = emitter.emit.bind(emitter) as Emit;
  emitter.emit = (...event: Parameters<Emit>): boolean => {
    // Most events have no listeners, and to enter the scope costs more than to find that out.
    return emitter.listenerCount(event[0]) === 0 ? emit(...event) : scope.run(() => emit(...event));
  };
}

/** Calls a function when a signal is aborted, unless something is closed before. */
export function whenOver(signal: AbortSignal, closing: Pick<EventEmitter, 'once'>, run: () => void): void {
  if (signal.aborted) return run();
  signal.addEventListener('abort', run, { once: true });
  closing.once('close', () => signal.removeEventListener('abort', run));
}

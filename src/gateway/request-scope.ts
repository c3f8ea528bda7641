import { EventEmitter } from 'node:events';
import type { GatewayRequest } from '../api/gateway';
import type { Exchange } from './chain';

/** What a request runs within, and what may be over before the request is. */
export interface RequestScope {
  /** Runs a function, and what follows from it, within the scope. */
  run<R>(run: () => R): R;
  /** Aborted when the scope is over, for an extension or for all. */
  signalFor(owner: string | undefined): AbortSignal;
  /** Notes that something is going on in it, until the function that it gives is called; gives none where nobody wants to know. */
  hold(): (() => void) | undefined;
}

/** Says what a request runs within; nothing for undefined. What it throws is answered. */
export type ScopeOf = (request: GatewayRequest) => RequestScope | undefined;

/** Takes a request through the chain, within its scope. `onScope` is called first for each that has one. */
export function runWithin(scopeOf: ScopeOf, exchange: Exchange, onScope: () => void): void {
  const { context, response } = exchange;
  let scope: RequestScope | undefined;
  try {
    scope = scopeOf(context.request);
  } catch (error) {
    exchange.run({ error });
    return;
  }
  if (!scope) return exchange.run();
  onScope();
  context.scope = scope;
  (context.request as Scoped)[SCOPE] = scope;
  (response as Scoped)[SCOPE] = scope;
  const release = scope.hold();
  if (release) response.once('close', release);
  scope.run(() => exchange.run());
}

const SCOPE = Symbol('backlot.scope');

interface Scoped extends EventEmitter {
  [SCOPE]?: RequestScope;
}

/** Lets the listeners of an emitter run within a scope: Node calls them within that of the connection. */
export function emitWithin(emitter: EventEmitter, scope: RequestScope): void {
  (emitter as Scoped)[SCOPE] = scope;
  enterScopes(emitter);
}

/**
 * Gives an object (the prototype of requests or responses, or one of them) the method that lets listeners run within the scope of
 * their request. A mounted Express app replaces the prototype of what it serves, which then gets the method as its own.
 */
export function enterScopes(target: object): void {
  Object.assign(target, { emit });
}

const plain = EventEmitter.prototype;

function emit(this: Scoped, ...event: Parameters<EventEmitter['emit']>): boolean {
  const scope = this[SCOPE];
  // Most events have no listeners, and to enter the scope costs more than to find that out.
  if (scope === undefined || this.listenerCount(event[0]) === 0) return plain.emit.apply(this, event);
  return scope.run(() => plain.emit.apply(this, event));
}

/** Calls a function when a signal is aborted, unless something is closed before. */
export function whenOver(signal: AbortSignal, closing: Pick<EventEmitter, 'once'>, run: () => void): void {
  if (signal.aborted) return run();
  signal.addEventListener('abort', run, { once: true });
  closing.once('close', () => signal.removeEventListener('abort', run));
}

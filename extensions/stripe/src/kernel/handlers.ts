import type { Operation } from '../spec/spec';
import type { Backend } from './backend';
import type { Includes } from './expand';
import type { DefineModule, OperationHandler } from './module';

/** A handler, as its module declares it. */
export interface Handled {
  /** As the module writes it. */
  readonly key: string;
  readonly handler: OperationHandler;
  /** The names of the parameters in the path, in their order; none where they are those of the specification. */
  readonly names: readonly string[];
}

/** What modules add to the API: their handlers by operation. Their jobs and reactions are made known to the backend. */
export class Handlers {
  readonly includes: Record<string, Includes[string]> = {};
  readonly #handlers = new Map<string, Handled>();
  /** Those of `#handlers`, by the keys of operations as the specification has them. */
  readonly #found = new Map<string, Handled | undefined>();

  constructor(stripe: Backend, modules: readonly DefineModule[]) {
    for (const define of modules) {
      const { operations = {}, jobs = {}, reactions = {}, includes = {} } = define(stripe);
      for (const [key, handler] of Object.entries(operations)) {
        const names = [...key.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
        this.#handlers.set(withoutNames(key), { key, handler, names });
      }
      stripe.jobs.define(jobs);
      for (const [type, reaction] of Object.entries(reactions)) stripe.react(type, reaction);
      Object.assign(this.includes, includes);
    }
  }

  /** The keys, without names, of the operations that keep state. */
  get stateful(): ReadonlySet<string> {
    return new Set(this.#handlers.keys());
  }

  /** By their keys, without names. */
  entries(): Iterable<readonly [string, Handled]> {
    return this.#handlers;
  }

  /** The handler of an operation; undefined where it keeps no state. */
  of({ key }: Operation): Handled | undefined {
    let handled = this.#found.get(key);
    if (handled === undefined && !this.#found.has(key)) {
      handled = this.#handlers.get(withoutNames(key));
      if (handled?.key === key) handled = { ...handled, names: [] };
      this.#found.set(key, handled);
    }
    return handled;
  }
}

/** `POST /v1/customers/{customer}` and `POST /v1/customers/{id}` are the same operation. */
export function withoutNames(key: string): string {
  return key.replace(/\{\w+\}/g, '{}');
}

/** The parameters of a path by the names of the handler, which come in the same order as those of the specification. */
export function named(
  names: readonly string[],
  path: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  if (names.length === 0) return path;
  const values = Object.values(path);
  const found: Record<string, string> = {};
  names.forEach((name, index) => (found[name] = values[index] ?? ''));
  return found;
}

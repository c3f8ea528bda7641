import type { Backend } from './backend';
import type { StripeObject } from './objects';

/** What an account has once and under no identifier, such as its settings. */
export interface Singleton<T> {
  /** What was kept last, or what there is before anything was kept. */
  get(): T;
  put(value: T): T;
}

interface Kept<T> extends StripeObject {
  readonly value: T;
}

/** `initial` is what an account has that never changed it. */
export function singleton<T>(stripe: Backend, kind: string, initial: () => T): Singleton<T> {
  const table = stripe.table<Kept<T>>(kind);
  return {
    get: () => table.find(`${kind} ${stripe.account}`)?.value ?? initial(),
    put: (value) => {
      const kept = { id: `${kind} ${stripe.account}`, object: kind, value };
      if (table.has(kept.id)) table.replace(kept.id, kept);
      else table.insert(kept);
      return value;
    },
  };
}

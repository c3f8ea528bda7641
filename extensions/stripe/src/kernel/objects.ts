/** Objects as Stripe's API answers them. */

/** What every object has. Objects of a known kind are typed by the official package: `Stripe.Customer`. */
export interface StripeObject {
  readonly id: string;
  readonly object: string;
  readonly created?: number;
}

/** A page of a list: https://docs.stripe.com/api/pagination. */
export interface Page<T = unknown> {
  readonly object: 'list';
  readonly data: readonly T[];
  readonly has_more: boolean;
  readonly url: string;
  /** In lists that an object shows on demand; in others only where a client of localstripe expects it. */
  readonly total_count?: number;
}

/** What is sent as it is, instead of JSON: the contents of a file, a PDF. */
export class Binary {
  constructor(
    readonly type: string,
    readonly bytes: Uint8Array,
  ) {}
}

/**
 * An answer that somebody outside has to be asked for: what the call wrote until then is kept, then it waits, and then it goes on as
 * another step. `meanwhile` is answered to a client that repeats the request before that.
 */
export class Later {
  constructor(
    readonly meanwhile: object,
    /** Asks, once everything is kept. Never rejects. */
    readonly ask: () => Promise<void>,
    /** The answer, when it is there. */
    readonly answer: () => object,
  ) {}
}

/** The identifier in a field that may have been expanded; undefined where there is none. */
export function idOf(reference: string | { readonly id: string } | null | undefined): string | undefined {
  if (reference === null || reference === undefined) return undefined;
  return typeof reference === 'string' ? reference : reference.id;
}

/** What stands at a dotted path in an object; undefined where the path leads nowhere. */
export function valueAt(object: unknown, path: string): unknown {
  if (!path.includes('.')) return (object as Record<string, unknown> | null | undefined)?.[path];
  let value = object;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/**
 * The former values of what changed between two states of an object, as an event has them in `previous_attributes`: nested
 * objects only with the fields that changed, new fields as null, lists whole. Undefined where nothing changed.
 */
export function previousAttributes(before: object, after: object): Record<string, unknown> | undefined {
  const former: Record<string, unknown> = {};
  const [old, now] = [before as Record<string, unknown>, after as Record<string, unknown>];
  for (const name of new Set([...Object.keys(old), ...Object.keys(now)])) {
    const [was, is] = [old[name], now[name]];
    if (was === is) continue;
    if (JSON.stringify(was) === JSON.stringify(is)) continue;
    if (isHash(was) && isHash(is)) former[name] = previousAttributes(was, is);
    else former[name] = was ?? null;
  }
  return Object.keys(former).length > 0 ? former : undefined;
}

/** Whether a value is an object with fields: no list, and not null. */
export function isHash(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import type { ExtensionState, SupervisedExtension } from '../extensions/supervise/supervised-extension';

/** The states of a service that clients of LocalStack know. */
export type ServiceState =
  'unknown' | 'available' | 'disabled' | 'starting' | 'running' | 'stopping' | 'stopped' | 'error';

const SERVICE_STATES: Readonly<Record<ExtensionState, ServiceState>> = {
  loading: 'starting',
  starting: 'starting',
  running: 'running',
  stopping: 'stopping',
  stopped: 'stopped',
  error: 'error',
  disabled: 'disabled',
};

/** The body of `GET /_localstack/health`, as clients of LocalStack read it. */
export interface Health {
  readonly services: Readonly<Record<string, ServiceState>>;
  readonly edition: 'community';
  readonly version: string;
  /** Why extensions are in the state `error`, by their names; absent when there are none. */
  readonly errors?: Readonly<Record<string, { readonly code: string; readonly message: string }>>;
}

/** Health, together with what others have put into it. */
export class HealthBoard {
  readonly #additions: Record<string, unknown> = {};

  constructor(private readonly version: string) {}

  /** What to show for these extensions. Of two with one name, the one that lives is shown. */
  show(extensions: readonly SupervisedExtension[]): Health & Record<string, unknown> {
    const services: Record<string, ServiceState> = {};
    for (const { name, state } of extensions) {
      if (services[name] === undefined || services[name] === 'error') services[name] = SERVICE_STATES[state];
    }
    const errors = errorsOf(extensions.filter(({ name }) => services[name] === 'error'));
    const shown = { services, edition: 'community', version: this.version, ...(errors ? { errors } : {}) };
    return merge(shown, this.#additions) as Health & Record<string, unknown>;
  }

  /** Merges values into what is shown. A key with colons (`features:initScripts`) names a nested value. */
  add(values: Record<string, unknown>): void {
    for (const [key, value] of Object.entries(values)) {
      const nested = key.split(':').reduceRight<unknown>((inner, part) => ({ [part]: inner }), value);
      Object.assign(this.#additions, merge(this.#additions, nested as Record<string, unknown>));
    }
  }
}

function errorsOf(extensions: readonly SupervisedExtension[]): Health['errors'] {
  const failed = extensions.filter(({ error }) => error !== undefined);
  if (failed.length === 0) return undefined;
  return Object.fromEntries(
    failed.map(({ name, error }) => [name, { code: error?.code ?? '', message: error?.message ?? '' }]),
  );
}

/** A deep merge of plain objects: later values win, other values than objects are replaced whole. */
function merge(into: Record<string, unknown>, from: Record<string, unknown>): Record<string, unknown> {
  // Without a prototype, a key such as __proto__ is a key like any other.
  const merged: Record<string, unknown> = Object.assign(Object.create(null) as object, into);
  for (const [key, value] of Object.entries(from)) {
    const present = merged[key];
    merged[key] = isPlain(value) ? merge(isPlain(present) ? present : {}, value) : value;
  }
  return merged;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

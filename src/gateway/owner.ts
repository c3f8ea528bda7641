/** Who adds routes and handlers: an extension, or the platform itself. Two instances of one extension are two owners. */
export interface Owner {
  readonly name: string;
  /** Wraps a function so that what happens in it, and what escapes from it later, is known to be this owner's. */
  bind<F extends (...args: never[]) => unknown>(run: F): F;
  /** Throws `BACKLOT_E_WITHDRAWN` when this owner may add nothing any more. */
  assertOpen(): void;
  /** Aborted when this owner goes; undefined for one that never does. */
  readonly signal?: AbortSignal;
}

/** The platform's own routes and handlers need no wrapping and are never withdrawn. */
export const PLATFORM: Owner = { name: 'backlot', bind: (run) => run, assertOpen: () => undefined };

/** Who adds routes and handlers: an extension, or the platform itself. Two instances of one extension are two owners. */
export interface Owner {
  readonly name: string;
  /** Wraps a function so that what happens in it, and what escapes from it later, is known to be this owner's. */
  bind<F extends (...args: never[]) => unknown>(run: F): F;
  /** What does the same for many functions that run one after the other, at less cost. */
  readonly tenure?: Tenure;
  /** Throws `BACKLOT_E_WITHDRAWN` when this owner may add nothing any more. */
  assertOpen(): void;
  /** Aborted when this owner goes; undefined for one that never does. */
  readonly signal?: AbortSignal;
}

/** Makes running code known to be an owner's, from one moment to another. */
export interface Tenure {
  /** What it is like now, for {@link Tenure.leave}. */
  before(): unknown;
  /** From now on, what runs and what it leaves running is this owner's. It has to leave before the code that runs now ends. */
  enter(): void;
  /** Makes it again as it was before some owner entered. */
  leave(before: unknown): void;
  /** Remembers whose an error is that was thrown meanwhile. */
  blame(error: unknown): void;
}

/**
 * Lets another owner enter than the one who is there; undefined is the platform. Gives what the last of them takes to leave:
 * what it was like before the first.
 */
export function change(from: Tenure | undefined, to: Tenure | undefined, before: unknown): unknown {
  if (to === undefined) {
    from?.leave(before);
    return undefined;
  }
  const first = from === undefined ? to.before() : before;
  to.enter();
  return first;
}

/** The platform's own routes and handlers need no wrapping and are never withdrawn. */
export const PLATFORM: Owner = { name: 'backlot', bind: (run) => run, assertOpen: () => undefined };

import { Interrupted } from './report';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Takes over Ctrl-C, so that a command can put away what it has started. */
export class Interrupt {
  readonly #first = new AbortController();
  readonly #second = new AbortController();
  readonly #listener = (): void => this.trigger();

  constructor() {
    for (const signal of SIGNALS) process.on(signal, this.#listener);
  }

  /** Aborted, with an {@link Interrupted} as its reason, by the first Ctrl-C. */
  get signal(): AbortSignal {
    return this.#first.signal;
  }

  /** Aborted by the second Ctrl-C: the user does not want to wait. */
  get impatient(): AbortSignal {
    return this.#second.signal;
  }

  /** The same as a Ctrl-C. */
  trigger(): void {
    const controller = this.#first.signal.aborted ? this.#second : this.#first;
    controller.abort(new Interrupted());
  }

  /** Gives Ctrl-C back. */
  release(): void {
    for (const signal of SIGNALS) process.off(signal, this.#listener);
  }
}

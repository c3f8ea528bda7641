import { BacklotError } from '../../api/errors';

/** What waits on a clock for one extension, and ends with one epoch of a world, or with the extension. */
export class TimerGroup {
  readonly #members = new Set<(reason: Error) => void>();
  readonly #ends: readonly AbortSignal[];
  readonly #fenced: () => Error;

  /** `fenced` makes the reason for what ends with the epoch; the extension's signal has its own. */
  constructor(epoch: AbortSignal, extension: AbortSignal, fenced: () => Error) {
    this.#ends = [epoch, extension];
    this.#fenced = fenced;
    const end = (): void => {
      for (const each of this.#ends) each.removeEventListener('abort', end);
      for (const member of this.#members) member(this.#reason());
      this.#members.clear();
    };
    for (const each of this.#ends) each.addEventListener('abort', end);
  }

  /** Calls a function, once, with the reason, when it all ends: at once when it has. */
  add(member: (reason: Error) => void): void {
    if (this.#ends.some(({ aborted }) => aborted)) member(this.#reason());
    else this.#members.add(member);
  }

  /** Whether something was thrown because of the end: that is no failure of who threw it. */
  isEndedBy(thrown: unknown): boolean {
    const [epoch, extension] = this.#ends;
    if (extension?.aborted && thrown === extension.reason) return true;
    return epoch?.aborted === true && thrown instanceof BacklotError && thrown.code === 'BACKLOT_E_STATE_FENCED';
  }

  delete(member: (reason: Error) => void): void {
    this.#members.delete(member);
  }

  #reason(): Error {
    const [, extension] = this.#ends;
    return extension?.aborted ? (extension.reason as Error) : this.#fenced();
  }
}

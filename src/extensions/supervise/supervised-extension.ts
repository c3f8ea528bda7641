import { asBacklotError, BacklotError } from '../../api/errors';
import type { Extension, HookName } from '../../api/extension';
import type { Owner } from '../../gateway/owner';
import type { ExtensionEntry } from '../list';
import type { Attribution } from './attribution';
import { OwnedResources } from './owned-resources';
import { TimeLimitExceeded, withTimeLimit } from './time-limit';

/** Where an extension stands. `error` is for good: an extension that failed is withdrawn. */
export type ExtensionState = 'loading' | 'starting' | 'running' | 'stopping' | 'stopped' | 'error' | 'disabled';

/** What is known about an extension before, and whether or not, it lives. */
export interface ExtensionFacts {
  readonly name: string;
  /** For people: with credentials hidden. */
  readonly spec: string;
  readonly required: boolean;
  readonly package?: string;
  readonly version?: string;
  readonly description?: string;
  readonly author?: string;
  /** The folder of its package. */
  readonly directory?: string;
  /** What asked for it. */
  readonly entry: ExtensionEntry;
}

/** One extension under supervision: its state, its error, and the only way its hooks are called. */
export class SupervisedExtension implements Owner {
  #state: ExtensionState = 'loading';
  #error: BacklotError | undefined;
  #instance: Extension<unknown> | undefined;
  /** Errors that escaped from it outside of hooks and requests. */
  lateErrors = 0;

  /** What it has started through its services. */
  readonly resources: OwnedResources;

  constructor(
    readonly facts: ExtensionFacts,
    private readonly attribution: Attribution,
    report: (thrown: unknown, what: string) => void,
  ) {
    this.resources = new OwnedResources({ bind: (run) => this.bind(run), report });
  }

  get name(): string {
    return this.facts.name;
  }

  get state(): ExtensionState {
    return this.#state;
  }

  /** The object whose hooks are called; undefined before it is constructed. */
  get instance(): Extension<unknown> | undefined {
    return this.#instance;
  }

  /** Why it is in the state `error`. */
  get error(): BacklotError | undefined {
    return this.#error;
  }

  /** True from its construction until it failed or stopped. */
  get alive(): boolean {
    return this.#instance !== undefined && this.#error === undefined && this.#state !== 'stopped';
  }

  /** Gives it the instance whose hooks are to be called. */
  adopt(instance: Extension<unknown>): void {
    this.#instance = instance;
  }

  moveTo(state: Exclude<ExtensionState, 'error'>): void {
    if (this.#error === undefined) this.#state = state;
  }

  fail(error: BacklotError): void {
    this.#error ??= error;
    this.#state = 'error';
  }

  bind<F extends (...args: never[]) => unknown>(run: F): F {
    return this.attribution.bind(this.name, run);
  }

  assertOpen(): void {
    if (this.#error === undefined && this.#state !== 'stopped') return;
    throw new BacklotError('BACKLOT_E_WITHDRAWN', `${this.name} was withdrawn and may add nothing to the gateway`, {
      where: { extension: this.name },
    });
  }

  /**
   * Calls a hook and waits for it, for at most `limit` milliseconds. Throws `BACKLOT_E_HOOK_FAILED` or
   * `BACKLOT_E_HOOK_TIMEOUT`, or the error with a code that the hook itself threw, each with extension and hook.
   */
  async call(hook: HookName, limit: number, argument?: unknown): Promise<void> {
    const instance = this.#instance;
    if (!instance) return;
    const where = { extension: this.name, hook };
    try {
      await withTimeLimit(limit, () => this.attribution.run(this.name, () => callHook(instance, hook, argument)));
    } catch (error) {
      if (error instanceof TimeLimitExceeded) {
        throw new BacklotError('BACKLOT_E_HOOK_TIMEOUT', `${hook} of ${this.name} ${error.message}`, { where });
      }
      throw asBacklotError(error, 'BACKLOT_E_HOOK_FAILED', `${hook} of ${this.name} threw`, where);
    }
  }
}

function callHook(instance: Extension<unknown>, hook: HookName, argument: unknown): void | Promise<void> {
  return (instance[hook] as (given: unknown) => void | Promise<void>).call(instance, argument);
}

import { asBacklotError, BacklotError } from '../../api/errors';
import type { Extension, HookName } from '../../api/extension';
import type { Owner, Tenure } from '../../gateway/owner';
import type { ExtensionState as KeptState } from '../../state';
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

/** What is wrong with a part of a running extension: for a while, or until somebody mends it. */
export interface Ailment {
  readonly state: 'starting' | 'error';
  readonly error: BacklotError;
}

/** One extension under supervision: its state, its error, and the only way its hooks are called. */
export class SupervisedExtension implements Owner {
  #state: ExtensionState = 'loading';
  #error: BacklotError | undefined;
  #instance: Extension<unknown> | undefined;
  readonly #ailments = new Map<object, Ailment>();
  /** How long its `onPlatformStart` may take, in milliseconds, where it said that this is longer than a hook. */
  #startLimit = 0;
  /** Its `this.state`; undefined as long as it has not used it. */
  keeps: KeptState | undefined;
  /** Errors that escaped from it outside of hooks and requests. */
  lateErrors = 0;

  /** What it has started through its services. */
  readonly resources: OwnedResources;

  readonly tenure: Tenure;

  constructor(
    readonly facts: ExtensionFacts,
    private readonly attribution: Attribution,
    report: (thrown: unknown, what: string) => void,
    epochOf: () => AbortSignal | undefined = () => undefined,
  ) {
    this.tenure = attribution.tenure(facts.name);
    this.resources = new OwnedResources({ bind: (run) => this.bind(run), report, epochOf });
  }

  get name(): string {
    return this.facts.name;
  }

  get state(): ExtensionState {
    if (this.#state !== 'running') return this.#state;
    return this.#worst?.state ?? this.#state;
  }

  /** The object whose hooks are called; undefined before it is constructed. */
  get instance(): Extension<unknown> | undefined {
    return this.#instance;
  }

  /** Why it is in the state `error`, or not up for a while. */
  get error(): BacklotError | undefined {
    return this.#error ?? this.#worst?.error;
  }

  /** True from its construction until it failed or stopped. */
  get alive(): boolean {
    return this.#instance !== undefined && this.#error === undefined && this.#state !== 'stopped';
  }

  get signal(): AbortSignal {
    return this.resources.signal;
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

  /** Says what ails a part of it, or that nothing does: it goes on, and its state says that it is not well. */
  ail(part: object, ailment: Ailment | undefined): void {
    if (ailment) this.#ailments.set(part, ailment);
    else this.#ailments.delete(part);
  }

  /** Lets its `onPlatformStart` take so many milliseconds, if that is longer than a hook may. */
  allowStart(milliseconds: number): void {
    this.#startLimit = Math.max(this.#startLimit, milliseconds);
  }

  get #worst(): Ailment | undefined {
    const all = [...this.#ailments.values()];
    return all.find(({ state }) => state === 'error') ?? all[0];
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
    const own = hook === 'onPlatformStart' ? Math.max(limit, this.#startLimit) : limit;
    try {
      await withTimeLimit(own, () => this.attribution.run(this.name, () => callHook(instance, hook, argument)));
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

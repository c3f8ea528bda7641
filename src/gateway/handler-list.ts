import { BacklotError } from '../api/errors';
import type { Handlers, ResponseHandlerOptions } from '../api/gateway';
import { captureLimitOf } from './body-capture';
import { kindOf } from './kind-of';
import type { Owner, Tenure } from './owner';

/** A handler as the chain runs it. */
export interface Step<H> {
  readonly run: H;
  /** Whose it is while it runs; undefined where the handler sees to that itself. */
  readonly tenure: Tenure | undefined;
}

interface Entry<H> {
  readonly given: H;
  readonly run: H;
  readonly owner: Owner;
  readonly captureLimit: number;
}

type Prepare<H> = (run: H, options: ResponseHandlerOptions) => H;

/** The part of a list that one owner may add to. Only response handlers have use for the options. */
export interface OwnHandlers<H> extends Handlers<H> {
  append(handler: H, options?: ResponseHandlerOptions): void;
  prepend(handler: H, options?: ResponseHandlerOptions): void;
}

/** Handlers that are collected until they are put into the list; see {@link HandlerList.stage}. */
export interface StagedHandlers<H> extends OwnHandlers<H> {
  /** Puts them into the list: in the place of another owner's, else at the end. */
  open(replaced: Owner | undefined): void;
}

/** An ordered list of handlers, each with its owner. A request runs over the list as it was when the request began. */
export class HandlerList<H extends (...args: never[]) => unknown> {
  #entries: readonly Entry<H>[] = [];
  readonly #prepare: Prepare<H>;

  /** `prepare` makes what runs from what was added, once for each handler. */
  constructor(prepare: Prepare<H> = (run) => run) {
    this.#prepare = prepare;
  }

  /** The most bytes of the body of a response that a handler wants to see; 0 when none wants to. */
  get captureLimit(): number {
    return Math.max(0, ...this.#entries.map(({ captureLimit }) => captureLimit));
  }

  /** The handlers in order. `watch` makes each into another one, and is told whose it is and what it is called. */
  steps(watch: (run: H, owner: string, name: string) => H = (run) => run): readonly Step<H>[] {
    return this.#entries.map(({ run, owner, given }) => ({
      run: watch(run, owner.name, given.name),
      tenure: owner.tenure,
    }));
  }

  /** The part of the list that one owner may add to and take from. `changed` is called after each change. */
  forOwner(owner: Owner, changed: () => void): OwnHandlers<H> {
    return handlersOf<H>(
      owner,
      this.#prepare,
      () => this.#entries,
      (entries) => {
        this.#replace(entries);
        changed();
      },
    );
  }

  /** The same, but what is added waits until it is opened. */
  stage(owner: Owner, changed: () => void): StagedHandlers<H> {
    let collected: readonly Entry<H>[] | undefined = [];
    const live = this.forOwner(owner, changed);
    const waiting = handlersOf<H>(
      owner,
      this.#prepare,
      () => collected ?? [],
      (entries) => (collected = entries),
    );
    const current = (): OwnHandlers<H> => (collected ? waiting : live);
    return {
      append: (handler, wanted) => current().append(handler, wanted),
      prepend: (handler, wanted) => current().prepend(handler, wanted),
      remove: (handler) => current().remove(handler),
      open: (replaced) => {
        const first = this.#entries.findIndex((entry) => entry.owner === replaced);
        const kept = this.#entries.filter((entry) => entry.owner !== replaced);
        const at = first === -1 ? kept.length : first;
        this.#replace([...kept.slice(0, at), ...(collected ?? []), ...kept.slice(at)]);
        collected = undefined;
      },
    };
  }

  /** Gives a function that makes the list again what it is now. */
  remember(): () => void {
    const entries = this.#entries;
    return () => this.#replace(entries);
  }

  /** Takes out everything that the owners which the predicate holds for have added. */
  removeOwners(isMeant: (owner: Owner) => boolean): void {
    this.#replace(this.#entries.filter((entry) => !isMeant(entry.owner)));
  }

  #replace(entries: readonly Entry<H>[]): void {
    this.#entries = entries;
  }
}

/** What an owner sees of a list of entries, wherever that is kept. */
function handlersOf<H extends (...args: never[]) => unknown>(
  owner: Owner,
  prepare: Prepare<H>,
  read: () => readonly Entry<H>[],
  write: (entries: readonly Entry<H>[]) => void,
): OwnHandlers<H> {
  const own = (handler: H, options: ResponseHandlerOptions = {}): Entry<H> => {
    owner.assertOpen();
    if (typeof handler !== 'function') {
      throw new BacklotError('BACKLOT_E_HANDLER_INVALID', `${kindOf(handler)} was added where a handler belongs`, {
        where: { extension: owner.name },
      });
    }
    const run = prepare(owner.tenure ? handler : owner.bind(handler), options);
    return { given: handler, run, owner, captureLimit: captureLimitOf(options) };
  };
  return {
    append: (handler, options) => write([...read(), own(handler, options)]),
    prepend: (handler, options) => write([own(handler, options), ...read()]),
    remove: (handler) => {
      const found = read().find((entry) => entry.given === handler && entry.owner.name === owner.name);
      if (!found) return false;
      write(read().filter((other) => other !== found));
      return true;
    },
  };
}

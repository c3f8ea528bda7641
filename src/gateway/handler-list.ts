import { BacklotError } from '../api/errors';
import type { Handlers } from '../api/gateway';
import type { Owner } from './owner';

interface Entry<H> {
  readonly given: H;
  readonly run: H;
  readonly owner: string;
}

/** An ordered list of handlers, each with its owner. A request runs over the list as it was when the request began. */
export class HandlerList<H extends (...args: never[]) => unknown> {
  #entries: readonly Entry<H>[] = [];
  #handlers: readonly H[] = [];

  /** The handlers in order; a new array after each change. */
  get handlers(): readonly H[] {
    return this.#handlers;
  }

  /** The part of the list that one owner may add to and take from. */
  forOwner(owner: Owner): Handlers<H> {
    const own = (handler: H): Entry<H> => {
      owner.assertOpen();
      if (typeof handler !== 'function') {
        throw new BacklotError('BACKLOT_E_HANDLER_INVALID', `a ${typeof handler} was added where a handler belongs`, {
          where: { extension: owner.name },
        });
      }
      return { given: handler, run: owner.bind(handler), owner: owner.name };
    };
    return {
      append: (handler) => this.#replace([...this.#entries, own(handler)]),
      prepend: (handler) => this.#replace([own(handler), ...this.#entries]),
      remove: (handler) => {
        const found = this.#entries.find((entry) => entry.given === handler && entry.owner === owner.name);
        if (!found) return false;
        this.#replace(this.#entries.filter((other) => other !== found));
        return true;
      },
    };
  }

  /** Takes out everything that one owner added. */
  removeOwner(owner: string): void {
    this.#replace(this.#entries.filter((entry) => entry.owner !== owner));
  }

  #replace(entries: readonly Entry<H>[]): void {
    this.#entries = entries;
    this.#handlers = entries.map(({ run }) => run);
  }
}

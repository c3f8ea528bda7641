import type { Ids } from '../../api/ids';
import type { Collection } from '../../api/state';
import { WORLD_OWNER } from '../clock/clocks';
import { ExtensionState } from '../extension-state';
import type { WorldView } from '../world';
import type { Worlds } from '../worlds';
import { randomly, SeededBytes, type Bytes } from './bytes';
import type { Seed, Taken } from './ids-state';
import { base62, fraction, hex, uuid } from './shapes';

const LENGTH = 14;
const ASCII = /^[ -~]*$/;

export interface ExtensionIdsOptions {
  readonly extension: string;
  readonly worlds: Worlds;
  /** The world that the running code belongs to. */
  readonly view: () => WorldView;
  /** Who asks on behalf of the extension: each has a sequence of its own. */
  readonly user?: string;
}

/** What `this.ids` of one extension is: looks up the current world at each call. */
export class ExtensionIds implements Ids {
  readonly #worlds: Worlds;
  readonly #user: string;
  /** What identifiers are made of, beside the seed. */
  readonly #name: string;
  readonly #seeds: Collection<Seed>;
  readonly #taken: Collection<Taken>;
  readonly #numbers: Collection<number>;

  constructor({ extension, worlds, view, user = 'extension' }: ExtensionIdsOptions) {
    this.#worlds = worlds;
    this.#user = user;
    this.#name = `${extension} ${user}`;
    // Whoever began before the seed was given gets identifiers of it as well.
    const latest = (): WorldView => view().world.view();
    this.#seeds = new ExtensionState(WORLD_OWNER, worlds, latest).collection('ids');
    // Among the extension’s own, so that they are saved and reset with those.
    const own = new ExtensionState(extension, worlds, view);
    this.#taken = own.collection('backlot:ids');
    this.#numbers = own.collection('backlot:numbers');
  }

  next(prefix = '', length = LENGTH): string {
    const head = /[a-z0-9]$/i.test(prefix) ? `${prefix}_` : prefix;
    if (!ASCII.test(head)) return head + this.#make((bytes) => base62(length, bytes));
    return this.#make((bytes) => base62(length, bytes, head));
  }

  uuid(): string {
    return this.#make(uuid);
  }

  hex(digits: number): string {
    return this.#make((bytes) => hex(digits, bytes));
  }

  number(name = ''): number {
    // Text is found in less time than the array that was written here before.
    const key = `${this.#user}\n${name}`;
    // Nothing comes between the two, so that they need no transaction.
    const next = (this.#numbers.get(key) ?? this.#numbers.get([this.#user, name]) ?? 0) + 1;
    this.#numbers.put(key, next);
    return next;
  }

  random(): number {
    return this.#make(fraction);
  }

  #make<T>(make: (bytes: Bytes) => T): T {
    const seed = this.#seeds.get('seed');
    if (seed?.text === undefined) return make(randomly);
    const { text, seeding } = seed;
    return this.#worlds.transaction(() => {
      const taken = this.#taken.get(this.#user);
      // Whoever gave the seed anew wants the sequence from its beginning.
      const bytes = new SeededBytes(`${text}\n${this.#name}`, taken?.seeding === seeding ? taken.blocks : 0);
      const made = make(bytes.take);
      this.#taken.put(this.#user, { seeding, blocks: bytes.blocks });
      return made;
    });
  }
}

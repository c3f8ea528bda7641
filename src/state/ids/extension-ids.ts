import type { Ids } from '../../api/ids';
import { randomly, SeededBytes, type Bytes } from './bytes';
import type { IdsPlace } from './ids-state';
import { base62, fraction, hex, uuid } from './shapes';

const LENGTH = 14;

export interface ExtensionIdsOptions {
  readonly extension: string;
  /** Where the current world keeps what this extension has taken. Throws BACKLOT_E_STATE_FENCED when its epoch is over. */
  readonly place: () => IdsPlace;
}

/** What `this.ids` of one extension is: looks up the current world at each call. */
export class ExtensionIds implements Ids {
  readonly #options: ExtensionIdsOptions;

  constructor(options: ExtensionIdsOptions) {
    this.#options = options;
  }

  next(prefix = '', length = LENGTH): string {
    const separator = /[a-z0-9]$/i.test(prefix) ? '_' : '';
    return `${prefix}${separator}${this.#make((bytes) => base62(length, bytes))}`;
  }

  uuid(): string {
    return this.#make(uuid);
  }

  hex(digits: number): string {
    return this.#make((bytes) => hex(digits, bytes));
  }

  number(name = ''): number {
    return this.#options.place().count(name);
  }

  random(): number {
    return this.#make(fraction);
  }

  #make<T>(make: (bytes: Bytes) => T): T {
    const place = this.#options.place();
    const seed = place.seed();
    if (!seed) return make(randomly);
    const taken = place.taken();
    // Whoever gave the seed anew wants the sequence from its beginning.
    const bytes = new SeededBytes(
      `${seed.text}\n${this.#options.extension}`,
      taken?.seeding === seed.seeding ? taken.blocks : 0,
    );
    const made = make(bytes.take);
    place.take({ seeding: seed.seeding, blocks: bytes.blocks });
    return made;
  }
}

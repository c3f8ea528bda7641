import type { Key } from '../api/state';
import type { IndexDefinition } from './index-definition';

/** What a collection holds. */
export type Kind = 'json' | 'bytes';

/** A value as it is kept: JSON as its text, which nobody can change from outside. The trees of many worlds share it. */
export class Entry {
  #indexed: { definition: IndexDefinition; keys: readonly Key[] }[] | undefined;

  constructor(readonly data: string | Uint8Array) {}

  /**
   * Under which keys an index has this value. The index is asked once, so that what was added to it can be found again even
   * when its function depends on more than the value.
   */
  keysFor(definition: IndexDefinition): readonly Key[] {
    const known = this.#indexed?.find((indexed) => indexed.definition === definition);
    if (known) return known.keys;
    const keys = definition.keysOf(JSON.parse(this.data as string));
    (this.#indexed ??= []).push({ definition, keys });
    return keys;
  }

  /** Forgets the keys for an index that is no more. */
  forget(definition: IndexDefinition): void {
    this.#indexed = this.#indexed?.filter((indexed) => indexed.definition !== definition);
  }
}

import { BacklotError } from '../api/errors';
import type { IndexFunction, Key } from '../api/state';
import { assertKey, compareKeys, toKey } from './key';

const NO_KEYS: readonly Key[] = [];
const ROLE = 'key of an index';

/** An index as one incarnation of an extension declares it. */
export class IndexDefinition {
  constructor(
    readonly owner: string,
    readonly collection: string,
    readonly name: string,
    private readonly extract: IndexFunction<unknown>,
  ) {}

  /** Whether a function says the same. One that is written within a handler is another one for each request. */
  isOf(extract: IndexFunction<unknown>): boolean {
    return extract === this.extract || String(extract) === String(this.extract);
  }

  /** The keys for a value, each once. Throws `BACKLOT_E_STATE_INDEX_FAILED` when the function throws or gives no key. */
  keysOf(value: unknown): readonly Key[] {
    try {
      const given = this.extract(value);
      if (given === undefined || given === null) return NO_KEYS;
      if (!Array.isArray(given)) return [toKey(given, ROLE)];
      if (given.length < 2) return given.length === 0 ? NO_KEYS : [toKey(given[0], ROLE)];
      const keys = given.map((key: unknown) => toKey(key, ROLE)).sort(compareKeys);
      return keys.filter((key, i) => i === 0 || compareKeys(key, keys[i - 1] as Key) !== 0);
    } catch (cause) {
      throw this.#failure(cause);
    }
  }

  /** Throws what {@link keysOf} throws for a value, and makes nothing: keys that nobody keeps cost more than all the rest. */
  check(value: unknown): void {
    try {
      const given = this.extract(value);
      if (given === undefined || given === null) return;
      if (!Array.isArray(given)) return assertKey(given, ROLE);
      for (const key of given) assertKey(key, ROLE);
    } catch (cause) {
      throw this.#failure(cause);
    }
  }

  #failure(cause: unknown): BacklotError {
    return new BacklotError(
      'BACKLOT_E_STATE_INDEX_FAILED',
      `the index "${this.name}" of the collection "${this.collection}" failed: ${(cause as Error).message}`,
      { where: { extension: this.owner }, cause },
    );
  }
}

/** The indexes of a collection, as one incarnation of an extension declares them. */
export class IndexDefinitions {
  readonly #definitions = new Map<string, IndexDefinition>();

  /** Grows with each change, so that a table can tell at a look whether it has them. */
  revision = 0;

  constructor(
    readonly owner: string,
    readonly collection: string,
  ) {}

  [Symbol.iterator](): IterableIterator<IndexDefinition> {
    return this.#definitions.values();
  }

  get names(): string[] {
    return [...this.#definitions.keys()];
  }

  get(name: string): IndexDefinition | undefined {
    return this.#definitions.get(name);
  }

  /** Adds indexes, or replaces those of the same name when their functions are others. */
  declare(indexes: Readonly<Record<string, IndexFunction<unknown>>>): void {
    for (const [name, extract] of Object.entries(indexes)) {
      if (this.#definitions.get(name)?.isOf(extract)) continue;
      this.#definitions.set(name, new IndexDefinition(this.owner, this.collection, name, extract));
      this.revision += 1;
    }
  }
}

import type { Collection, CollectionOptions, Key, Range } from '../../src/api/state';
import type { Epoch, World } from '../../src/state/world';

type Rows = Map<string, string>;

/** A world in memory for what needs one, with epochs that a test ends. */
export class MemoryWorld implements World {
  readonly #collections = new Map<string, Rows>();
  #abort = new AbortController();
  #number = 1;

  constructor(readonly name = '') {}

  get epoch(): Epoch {
    const { signal } = this.#abort;
    return { number: this.#number, signal };
  }

  /** Ends the epoch, and goes on with nothing, or with what another world has. */
  reset(other?: MemoryWorld): void {
    const rows = other ? [...other.#collections].map(([name, own]) => [name, new Map(own)] as const) : [];
    this.#collections.clear();
    for (const [name, own] of rows) this.#collections.set(name, own);
    const ended = this.#abort;
    this.#abort = new AbortController();
    this.#number += 1;
    ended.abort();
  }

  /** Another world with the same in it. */
  copy(): MemoryWorld {
    const copy = new MemoryWorld('copy');
    copy.reset(this);
    return copy;
  }

  store(owner: string): ReturnType<World['store']> {
    return {
      collection: <T>(name: string, _options?: CollectionOptions<T>) => this.#collection<T>(`${owner}/${name}`),
      transaction: (work) => {
        const before = [...this.#collections].map(([name, rows]) => [name, new Map(rows)] as const);
        try {
          return work();
        } catch (error) {
          this.#collections.clear();
          for (const [name, rows] of before) this.#collections.set(name, rows);
          throw error;
        }
      },
    };
  }

  #collection<T>(name: string): Collection<T> {
    const rows = (): Rows => {
      const known = this.#collections.get(name);
      if (known) return known;
      const made: Rows = new Map();
      this.#collections.set(name, made);
      return made;
    };
    const write = (key: Key): string => JSON.stringify(key);
    const get = (key: Key): T | undefined => {
      const text = rows().get(write(key));
      return text === undefined ? undefined : (JSON.parse(text) as T);
    };
    const put = (key: Key, value: T): void => void rows().set(write(key), JSON.stringify(value));
    const keys = ({ prefix, limit }: Range = {}): Key[] =>
      [...rows().keys()]
        .map((text) => JSON.parse(text) as Key)
        .filter((key) => prefix === undefined || (Array.isArray(key) && key[0] === prefix[0]))
        .sort(compare)
        .slice(0, limit);
    return {
      name,
      get,
      put,
      has: (key) => rows().has(write(key)),
      insert: put,
      update: (key, change) => {
        const changed = change(get(key));
        put(key, changed);
        return changed;
      },
      delete: (key) => rows().delete(write(key)),
      clear: () => rows().clear(),
      count: () => rows().size,
      keys,
      values: (range) => keys(range).map((key) => get(key) as T),
      entries: (range) => keys(range).map((key) => [key, get(key) as T] as [Key, T]),
      by: () => {
        throw new Error('there are no indexes here');
      },
    };
  }
}

function compare(a: Key, b: Key): number {
  const left = [a].flat();
  const right = [b].flat();
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const x = left[i] as string | number;
    const y = right[i] as string | number;
    if (x !== y) return x < y ? -1 : 1;
  }
  return left.length - right.length;
}

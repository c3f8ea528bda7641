/** How many characters of JSON may be at hand as objects, in the whole process. They take some four bytes each. */
const MOST = 8 * 1024 * 1024;
/** How many places of those that went may be empty before the others move up. */
const MOST_EMPTY = 1024;

interface Read<T> {
  readonly item: T;
  readonly size: number;
}

/** What was read last, up to a total size; what was read first has to go. */
export class RecentlyRead<T> {
  /** In the order in which they came. A Map would look through the places of all that went to find its first. */
  #queue: (Read<T> | undefined)[] = [];
  #first = 0;
  #total = 0;

  constructor(
    private readonly letGo: (item: T) => void,
    private readonly most = MOST,
  ) {}

  /** Adds what was not at hand, with its size. Something that is larger than all that may be there goes at once. */
  add(item: T, size: number): void {
    this.#queue.push({ item, size });
    this.#total += size;
    while (this.#total > this.most) this.#dropFirst();
    if (this.#first > MOST_EMPTY && this.#first * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#first);
      this.#first = 0;
    }
  }

  #dropFirst(): void {
    const { item, size } = this.#queue[this.#first]!;
    this.#queue[this.#first++] = undefined;
    this.#total -= size;
    this.letGo(item);
  }
}

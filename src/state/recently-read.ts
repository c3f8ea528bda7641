/** How many characters of JSON may be at hand as objects, in the whole process. They take some four bytes each. */
const MOST = 8 * 1024 * 1024;

/** What was read last, up to a total size; what was read first has to go. */
export class RecentlyRead<T> {
  readonly #sizes = new Map<T, number>();
  #total = 0;

  constructor(
    private readonly letGo: (item: T) => void,
    private readonly most = MOST,
  ) {}

  /** Adds what was not at hand, with its size. Something that is larger than all that may be there goes at once. */
  add(item: T, size: number): void {
    this.#sizes.set(item, size);
    this.#total += size;
    for (const [oldest, itsSize] of this.#sizes) {
      if (this.#total <= this.most) return;
      this.#sizes.delete(oldest);
      this.#total -= itsSize;
      this.letGo(oldest);
    }
  }
}

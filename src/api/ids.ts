/** Identifiers that an extension gives to what it makes. */

/**
 * Random by default; once the current world has a seed, the same calls give the same identifiers each time, whatever other
 * extensions ask for. A restored snapshot goes on where it was saved.
 */
export interface Ids {
  /**
   * `length` letters and digits, behind a prefix and an underscore: `next('cus')` is `cus_4fKq0ZbX81mTcR`. A prefix that
   * ends in something else than a letter or a digit is left as it is: `next('vol-')` is `vol-4fKq0ZbX81mTcR`.
   */
  next(prefix?: string, length?: number): string;
  /** A UUID of version 4. */
  uuid(): string;
  /** So many hexadecimal digits. */
  hex(digits: number): string;
  /** 1, 2, 3 and so on, for each name on its own; for invoice numbers and the like. Counts whether or not there is a seed. */
  number(name?: string): number;
  /** At least 0 and less than 1. */
  random(): number;
}

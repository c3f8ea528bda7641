/** The file of a store is damaged: which one, and how that shows. */
export class Damage extends Error {
  constructor(
    readonly file: string,
    readonly finding: string,
  ) {
    super(`${file} is damaged: ${finding}`);
  }
}

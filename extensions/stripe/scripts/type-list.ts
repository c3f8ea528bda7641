/** A type in a file: a sort, or a list that begins with one. */
export type Written = string | readonly [string, ...unknown[]];

/** Types, each written once; they name each other by their place. */
export abstract class TypeList {
  readonly types: Written[] = [];
  private readonly places = new Map<string, number>();

  /** The place of a type, which is added where it is not there yet. */
  protected intern(type: Written): number {
    const key = JSON.stringify(type);
    let place = this.places.get(key);
    if (place === undefined) {
      place = this.types.push(type) - 1;
      this.places.set(key, place);
    }
    return place;
  }
}

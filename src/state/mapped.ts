/** What a function makes of each; it can be iterated as often as what it is made of. */
export function mapped<From, To>(from: Iterable<From>, map: (item: From) => To): Iterable<To> {
  return {
    *[Symbol.iterator]() {
      for (const item of from) yield map(item);
    },
  };
}

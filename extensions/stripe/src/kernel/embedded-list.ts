interface EmbeddedList<T> {
  readonly data: readonly T[];
}

/** A list within an object, with something first: in its place already, or new. It is counted in `total_count`. */
export function withFirst<L extends EmbeddedList<{ readonly id: string }>>(list: L, first: L['data'][number]): L {
  const data = [first, ...list.data.filter(({ id }) => id !== first.id)];
  return { ...list, data, total_count: data.length };
}

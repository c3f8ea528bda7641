/** A copy of an object without some of its fields. */
export function omit<T extends object, K extends PropertyKey>(object: T, ...names: readonly K[]): Omit<T, K> {
  return Object.fromEntries(
    Object.entries(object).filter(([name]) => !(names as readonly PropertyKey[]).includes(name)),
  ) as Omit<T, K>;
}

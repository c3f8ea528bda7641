/** Freezes a value of JSON with all that is in it, and gives it. */
export function freezeDeeply(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    for (const each of value) if (typeof each === 'object') freezeDeeply(each);
  } else {
    for (const name in value) {
      const each = (value as Readonly<Record<string, unknown>>)[name];
      if (typeof each === 'object') freezeDeeply(each);
    }
  }
  return Object.freeze(value);
}

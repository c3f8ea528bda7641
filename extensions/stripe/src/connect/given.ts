type Fields = Record<string, unknown>;

/** What was there, with what a client gave: hashes are merged at any depth, and an empty string takes away. */
export function merged(before: unknown, given: unknown): unknown {
  if (typeof before !== 'object' || before === null || Array.isArray(given)) return given === '' ? null : given;
  if (typeof given !== 'object' || given === null) return given === '' ? null : given;
  const all: Fields = { ...(before as Fields) };
  for (const [name, value] of Object.entries(given)) all[name] = value === '' ? null : merged(all[name], value);
  return all;
}

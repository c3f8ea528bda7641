/** Metadata: https://docs.stripe.com/api/metadata. */

/** Metadata with what a client gave: an empty value takes a key out, and an empty string in the place of all takes all out. */
export function mergeMetadata(
  before: Readonly<Record<string, string>> | null | undefined,
  given: Readonly<Record<string, string | number | null>> | '' | null | undefined,
): Record<string, string> {
  if (given === undefined) return { ...before };
  if (given === '' || given === null) return {};
  const merged: Record<string, string> = { ...before };
  for (const [key, value] of Object.entries(given)) {
    if (value === '' || value === null) delete merged[key];
    else merged[key] = String(value);
  }
  return merged;
}

import { fieldNames, fieldOf } from '../../spec/shapes';

type Fields = Record<string, unknown>;

/** An object with everything that its kind may have: what version 1 leaves out where there is nothing, version 2 has as null. */
export function complete(kind: string, object: Readonly<Fields>): Fields {
  const whole: Fields = { ...object };
  for (const name of fieldNames(kind)) whole[name] = completed(whole[name] ?? null, nestedKind(kind, name));
  return whole;
}

/** The kind of the objects that a field holds, where there is one of them and it has no name; undefined for others. */
function nestedKind(kind: string, name: string): string | undefined {
  const { kinds = [] } = fieldOf(kind, name) ?? {};
  return kinds.length === 1 && kinds[0]!.startsWith('#') ? kinds[0] : undefined;
}

function completed(value: unknown, kind: string | undefined): unknown {
  if (kind === undefined || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => completed(each, kind));
  return complete(kind, value as Fields);
}

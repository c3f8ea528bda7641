/** The text of objects that never change, such as those that lie in a table. */
const texts = new WeakMap<object, string>();
/** What was printed last, each in the place that its identifier gives it. To keep a text costs more than to print what is not asked for again. */
const latest: (object | undefined)[] = new Array<undefined>(64).fill(undefined);

/** An answer as the API writes it: JSON with two spaces for each level. */
export function printed(answer: object): string {
  if (!Object.isFrozen(answer)) return JSON.stringify(answer, undefined, 2);
  const known = texts.get(answer);
  if (known !== undefined) return known;
  const text = JSON.stringify(answer, undefined, 2);
  const place = placeOf(answer);
  if (latest[place] === answer) texts.set(answer, text);
  else latest[place] = answer;
  return text;
}

function placeOf({ id }: { readonly id?: unknown }): number {
  return typeof id === 'string' && id !== '' ? id.charCodeAt(id.length - 1) % latest.length : 0;
}

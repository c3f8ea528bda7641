/** The text of objects that never change, such as those that lie in a table. They are read again and again. */
const texts = new WeakMap<object, string>();

/** An answer as the API writes it: JSON with two spaces for each level. */
export function printed(answer: object): string {
  if (!Object.isFrozen(answer)) return JSON.stringify(answer, undefined, 2);
  let text = texts.get(answer);
  if (text === undefined) {
    text = JSON.stringify(answer, undefined, 2);
    texts.set(answer, text);
  }
  return text;
}

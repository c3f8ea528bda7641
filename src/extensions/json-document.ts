import { findNodeAtLocation, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';

/** A key or an index at each level, from the root of the document down. */
export type JsonPath = readonly (string | number)[];

/** A place in a text. Both start at 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** Something wrong with the text itself. */
export interface SyntaxMistake {
  readonly message: string;
  readonly place: TextPlace;
}

/**
 * A JSON text that knows where each of its values stands.
 *
 * With `lenient`, comments and trailing commas are allowed. A text with mistakes is still read as far as possible;
 * {@link mistakes} lists them.
 */
export class JsonDocument {
  readonly mistakes: readonly SyntaxMistake[];
  /** The value of the text: what `JSON.parse` would give. */
  readonly value: unknown;
  readonly #root: Node | undefined;
  readonly #lineStarts: readonly number[];

  constructor(text: string, options: { readonly lenient: boolean }) {
    // A byte order mark is not JSON, but editors write it; a blank keeps the columns of the first line right.
    const clean = text.startsWith('\uFEFF') ? ` ${text.slice(1)}` : text;
    this.#lineStarts = lineStartsOf(clean);
    const errors: ParseError[] = [];
    this.#root = parseTree(clean, errors, { disallowComments: !options.lenient, allowTrailingComma: options.lenient });
    this.value = this.#root && valueOf(this.#root);
    this.mistakes = [
      ...errors.map(({ error, offset }) => ({
        message: sentence(printParseErrorCode(error)),
        place: this.#placeAt(offset),
      })),
      ...(this.#root ? doubledKeys(this.#root) : []).map(({ key, offset }) => ({
        message: `the key "${key}" stands twice in one object`,
        place: this.#placeAt(offset),
      })),
    ];
  }

  /** The place of the value at a path, or of the nearest parent that exists. */
  placeOf(path: JsonPath): TextPlace {
    for (let length = path.length; length >= 0; length--) {
      const node = this.#root && findNodeAtLocation(this.#root, path.slice(0, length));
      if (node) return this.#placeAt(node.offset);
    }
    return { line: 1, column: 1 };
  }

  /** The place of the key that names the value at a path; of the value itself in an array. */
  placeOfKey(path: JsonPath): TextPlace {
    const node = this.#root && findNodeAtLocation(this.#root, [...path]);
    const key = node?.parent?.type === 'property' ? node.parent.children?.[0] : undefined;
    return key ? this.#placeAt(key.offset) : this.placeOf(path);
  }

  #placeAt(offset: number): TextPlace {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#lineStarts[low] ?? 0) + 1 };
  }
}

/** A path as people write it: `config.ports[0]`. */
export function formatJsonPath(path: JsonPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** `CommaExpected` becomes `comma expected`. */
function sentence(code: string): string {
  return code
    .replace(/([A-Z])/g, ' $1')
    .trim()
    .toLowerCase();
}

function valueOf(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(valueOf);
  if (node.type !== 'object') return node.value as unknown;
  const object: Record<string, unknown> = {};
  for (const { children: [key, value] = [] } of node.children ?? []) {
    // defineProperty, because a plain assignment to "__proto__" would vanish.
    if (key && value) {
      Object.defineProperty(object, String(key.value), {
        value: valueOf(value),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
  }
  return object;
}

function doubledKeys(node: Node): { key: string; offset: number }[] {
  const found: { key: string; offset: number }[] = [];
  const seen = new Set<string>();
  for (const child of node.children ?? []) {
    const key = child.type === 'property' ? child.children?.[0] : undefined;
    if (key) {
      const name = String(key.value);
      if (seen.has(name)) found.push({ key: name, offset: key.offset });
      seen.add(name);
    }
    found.push(...doubledKeys(child));
  }
  return found;
}

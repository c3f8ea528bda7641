import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import type { Document, Node } from 'yaml';
import type { JsonPath, TextPlace } from '../json-document';

/** A document of a YAML text. */
export interface YamlDocument {
  readonly data: unknown;
  readonly placeOf: (path: JsonPath) => TextPlace;
}

/** A YAML text cannot be read. */
export interface YamlMistake {
  readonly message: string;
  readonly place: TextPlace;
}

/** The documents of a YAML text, or what is wrong with it. */
export function readYaml(text: string): readonly YamlDocument[] | YamlMistake {
  // Loaded here, because few seeds are YAML.
  const { LineCounter, parseAllDocuments } = createRequire(__filename)('yaml') as typeof Yaml;
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  const documents: Document.Parsed[] = Array.isArray(parsed) ? [...(parsed as Document.Parsed[])] : [];
  const place = (offset: number): TextPlace => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const read: YamlDocument[] = [];
  for (const document of documents) {
    const [error] = document.errors;
    if (error) return { message: error.message, place: place(error.pos[0]) };
    try {
      const data: unknown = document.toJS();
      read.push({ data, placeOf: (path) => place(offsetOf(document, path)) });
    } catch (thrown) {
      // Such as aliases that would make more than memory holds.
      return { message: (thrown as Error).message, place: place(document.range[0]) };
    }
  }
  return read;
}

function offsetOf(document: Document.Parsed, path: JsonPath): number {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as Node | null | undefined;
    if (node?.range) return node.range[0];
  }
  return document.contents?.range[0] ?? document.range[0];
}

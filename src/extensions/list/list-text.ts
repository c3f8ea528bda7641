import { createScanner, findNodeAtLocation, type JSONScanner, type Node, parseTree } from 'jsonc-parser';

/** Indentation where the text shows none. */
const USUAL_INDENT = '  ';

/** A longer entry is written on several lines, in characters. */
const LONGEST_LINE = 100;

/** The tokens of jsonc-parser, whose own names for them (a const enum) cannot be used from isolated modules. */
const TOKEN = { comma: 5, lineComment: 12, blockComment: 13, lineBreak: 14, blanks: 15, end: 17 } as const;

/** From the first character to the one behind the last. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * The text of a list of extensions, which has no mistakes, with edits that keep its comments and its style.
 *
 * The edits of jsonc-parser keep most, but move or lose comments at the ends of lines, where people write why an entry is
 * there.
 */
export class ListText {
  #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }

  /** Adds a value behind the last entry. */
  add(value: unknown): void {
    const list = this.#list();
    const last = list.children?.at(-1);
    if (last) this.#addAfter(last, (indent) => this.#write(value, indent));
    else this.#addFirst(list, value);
  }

  /** Removes an entry, with the comments on its own lines. */
  remove(index: number): void {
    const entries = this.#list().children ?? [];
    const entry = entries[index];
    if (!entry) return;
    const previous = entries[index - 1];
    const own = rangeOf(entry);
    const comma = this.#commaAfter(own.end);
    const end = comma === undefined ? own.end : comma + 1;
    const lineEnd = this.#endOfCommentsOnLine(end);
    const start = this.#startOfCommentsOnLine(own.start);
    const isFirstOnLine = this.#isLineStart(start);
    if (lineEnd !== undefined) {
      // The last on its line: the comments go with it, and the line, when it is empty then.
      const from = isFirstOnLine ? this.#lineStart(start) : this.#withoutBlanksBefore(start);
      this.#replace({ start: from, end: isFirstOnLine ? this.#behindLineBreak(lineEnd) : lineEnd }, '');
    } else if (comma !== undefined) {
      this.#replace({ start: own.start, end: this.#behindBlanks(end) }, '');
    } else {
      this.#replace({ start: previous ? this.#withoutBlanksBefore(own.start) : own.start, end: own.end }, '');
    }
    // The list had no comma at its end, and gets none.
    if (comma === undefined && previous) {
      const before = this.#commaAfter(rangeOf(previous).end);
      if (before !== undefined) this.#replace({ start: before, end: before + 1 }, '');
    }
  }

  /** Gives an entry another spec. */
  setSpec(index: number, spec: string): void {
    const entry = this.#list().children?.[index];
    const node = entry?.type === 'object' ? findNodeAtLocation(entry, ['spec']) : entry;
    if (node) this.#replace(rangeOf(node), JSON.stringify(spec));
  }

  /** Gives an entry other options, by their keys; those that are not named stay. One that was only a spec becomes an object. */
  setOptions(index: number, options: Readonly<Record<string, unknown>>): void {
    for (const [key, value] of Object.entries(options)) {
      const entry = this.#list().children?.[index];
      if (!entry) return;
      const own = findNodeAtLocation(entry, [key]);
      const last = entry.children?.at(-1);
      if (own) this.#replace(rangeOf(own), this.#write(value, this.#indentOf(own)));
      else if (last) this.#addAfter(last, (indent) => `${JSON.stringify(key)}: ${this.#write(value, indent)}`);
      else
        this.#replace(
          rangeOf(entry),
          this.#write({ spec: entry.value as unknown, [key]: value }, this.#indentOf(entry)),
        );
    }
  }

  /** Writes something behind the last of a list or an object; `write` is given the indentation when it gets its own line. */
  #addAfter(last: Node, write: (indent: string | undefined) => string): void {
    const { start, end } = rangeOf(last);
    const comma = this.#commaAfter(end);
    const behind = comma === undefined ? end : comma + 1;
    const isOnOwnLine = this.#isLineStart(this.#startOfCommentsOnLine(start));
    const indent = isOnOwnLine ? this.#indentAt(start) : undefined;
    const written = write(indent) + (comma === undefined ? '' : ',');
    if (indent === undefined)
      this.#replace({ start: behind, end: behind }, `${comma === undefined ? ',' : ''} ${written}`);
    else {
      // Behind the comment that stands on the line of the last one, which is about that.
      const place = this.#endOfCommentsOnLine(behind) ?? behind;
      this.#replace({ start: place, end: place }, this.#lineBreak() + indent + written);
      if (comma === undefined) this.#replace({ start: end, end }, ',');
    }
  }

  #addFirst(list: Node, value: unknown): void {
    const { start, end } = rangeOf(list);
    const inside = this.#text.slice(start + 1, end - 1);
    const isOneLine = !this.#text.trim().includes('\n');
    if (isOneLine) return this.#replace({ start: start + 1, end: end - 1 }, this.#write(value) + inside.trim());
    const outer = this.#indentAt(start);
    const indent = outer + this.#indentUnit();
    const comments = inside.trimEnd();
    const written = this.#lineBreak() + indent + this.#write(value, indent);
    // A comment that stands alone in the list stays above the first entry.
    this.#replace({ start: start + 1, end: end - 1 }, comments + written + this.#lineBreak() + outer);
  }

  /** A value as JSON: on one line where it fits. */
  #write(value: unknown, indent?: string): string {
    const pretty = JSON.stringify(value, undefined, this.#indentUnit());
    const oneLine = JSON.stringify(value, undefined, 1).replace(/\n\s*/g, ' ');
    if (indent === undefined || oneLine.length <= LONGEST_LINE) return oneLine;
    return pretty.replace(/\n/g, this.#lineBreak() + indent);
  }

  #list(): Node {
    // A byte order mark is not JSON; a blank keeps the places right.
    const root = parseTree(this.#text.replace(/^\uFEFF/, ' '), [], { allowTrailingComma: true });
    const list = root && findNodeAtLocation(root, ['extensions']);
    if (list?.type === 'array') return list;
    throw new TypeError('the text has no list of extensions');
  }

  #replace({ start, end }: Range, text: string): void {
    this.#text = this.#text.slice(0, start) + text + this.#text.slice(end);
  }

  /** Where the next comma is, when nothing but blanks and comments is before it. */
  #commaAfter(offset: number): number | undefined {
    const scanner = createScanner(this.#text, true);
    scanner.setPosition(offset);
    return nextToken(scanner) === TOKEN.comma ? scanner.getTokenOffset() : undefined;
  }

  /** Where the line ends, when nothing but blanks and comments that end on it follow. */
  #endOfCommentsOnLine(offset: number): number | undefined {
    const scanner = createScanner(this.#text, false);
    scanner.setPosition(offset);
    for (;;) {
      const token = nextToken(scanner);
      if (token === TOKEN.lineBreak || token === TOKEN.end) return scanner.getTokenOffset();
      const isComment = token === TOKEN.lineComment || token === TOKEN.blockComment;
      if (token !== TOKEN.blanks && !isComment) return undefined;
      if (isComment && this.#textOf(scanner.getTokenOffset(), scanner.getTokenLength()).includes('\n'))
        return undefined;
    }
  }

  /** Where comments begin that stand before a value on its line, with nothing else before them; else the value itself. */
  #startOfCommentsOnLine(offset: number): number {
    const lineStart = this.#lineStart(offset);
    const before = this.#text.slice(lineStart, offset);
    return /^\s*(?:\/\*(?:(?!\*\/).)*\*\/\s*)+$/.test(before) ? lineStart + before.search(/\S/) : offset;
  }

  #textOf(offset: number, length: number): string {
    return this.#text.slice(offset, offset + length);
  }

  #lineStart(offset: number): number {
    return this.#text.lastIndexOf('\n', offset - 1) + 1;
  }

  #isLineStart(offset: number): boolean {
    return this.#text.slice(this.#lineStart(offset), offset).trim() === '';
  }

  #behindLineBreak(offset: number): number {
    return offset + (/^\r?\n/.exec(this.#text.slice(offset, offset + 2))?.[0].length ?? 0);
  }

  #behindBlanks(offset: number): number {
    return offset + (/^[ \t]*/.exec(this.#text.slice(offset))?.[0].length ?? 0);
  }

  #withoutBlanksBefore(offset: number): number {
    return this.#text.slice(0, offset).replace(/[ \t]+$/, '').length;
  }

  /** The indentation of a value's line, when lines are indented; a long value is written on several lines then. */
  #indentOf({ offset }: Node): string | undefined {
    return this.#text.trim().includes('\n') ? this.#indentAt(offset) : undefined;
  }

  /** The blanks that the line of an offset begins with. */
  #indentAt(offset: number): string {
    return /^[ \t]*/.exec(this.#text.slice(this.#lineStart(offset)))?.[0] ?? '';
  }

  /** One step of indentation: that of the first line that has any. */
  #indentUnit(): string {
    return /\n([ \t]+)\S/.exec(this.#text)?.[1] ?? USUAL_INDENT;
  }

  #lineBreak(): string {
    return this.#text.includes('\r\n') ? '\r\n' : '\n';
  }
}

/** The number of the next token. */
function nextToken(scanner: JSONScanner): number {
  return scanner.scan();
}

function rangeOf({ offset, length }: Node): Range {
  return { start: offset, end: offset + length };
}

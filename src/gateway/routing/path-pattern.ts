import { didYouMean } from '../../api/nearest';
import { ANY, NAMED_CONVERTERS, patternConverter, RANK, REST, type Converter } from './converters';
import { Parameters, type Parameter } from './parameters';

/** Text that stands in a path letter by letter, up to the next slash. */
export interface StaticSegment {
  readonly kind: 'static';
  readonly text: string;
}

/** One segment with parameters in it. */
export interface ParameterSegment extends Dynamic {
  readonly kind: 'parameters';
  /** True for one parameter that takes anything, the most common by far. */
  readonly isPlain: boolean;
  /** Adds what the parameters have in the raw text of a segment; false, with nothing added, when it does not fit. */
  capture(text: string, values: string[]): boolean;
}

/** A parameter that may contain slashes, with text before and behind it. */
export interface SpanSegment extends Dynamic {
  readonly kind: 'span';
  readonly before: string;
  readonly behind: string;
}

/** A final `*`, with text before it in its segment. */
export interface RestSegment extends Dynamic {
  readonly kind: 'rest';
  readonly before: string;
}

interface Dynamic {
  readonly rank: number;
  /** How many characters of it are text. */
  readonly letters: number;
  /** As it is written, without the names of parameters: what has the same shape fits the same paths. */
  readonly shape: string;
  /** As it is written. */
  readonly written: string;
}

export type DynamicSegment = ParameterSegment | SpanSegment | RestSegment;
export type Segment = StaticSegment | DynamicSegment;

type Part = string | Parameter;

/** The path of a rule, read. It is matched with the raw path of a request, in which nothing is decoded or resolved. */
export class PathPattern {
  readonly segments: readonly Segment[];
  /** The text before the first segment that has parameters, with the slash; the whole path where none has. */
  readonly prefix: string;
  /** The segments from the first on that has parameters. */
  readonly below: readonly [] | readonly [DynamicSegment, ...Segment[]];
  readonly parameters: Parameters;

  /** Throws a {@link PathError} or a SyntaxError when the path cannot be read. */
  constructor(readonly written: string) {
    const read = new PathReader(written).read();
    this.segments = read.map(toSegment);
    this.parameters = Parameters.of(read.flatMap((parts) => parts.filter(isParameter)));
    const first = this.segments.findIndex(({ kind }) => kind !== 'static');
    const texts = (first < 0 ? this.segments : this.segments.slice(0, first)) as readonly StaticSegment[];
    this.prefix = inOnePiece(`/${texts.map(({ text }) => (first < 0 ? text : `${text}/`)).join(first < 0 ? '/' : '')}`);
    this.below = first < 0 ? [] : (this.segments.slice(first) as [DynamicSegment, ...Segment[]]);
    assertNamesDiffer(this.parameters.list);
    if (this.segments.filter(({ kind }) => kind === 'span').length > 1) {
      throw new PathError('a path has at most one {path}');
    }
  }
}

/** The same text, which engines keep as a chain of its parts otherwise; it is compared for every request. */
function inOnePiece(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

/** Why a path cannot be read, in words that go on from "the path … cannot be routed: ". */
export class PathError extends Error {}

/** Which of two segments is tried first at one place of a path: the more exact; the order does not depend on who was first. */
export function compareSegments(one: DynamicSegment, other: DynamicSegment): number {
  return one.rank - other.rank || other.letters - one.letters || (one.shape < other.shape ? -1 : 1);
}

/** Where text ends. */
const SPECIAL = /[/:*?#{<]/g;

/** Reads a path into segments, each a list of texts and parameters. */
class PathReader {
  readonly #segments: Part[][] = [];
  #parts: Part[] = [];
  #text = '';
  #at = 1;

  constructor(private readonly path: string) {}

  read(): Part[][] {
    const { path } = this;
    while (this.#at < path.length) {
      SPECIAL.lastIndex = this.#at;
      const next = SPECIAL.exec(path)?.index ?? path.length;
      this.#addText(path.slice(this.#at, next), next - this.#at);
      const letter = path[this.#at];
      if (letter === undefined) break;
      if (letter === '/') this.#endSegment();
      else if (letter === ':' && path[this.#at + 1] === ':') this.#addText(':', 2);
      else if (letter === ':') this.#addPart(this.#readParameter());
      else if (letter === '*') this.#addPart(this.#readRest());
      else if (letter === '?' || letter === '#') throw new PathError(`a "${letter}" is never part of a path`);
      else throw new PathError(`a parameter is written ":id", or ":id{int}" with a converter, not "${letter}id…"`);
    }
    this.#endSegment();
    return this.#segments;
  }

  #addText(text: string, length: number): void {
    this.#text += text;
    this.#at += length;
  }

  #addPart(part: Part): void {
    this.#endText();
    this.#parts.push(part);
  }

  #endText(): void {
    if (this.#text === '') return;
    this.#parts.push(pathAsSent(this.#text));
    this.#text = '';
  }

  #endSegment(): void {
    this.#endText();
    this.#segments.push(this.#parts);
    this.#parts = [];
    this.#at++;
  }

  #readRest(): Parameter {
    if (this.#at !== this.path.length - 1) throw new PathError('a "*" stands only at the end');
    this.#at++;
    return { name: '*', converter: REST };
  }

  #readParameter(): Parameter {
    const [name] = /^\w+/.exec(this.path.slice(this.#at + 1)) ?? [];
    if (name === undefined) throw new PathError('a ":" has no name behind it; a colon of the path itself is "::"');
    this.#at += 1 + name.length;
    return { name, converter: this.#readConverter(name) };
  }

  #readConverter(name: string): Converter {
    const opening = this.path[this.#at];
    if (opening !== '(' && opening !== '{') return ANY;
    const start = this.#at + 1;
    const end = opening === '(' ? endOfPattern(this.path, start) : this.path.indexOf('}', start);
    if (end < 0) throw new PathError(`the "${opening}" behind :${name} is not closed`);
    this.#at = end + 1;
    const inner = this.path.slice(start, end);
    if (opening === '(') return patternConverter(inner);
    const converter = NAMED_CONVERTERS.get(inner);
    if (converter) return converter;
    const known = [...NAMED_CONVERTERS.keys()];
    throw new PathError(`there is no converter {${inner}}${didYouMean(inner, known)}; there are ${known.join(', ')}`);
  }
}

/** Where the parenthesis that is open at a place is closed again; -1 when it is not. */
function endOfPattern(path: string, start: number): number {
  let depth = 1;
  let isInClass = false;
  for (let at = start; at < path.length; at++) {
    const letter = path[at];
    if (letter === '\\') at++;
    else if (isInClass) isInClass = letter !== ']';
    else if (letter === '[') isInClass = true;
    else if (letter === '(') depth++;
    else if (letter === ')' && --depth === 0) return at;
  }
  return -1;
}

function toSegment(parts: readonly Part[]): Segment {
  const [first] = parts;
  if (parts.length < 2 && (first === undefined || !isParameter(first))) return { kind: 'static', text: first ?? '' };
  const plain = parts.length === 1 && isParameter(first!) && first.converter === ANY ? first : undefined;
  if (plain) return plainSegment(plain.name);
  const parameters = parts.filter(isParameter);
  const common = {
    letters: parts.reduce((sum, part) => sum + (isParameter(part) ? 0 : part.length), 0),
    shape: parts.map((part) => (isParameter(part) ? shapeOf(part) : part)).join(''),
    written: parts.map((part) => (isParameter(part) ? writtenOf(part) : part)).join(''),
  };
  if (parameters.some(({ converter }) => converter.spans)) return spanOf(parts, common);
  return {
    kind: 'parameters',
    ...common,
    rank: parts.length === 1 ? parameters[0]!.converter.rank : RANK.mixed,
    isPlain: false,
    capture: captureOf(parts, parameters),
  };
}

/** One parameter that takes anything. */
function plainSegment(name: string): Segment {
  return {
    kind: 'parameters',
    rank: RANK.any,
    letters: 0,
    shape: ':',
    written: `:${name}`,
    isPlain: true,
    capture: takeAny,
  };
}

function takeAny(text: string, values: string[]): boolean {
  if (text === '') return false;
  values.push(text);
  return true;
}

function spanOf(parts: readonly Part[], common: Omit<Dynamic, 'rank'>): Segment {
  const [parameter, ...others] = parts.filter(isParameter);
  if (parameter === undefined || others.length > 0) {
    throw new PathError('a parameter that contains slashes has no other in its segment');
  }
  const at = parts.indexOf(parameter);
  const before = textOf(parts[at - 1]);
  const behind = textOf(parts[at + 1]);
  if (parameter.converter === REST) return { kind: 'rest', ...common, rank: RANK.rest, before };
  return { kind: 'span', ...common, rank: parts.length > 1 ? RANK.mixedPath : RANK.path, before, behind };
}

/** Text never stands beside text. */
function textOf(part: Part | undefined): string {
  return typeof part === 'string' ? part : '';
}

function captureOf(parts: readonly Part[], parameters: readonly Parameter[]): ParameterSegment['capture'] {
  const expression = new RegExp(`^${parts.map(sourceOf).join('')}$`, 's');
  return (text, values) => {
    const match = expression.exec(text);
    if (!match) return false;
    const found = parameters.map(({ name }) => match.groups?.[groupOf(name)] ?? '');
    const fits = ({ converter: { convert } }: Parameter, index: number): boolean =>
      convert === undefined || convert(found[index]!) !== undefined;
    if (!parameters.every(fits)) return false;
    values.push(...found);
    return true;
  };
}

function sourceOf(part: Part): string {
  if (!isParameter(part)) return part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  // The first of two parameters in a segment takes as little as it can, as in Express.
  const source = part.converter === ANY ? '[^/]+?' : part.converter.source;
  return `(?<${groupOf(part.name)}>${source})`;
}

/** Names of groups may not begin with a digit, and not be those of an author's pattern. */
function groupOf(name: string): string {
  return `$${name}`;
}

function shapeOf({ name, converter }: Parameter): string {
  return name === '*' ? '*' : `:${converter.written}`;
}

function writtenOf({ name, converter }: Parameter): string {
  return name === '*' ? '*' : `:${name}${converter.written}`;
}

function isParameter(part: Part): part is Parameter {
  return typeof part !== 'string';
}

function assertNamesDiffer(parameters: readonly Parameter[]): void {
  const names = parameters.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new PathError(`two parameters have the name "${twice}"`);
}

/** A path as clients send it: what no URL can have as it is arrives encoded. */
export function pathAsSent(path: string): string {
  return path.replace(/[^\x21-\x7e]+/g, encodeURIComponent);
}

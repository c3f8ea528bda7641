/** What a parameter in a path may stand for. */
export interface Converter {
  /** How it is written after the name: `{int}`, `(\d+)`, or nothing. */
  readonly written: string;
  /** A regular expression that fits the raw text, without anchors. */
  readonly source: string;
  /** How exact it is: at one place in a path the lowest is tried first. */
  readonly rank: number;
  /** True where it may contain slashes. */
  readonly spans: boolean;
  /** What is handed over; undefined when the text does not fit after all. Left out where that is the text itself. */
  readonly convert?: (text: string) => string | number | undefined;
}

/** Ranks of what can stand at one place in a path; text that a path names letter by letter goes before all of them. */
export const RANK = {
  mixed: 0,
  pattern: 1,
  uuid: 2,
  int: 3,
  float: 4,
  any: 5,
  mixedPath: 6,
  path: 7,
  rest: 8,
} as const;

/** A parameter without a converter: one character or more, within one segment. */
export const ANY: Converter = { written: '', source: '[^/]+', rank: RANK.any, spans: false };

/** What a final `*` stands for: everything, also nothing. */
export const REST: Converter = { written: '', source: '.*', rank: RANK.rest, spans: true };

const NAMED: readonly Converter[] = [
  {
    written: '{int}',
    source: '-?\\d+',
    rank: RANK.int,
    spans: false,
    // A number that JavaScript cannot hold exactly would lead to another resource than the one that was asked for.
    convert: (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : undefined),
  },
  {
    written: '{float}',
    source: '-?\\d+(?:\\.\\d+)?',
    rank: RANK.float,
    spans: false,
    convert: (text) => (Number.isFinite(Number(text)) ? Number(text) : undefined),
  },
  {
    written: '{uuid}',
    source: '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}',
    rank: RANK.uuid,
    spans: false,
  },
  { written: '{path}', source: '.+', rank: RANK.path, spans: true },
];

/** The converters by the name that stands in the braces. */
export const NAMED_CONVERTERS: ReadonlyMap<string, Converter> = new Map(
  NAMED.map((converter) => [converter.written.slice(1, -1), converter]),
);

/**
 * A converter made from the regular expression of an author. It sees one segment, whole, and still encoded. Throws a
 * SyntaxError when it is no regular expression.
 */
export function patternConverter(pattern: string): Converter {
  // Anchors are allowed because people write them; the whole segment has to fit anyway.
  const source = `(?:${pattern.replace(/^\^/, '').replace(/(?<!\\)\$$/, '')})`;
  new RegExp(source);
  return { written: `(${pattern})`, source, rank: RANK.pattern, spans: false };
}

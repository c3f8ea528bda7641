/** The language of searches: https://docs.stripe.com/search#search-query-language. */
import { invalidRequest, type StripeError } from '../errors';

/** What may be compared with what: all fields know `:`, texts also `~`, numbers also the comparisons. */
export type FieldSort = 'numeric' | 'string' | 'token';

export type Operator = ':' | '<' | '<=' | '>' | '>=' | '~';

export interface Clause {
  /** The name of a field, `metadata` for one of its keys. */
  readonly field: string;
  /** The key in `metadata["key"]`. */
  readonly key?: string;
  readonly operator: Operator;
  /** null stands for "is not there". */
  readonly value: string | null;
  readonly negated: boolean;
}

export interface Query {
  readonly joint: 'and' | 'or';
  readonly clauses: readonly Clause[];
}

const SHORTEST_SUBSTRING = 3;
const MOST_CLAUSES = 10;
const CLAUSE =
  /\s*(-?)\s*([A-Za-z_][\w.]*)(?:\[\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\s*\])?\s*(:|~|<=|>=|<|>)\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s"'()]+))/y;
const JOINT = /\s+(?:(and|or)\b\s*)?/iy;

/** Reads a query whose fields are of these sorts. Throws `invalid_request_error` for what is no query, or asks for another field. */
export function parseQuery(text: string, fields: Readonly<Record<string, FieldSort>>): Query {
  const clauses: Clause[] = [];
  const joints = new Set<string>();
  const query = text.trim();
  let place = 0;
  while (place < query.length || clauses.length === 0) {
    CLAUSE.lastIndex = place;
    const match = CLAUSE.exec(query);
    if (match === null) throw unreadable(text);
    clauses.push(readClause(match, fields));
    place = CLAUSE.lastIndex;
    if (place === query.length) break;
    JOINT.lastIndex = place;
    const joint = JOINT.exec(query);
    if (joint === null || JOINT.lastIndex === query.length) throw unreadable(text);
    joints.add((joint[1] ?? 'and').toLowerCase());
    place = JOINT.lastIndex;
  }
  if (joints.size > 1) throw refused('Mixing AND and OR in one search query is not supported.');
  if (clauses.length > MOST_CLAUSES) {
    throw refused(`A search query may have ${MOST_CLAUSES} clauses; yours has ${clauses.length}.`);
  }
  return { joint: joints.has('or') ? 'or' : 'and', clauses };
}

/** Whether an object is found: `read` gives what it holds in a field, which may be several values. */
export function matches({ joint, clauses }: Query, read: (clause: Clause) => readonly unknown[]): boolean {
  const hold = (clause: Clause) => holds(clause, read(clause)) !== clause.negated;
  return joint === 'or' ? clauses.some(hold) : clauses.every(hold);
}

function readClause(match: RegExpExecArray, fields: Readonly<Record<string, FieldSort>>): Clause {
  const [, minus, field = '', doubleKey, singleKey, written, doubleValue, singleValue, bare] = match;
  const operator = written as Operator;
  const sort = Object.hasOwn(fields, field) ? fields[field] : undefined;
  const key = textIn(doubleKey ?? singleKey);
  if (sort === undefined || (field === 'metadata') !== (key !== undefined)) {
    throw refused(
      `Field \`${field}\` is an unsupported search field for this resource. See https://stripe.com/docs/search#query-fields-for-each-resource for a list of supported fields.`,
    );
  }
  const quoted = textIn(doubleValue ?? singleValue);
  const value = quoted ?? (bare!.toLowerCase() === 'null' ? null : bare!);
  const clause = { field, ...(key !== undefined && { key }), operator, value, negated: minus === '-' };
  checkValue(clause, sort, quoted !== undefined);
  return clause;
}

function checkValue({ field, operator, value }: Clause, sort: FieldSort, isQuoted: boolean): void {
  if (operator === '~') {
    if (sort !== 'string')
      throw refused(`Field \`${field}\` does not support the \`~\` operator; it only supports exact matches.`);
    if (value === null || value.length < SHORTEST_SUBSTRING) {
      throw refused(
        `Substring searches need at least ${SHORTEST_SUBSTRING} characters; \`${field}~\` was given fewer.`,
      );
    }
  } else if (operator !== ':' && sort !== 'numeric') {
    throw refused(`Field \`${field}\` does not support the \`${operator}\` operator; only numeric fields do.`);
  }
  if (value === null) {
    if (operator !== ':') throw refused(`null can only be compared with \`:\`, not with \`${operator}\`.`);
    return;
  }
  if (sort === 'numeric' && !/^-?\d+(\.\d+)?$/.test(value)) {
    throw refused(`Field \`${field}\` is numeric; '${value}' is no number.`);
  }
  // What is not a number or a word such as true has to be quoted.
  if (sort !== 'numeric' && !isQuoted && !/^(true|false|-?\d+)$/.test(value)) {
    throw refused(`The value of \`${field}\` has to be quoted: ${field}${operator}"${value}".`);
  }
}

function holds({ operator, value }: Clause, found: readonly unknown[]): boolean {
  const present = found.filter((each) => each !== null && each !== undefined && each !== '');
  if (value === null) return present.length === 0;
  return present.some((each) => {
    if (operator === '~') return String(each).toLowerCase().includes(value.toLowerCase());
    if (typeof each !== 'number') return String(each).toLowerCase() === value.toLowerCase();
    const number = Number(value);
    switch (operator) {
      case '<':
        return each < number;
      case '<=':
        return each <= number;
      case '>':
        return each > number;
      case '>=':
        return each >= number;
      case ':':
        return each === number;
    }
  });
}

function textIn(quoted: string | undefined): string | undefined {
  return quoted?.replace(/\\(.)/g, '$1');
}

function unreadable(text: string): StripeError {
  return refused(
    `We were unable to parse your search query \`${text.slice(0, 100)}\`. See https://stripe.com/docs/search#search-query-language for the language of queries.`,
  );
}

function refused(message: string): StripeError {
  return invalidRequest(message, { param: 'query' });
}

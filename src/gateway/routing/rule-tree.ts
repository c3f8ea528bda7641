import type { RouteMatch, RouteRecord } from '../route-table';
import { answersAny, WEBSOCKET } from './methods';
import type { Parameters } from './parameters';
import {
  compareSegments,
  type DynamicSegment,
  type PathPattern,
  type RestSegment,
  type Segment,
  type SpanSegment,
} from './path-pattern';

/** A rule at the end of a path: what serves one method there, or all of them (`*`). */
interface Rule {
  readonly method: string;
  readonly record: RouteRecord;
  /** The parameters of the path as this rule names them: others may call them by other names. */
  readonly parameters: Parameters;
  /** The next rule of the same path. */
  next: Rule | undefined;
}

/**
 * A place in the tree: the segments up to it have fitted. It is itself the first rule that ends there, and rules and branches
 * are linked lists: among thousands of rules the time of a look is what it fetches from memory, and everything that is an
 * object of its own would be one more thing to fetch.
 */
class Node implements Partial<Rule> {
  readonly isPlain: boolean;
  /** The first rule that ends here; undefined where none does. */
  method: string | undefined;
  parameters: Parameters | undefined;
  record: RouteRecord | undefined;
  next: Rule | undefined;
  /** What goes on with a segment that is text. */
  texts: Map<string, Node> | undefined;
  /** What goes on with parameters: the most exact; the less exact are its `sibling`s. */
  branch: Node | undefined;
  sibling: Node | undefined;
  /** The parameters that lead here; undefined where text does. */
  readonly segment: DynamicSegment | undefined;

  // The order is that of the object in memory: what most looks need is at its beginning.
  constructor(segment?: DynamicSegment) {
    this.isPlain = segment?.kind === 'parameters' && segment.isPlain;
    this.segment = segment;
  }

  get isEmpty(): boolean {
    return this.method === undefined && this.branch === undefined && this.texts === undefined;
  }

  /** The first of the rules that end here. */
  get rule(): Rule | undefined {
    return this.method === undefined ? undefined : (this as Rule);
  }

  addRule(method: string, record: RouteRecord, parameters: Parameters): void {
    const { rule } = this;
    // The first one stays in this place; the others are behind it.
    if (rule) rule.next = { method, record, parameters, next: rule.next };
    else this.#setFirst(method, record, parameters);
  }

  removeRules(record: RouteRecord): void {
    const rules = [...rulesFrom(this.rule)].map((rule) => ({ ...rule }));
    this.#setFirst();
    for (const rule of rules) if (rule.record !== record) this.addRule(rule.method, rule.record, rule.parameters);
  }

  #setFirst(method?: string, record?: RouteRecord, parameters?: Parameters): void {
    this.method = method;
    this.record = record;
    this.parameters = parameters;
    this.next = undefined;
  }
}

/** A branch and its less exact siblings. */
function* branchesFrom(first: Node | undefined): Iterable<Node> {
  for (let branch = first; branch; branch = branch.sibling) yield branch;
}

/** The branch for parameters, made where there is none and put where its exactness belongs; and the first of them all then. */
function growBranch(standing: Node | undefined, segment: DynamicSegment): { first: Node; branch: Node } {
  const known = branchOf(standing, segment);
  if (known) return { first: standing!, branch: known };
  const branch = new Node(segment);
  const all = [...branchesFrom(standing), branch];
  return { first: link(all.sort((one, other) => compareSegments(one.segment!, other.segment!)))!, branch };
}

/** Takes a branch out; gives the first of those that are left. */
function withoutBranch(first: Node | undefined, removed: Node): Node | undefined {
  return link([...branchesFrom(first)].filter((branch) => branch !== removed));
}

function link(branches: readonly Node[]): Node | undefined {
  branches.forEach((branch, index) => (branch.sibling = branches[index + 1]));
  return branches[0];
}

/** The branch that parameters of this shape lead to. */
function branchOf(first: Node | undefined, { rank, shape }: DynamicSegment): Node | undefined {
  for (let branch = first; branch; branch = branch.sibling) {
    if (branch.segment!.rank === rank && branch.segment!.shape === shape) return branch;
  }
  return undefined;
}

function* rulesFrom(first: Rule | undefined): Iterable<Rule> {
  for (let rule = first; rule; rule = rule.next) yield rule;
}

/** What is done at each place that a whole path leads to. Something that is not undefined ends the search. */
type Reach<T> = (first: Rule, values: readonly string[]) => T | undefined;

/**
 * The rules of one host and priority, by path and method.
 *
 * Paths are looked up as they are: segment by segment, text before parameters, the more exact parameter before the less
 * exact one. Where the more exact one leads to nothing for a method, the search goes on with the next.
 */
export class RuleTree {
  /** Paths without parameters: one look finds them, and nothing is more exact. */
  readonly #fixed = new Map<string, Node>();
  /**
   * Paths with parameters, by the text before the first segment that has some: the longer it is, the more exact. Each leads
   * straight to its first branch.
   */
  readonly #prefixes = new Map<string, Node>();
  /** How many prefixes there are of each number of slashes; the largest number goes first. */
  #depths: readonly { readonly slashes: number; count: number }[] = [];

  /** The first rule that stands in the way of another at this path; undefined when there is none. */
  standing(pattern: PathPattern, methods: readonly string[], owner: string): RouteRecord | undefined {
    for (const rule of rulesFrom(this.#existing(pattern)?.rule)) {
      if (methods.some((method) => collide(rule, method, owner))) return rule.record;
    }
    return undefined;
  }

  /** Adds a rule, for each of the methods. Nothing may stand in its way. */
  add(pattern: PathPattern, methods: readonly string[], record: RouteRecord): void {
    const node = this.#grow(pattern);
    const { parameters } = pattern;
    for (const method of methods) node.addRule(method, record, parameters);
  }

  remove(pattern: PathPattern, record: RouteRecord): void {
    const { prefix, below } = pattern;
    const nodes = below.length === 0 ? this.#fixed : this.#prefixes;
    const standing = nodes.get(prefix);
    if (!standing) return;
    const left = below.length === 0 ? cut(standing, below, 0, record) : cutBranch(standing, below, 0, record);
    if (left) nodes.set(prefix, left);
    else nodes.delete(prefix);
    if (!left && below.length > 0) this.#count(prefix, -1);
  }

  /** The most exact rule for a method and a raw path. */
  find(method: string, path: string): RouteMatch | undefined {
    return this.#search(path, (first, values) => {
      const rule = ruleFor(first, method);
      if (!rule) return undefined;
      const captured = rule.parameters.name(values);
      return captured && { record: rule.record, params: captured.params, texts: captured.texts };
    });
  }

  /** Adds the methods that a raw path is known for. */
  collectMethods(path: string, methods: Set<string>): void {
    this.#search(path, (first, values) => {
      for (const { method, parameters } of rulesFrom(first)) if (parameters.name(values)) methods.add(method);
      return undefined;
    });
  }

  #search<T>(path: string, reach: Reach<T>): T | undefined {
    const fixed = this.#fixed.size > 0 ? this.#fixed.get(path) : undefined;
    const found = fixed && end(fixed, NO_VALUES, reach);
    if (found !== undefined || path.charCodeAt(0) !== SLASH) return found;
    const depths = this.#depths;
    for (let index = 0; index < depths.length; index++) {
      const start = startBehind(path, depths[index]!.slashes);
      const branch = start > 0 ? this.#prefixes.get(path.slice(0, start)) : undefined;
      const below = branch && search(undefined, branch, path, start, [], reach);
      if (below !== undefined) return below;
    }
    return undefined;
  }

  #existing({ prefix, below: [first, ...others] }: PathPattern): Node | undefined {
    let node = first ? branchOf(this.#prefixes.get(prefix), first) : this.#fixed.get(prefix);
    for (const segment of others) node = node && nextOf(node, segment);
    return node;
  }

  #grow({ prefix, below: [first, ...others] }: PathPattern): Node {
    if (!first) return getOrMake(this.#fixed, prefix);
    const standing = this.#prefixes.get(prefix);
    if (!standing) this.#count(prefix, 1);
    const grown = growBranch(standing, first);
    this.#prefixes.set(prefix, grown.first);
    return grow(grown.branch, others);
  }

  #count(prefix: string, change: number): void {
    const slashes = prefix.split('/').length - 1;
    const known = this.#depths.find((depth) => depth.slashes === slashes);
    if (known) known.count += change;
    else this.#depths = [...this.#depths, { slashes, count: change }].sort((a, b) => b.slashes - a.slashes);
    if (known?.count === 0) this.#depths = this.#depths.filter((depth) => depth !== known);
  }
}

/** Whether a raw path fits a path of a rule. */
export function fits(record: RouteRecord, pattern: PathPattern, path: string): boolean {
  const tree = new RuleTree();
  tree.add(pattern, ['*'], record);
  const methods = new Set<string>();
  tree.collectMethods(path, methods);
  return methods.size > 0;
}

const SLASH = 47;
const NO_VALUES: readonly string[] = [];

/** Where a path goes on behind so many slashes; 0 when it has fewer. */
function startBehind(path: string, slashes: number): number {
  let start = 0;
  for (let passed = 0; passed < slashes; passed++) {
    start = path.indexOf('/', start) + 1;
    if (start === 0) return 0;
  }
  return start;
}

/** Searches below a node. `at` is where the next segment begins; `values` has what the parameters so far took. */
function searchBelow<T>(node: Node, path: string, at: number, values: string[], reach: Reach<T>): T | undefined {
  return search(node.texts, node.branch, path, at, values, reach);
}

function search<T>(
  texts: ReadonlyMap<string, Node> | undefined,
  first: Node | undefined,
  path: string,
  at: number,
  values: string[],
  reach: Reach<T>,
): T | undefined {
  const slash = path.indexOf('/', at);
  const text = slash < 0 ? path.slice(at) : path.slice(at, slash);
  const next = texts?.get(text);
  if (next) {
    const found = slash < 0 ? end(next, values, reach) : searchBelow(next, path, slash + 1, values, reach);
    if (found !== undefined) return found;
  }
  for (let branch = first; branch; branch = branch.sibling) {
    const taken = values.length;
    let found: T | undefined;
    if (capture(branch, text, values)) {
      found = slash < 0 ? end(branch, values, reach) : searchBelow(branch, path, slash + 1, values, reach);
    } else if (branch.segment?.kind === 'span') {
      found = searchSpan(branch.segment, branch, path, at, values, reach);
    } else if (branch.segment?.kind === 'rest') {
      found = searchRest(branch.segment, branch, path, at, values, reach);
    }
    if (found !== undefined) return found;
    values.length = taken;
  }
  return undefined;
}

/** Adds what parameters within one segment have in its text; false when they do not fit, or are of another kind. */
function capture(branch: Node, text: string, values: string[]): boolean {
  if (!branch.isPlain) return branch.segment?.kind === 'parameters' && branch.segment.capture(text, values);
  if (text === '') return false;
  values.push(text);
  return true;
}

/** A parameter with slashes takes as few segments as it can. */
function searchSpan<T>(
  { before, behind }: SpanSegment,
  below: Node,
  path: string,
  at: number,
  values: string[],
  reach: Reach<T>,
): T | undefined {
  if (!path.startsWith(before, at)) return undefined;
  const start = at + before.length;
  const taken = values.length;
  for (let slash = path.indexOf('/', at); ; slash = path.indexOf('/', slash + 1)) {
    const stop = (slash < 0 ? path.length : slash) - behind.length;
    if (stop > start && path.startsWith(behind, stop)) {
      values.push(path.slice(start, stop));
      const found = slash < 0 ? end(below, values, reach) : searchBelow(below, path, slash + 1, values, reach);
      if (found !== undefined) return found;
      values.length = taken;
    }
    if (slash < 0) return undefined;
  }
}

function searchRest<T>(
  { before }: RestSegment,
  below: Node,
  path: string,
  at: number,
  values: string[],
  reach: Reach<T>,
): T | undefined {
  if (!path.startsWith(before, at)) return undefined;
  values.push(path.slice(at + before.length));
  return end(below, values, reach);
}

function end<T>({ rule }: Node, values: readonly string[], reach: Reach<T>): T | undefined {
  return rule && reach(rule, values);
}

/** The rule for the method, else for HEAD the one for GET, else the one for all methods. */
function ruleFor(first: Rule, method: string): Rule | undefined {
  let get: Rule | undefined;
  let any: Rule | undefined;
  for (let rule: Rule | undefined = first; rule; rule = rule.next) {
    if (rule.method === method) return rule;
    if (rule.method === 'GET') get = rule;
    else if (rule.method === '*') any = rule;
  }
  if (get && method === 'HEAD') return get;
  return any && answersAny(method) ? any : undefined;
}

/**
 * Whether two rules of one path are in each other's way. One owner may have a rule for all methods beside rules for some: they
 * go first. Of two owners, the second would take away what the first has.
 */
function collide(standing: Rule, method: string, owner: string): boolean {
  if (standing.method === method) return true;
  if (standing.method === WEBSOCKET || method === WEBSOCKET || standing.record.route.owner === owner) return false;
  if (standing.method === '*') return answersAny(method) && method !== 'HEAD';
  return method === '*' && answersAny(standing.method) && standing.method !== 'HEAD';
}

function grow(root: Node, segments: readonly Segment[]): Node {
  let node = root;
  for (const segment of segments) {
    if (segment.kind === 'static') {
      node = getOrMake((node.texts ??= new Map<string, Node>()), segment.text);
      continue;
    }
    const grown = growBranch(node.branch, segment);
    node.branch = grown.first;
    node = grown.branch;
  }
  return node;
}

/** Takes a rule out at or below a node, and every place that leads to nothing any more; undefined when this one does not. */
function cut(node: Node, segments: readonly Segment[], depth: number, record: RouteRecord): Node | undefined {
  const segment = segments[depth];
  if (segment === undefined) node.removeRules(record);
  else if (segment.kind !== 'static') node.branch = cutBranch(node.branch, segments, depth, record);
  else {
    const next = node.texts?.get(segment.text);
    if (next && !cut(next, segments, depth + 1, record)) node.texts?.delete(segment.text);
    if (node.texts?.size === 0) node.texts = undefined;
  }
  return node.isEmpty ? undefined : node;
}

/** The same for the branch that a segment leads to; gives the first of the branches that are left. */
function cutBranch(
  first: Node | undefined,
  segments: readonly Segment[],
  depth: number,
  record: RouteRecord,
): Node | undefined {
  const branch = branchOf(first, segments[depth] as DynamicSegment);
  return branch && !cut(branch, segments, depth + 1, record) ? withoutBranch(first, branch) : first;
}

function nextOf(node: Node, segment: Segment): Node | undefined {
  return segment.kind === 'static' ? node.texts?.get(segment.text) : branchOf(node.branch, segment);
}

function getOrMake(nodes: Map<string, Node>, text: string): Node {
  const known = nodes.get(text);
  if (known) return known;
  const made = new Node();
  nodes.set(text, made);
  return made;
}

import type { PathValues, Route } from '../../api/gateway';
import type { RouteRecord, RouteTable, StoredRoute } from '../route-table';
import { hostExactness } from './host-index';
import { answersAny, WEBSOCKET } from './methods';
import type { PathPattern, Segment } from './path-pattern';
import { fits } from './rule-tree';

/** A rule as lists show it. */
export interface ListedRoute extends Route {
  readonly kind: RouteRecord['kind'];
}

/** A rule, and why it serves a request or does not. */
export interface ExplainedRoute extends ListedRoute {
  readonly reason: string;
}

/** Which rule serves a request, and why no other does. */
export interface Explanation {
  readonly method: string;
  /** As in a Host header. */
  readonly host: string;
  /** Raw, without the query. */
  readonly path: string;
  readonly winner: (ExplainedRoute & { readonly params: PathValues }) | undefined;
  /** The other rules that are near: those that one thing keeps from serving the request. */
  readonly others: readonly ExplainedRoute[];
  /** The methods that the path is known for, as in an `Allow` header. */
  readonly allow: readonly string[];
}

interface Asked {
  readonly method: string;
  readonly host: string;
  readonly path: string;
}

/** Says which rule of a table serves a request, and of each rule that is near why it does not. */
export function explainRoute(table: RouteTable, method: string, host: string, path: string): Explanation {
  const asked = { method, host, path };
  const match = table.find(method, host, path);
  const all = [...table.stored()];
  const winner = all.find(({ record }) => record === match?.record);
  const others: ExplainedRoute[] = [];
  const advantages = new Set<string>();
  for (const other of all) {
    const pathMiss = other === winner ? FAR : missesPath(other, path);
    if (pathMiss === FAR) continue;
    const misses = [missesMethod(other, method), missesHost(other, host), pathMiss].filter(
      (miss) => miss !== undefined,
    );
    // What two things keep from serving the request is not near.
    if (misses.length === 1) others.push({ ...listed(other.record), reason: misses[0]! });
    if (misses.length > 0 || !winner) continue;
    const { advantage, reason } = defeat(winner, other, asked);
    advantages.add(advantage);
    others.push({ ...listed(other.record), reason });
  }
  return {
    ...asked,
    winner: winner && match && { ...listed(winner.record), reason: victory([...advantages]), params: match.params },
    others,
    allow: table.allowed(host, path),
  };
}

/** A rule as lists show it. */
export function listed({ route, kind }: RouteRecord): ListedRoute {
  return { ...route, kind };
}

/** Said of a path that has nothing to do with the one that was asked for. */
const FAR = Symbol('far');

function missesMethod({ record }: StoredRoute, method: string): string | undefined {
  if (method === WEBSOCKET && record.upgrade) return undefined;
  const { methods } = record.route;
  if (methods === '*') return answersAny(method) ? undefined : `rules for all methods do not answer ${method}`;
  if (methods.includes(method) || (method === 'HEAD' && methods.includes('GET'))) return undefined;
  return `it is for ${methods.join(', ')}, not for ${method}`;
}

function missesHost({ record }: StoredRoute, host: string): string | undefined {
  const wanted = record.route.host;
  if (wanted === undefined || hostExactness(wanted, host) !== undefined) return undefined;
  return `it is for the host ${wanted}, not for ${host === '' ? 'a request without one' : host}`;
}

function missesPath({ record, patterns }: StoredRoute, path: string): string | typeof FAR | undefined {
  if (patterns.some((pattern) => fits(record, pattern, path))) return undefined;
  for (const pattern of patterns) {
    const miss = misfit(pattern, path) ?? slashAtEnd(record, pattern, path);
    if (miss !== undefined) return miss;
  }
  return FAR;
}

/** What keeps a path of the same form from fitting; undefined where it has another form. */
function misfit({ segments }: PathPattern, path: string): string | undefined {
  const texts = path.split('/').slice(1);
  let found: string | undefined;
  for (const [index, segment] of segments.entries()) {
    const text = texts[index];
    if (text === undefined) return undefined;
    // From here on it would take everything, or one cannot say what belongs to it.
    if (segment.kind === 'span' || segment.kind === 'rest') return found;
    if (segment.kind === 'parameters') {
      if (!segment.capture(text, [])) found ??= `${segment.written} does not take "${text}"`;
    } else if (segment.text !== text) {
      if (!isAlike(segment.text, text)) return undefined;
      found ??= `it has "${segment.text}", not "${text}": paths are compared as they are sent`;
    }
  }
  if (texts.length !== segments.length) return undefined;
  return found ?? 'a parameter is wrongly encoded';
}

/** Whether texts differ only in upper and lower case, or in how they are encoded. */
function isAlike(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) =>
    text.replace(/%[\da-f]{2}/gi, (code) => String.fromCharCode(parseInt(code.slice(1), 16))),
  );
  return a?.toLowerCase() === b?.toLowerCase();
}

function slashAtEnd(record: RouteRecord, pattern: PathPattern, path: string): string | undefined {
  if (path.endsWith('/')) return fits(record, pattern, path.slice(0, -1)) ? 'it has no slash at its end' : undefined;
  return fits(record, pattern, `${path}/`) ? 'it goes on behind a slash at the end' : undefined;
}

/** Why one rule that fits comes before another that fits as well. */
function defeat(winner: StoredRoute, other: StoredRoute, asked: Asked): { advantage: string; reason: string } {
  const [first, second] = [winner.record.route, other.record.route];
  if (first.priority !== second.priority) {
    const reason = `its priority is ${second.priority}, that of the winner ${first.priority}`;
    return { advantage: 'a higher priority', reason };
  }
  if (first.host !== second.host) {
    const reason = `it is for ${second.host ?? 'any host'}, the winner for ${first.host}`;
    return { advantage: 'a more exact host', reason };
  }
  const [one, two] = [winner, other].map(({ record, patterns }) =>
    patterns.find((pattern) => fits(record, pattern, asked.path)),
  );
  const at = one?.segments.findIndex((segment, index) => !isSameShape(segment, two?.segments[index])) ?? -1;
  if (at < 0) {
    const served = second.methods === '*' ? 'all methods' : second.methods.join(', ');
    return { advantage: 'a more exact method', reason: `it is for ${served}, the winner for ${String(first.methods)}` };
  }
  const [mine, its] = [one?.segments[at], two?.segments[at]].map((segment) => (segment ? show(segment) : 'nothing'));
  return { advantage: 'a more exact path', reason: `it has ${its} where the winner has ${mine}` };
}

function victory(advantages: readonly string[]): string {
  if (advantages.length === 0) return 'no other rule fits';
  return `it has ${advantages.join(' and ')} than the others that fit`;
}

function isSameShape(one: Segment, other: Segment | undefined): boolean {
  return other !== undefined && shapeOf(one) === shapeOf(other);
}

function shapeOf(segment: Segment): string {
  return segment.kind === 'static' ? `"${segment.text}"` : `${segment.kind} ${segment.shape}`;
}

function show(segment: Segment): string {
  return segment.kind === 'static' ? `"${segment.text}"` : segment.written;
}

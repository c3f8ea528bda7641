import { BacklotError } from '../api/errors';
import type { GatewayRequest, GatewayResponse, PathValues, RequestContext, Route } from '../api/gateway';
import type { Owner } from './owner';
import { HostIndex, type HostRules } from './routing/host-index';
import { allowedMethods, WEBSOCKET } from './routing/methods';
import { PathPattern } from './routing/path-pattern';
import type { UpgradeRun } from './websocket/serve-upgrade';

/** What a route leads to. `next` hands the request on, as in Express. */
export type RouteRun = (
  context: RequestContext,
  request: GatewayRequest,
  response: GatewayResponse,
  next: (error?: unknown) => void,
) => unknown;

/** A rule as the table keeps it. */
export interface RouteRecord {
  readonly route: Route;
  /** The paths that lead here: one, or two for a mounted listener. */
  readonly patterns: readonly string[];
  /** An endpoint answers by what it returns; a listener writes the response by itself; the third is for upgrades alone. */
  readonly kind: 'endpoint' | 'listener' | 'websocket';
  readonly run: RouteRun;
  /** What it does with requests for another protocol; without it, they do not find it. */
  readonly upgrade?: UpgradeRun;
  readonly owner: Owner;
  /** The requests that it serves at this moment. */
  readonly inFlight: { count: number };
}

/** Where rules go. */
export interface RouteSink {
  /** Throws `BACKLOT_E_ROUTE_CONFLICT` or `BACKLOT_E_ROUTE_INVALID`, and has then added nothing. */
  add(record: RouteRecord): void;
  /** Takes out all rules that the predicate holds for; says how many. */
  remove(predicate: (record: RouteRecord) => boolean): number;
  /** Takes one rule out that the owner of that name added; false when there is none. */
  removeRoute(route: Route, owner: string): boolean;
}

export interface RouteMatch {
  readonly record: RouteRecord;
  /** Decoded, and converted where a converter says so. */
  readonly params: PathValues;
  /** Decoded: what an Express handler gets. */
  readonly texts: Record<string, string>;
}

/** A rule with what it takes to find and remove it. */
export interface StoredRoute {
  readonly record: RouteRecord;
  readonly patterns: readonly PathPattern[];
  readonly rules: HostRules;
}

/**
 * All rules of the gateway: finds the one that serves a method, host and path.
 *
 * A rule of a higher priority wins over all of lower ones. Among those of one priority the more exact host wins, then the more
 * exact path.
 */
export class RouteTable implements RouteSink {
  readonly #hosts = new HostIndex();
  #stored = new Map<Route, StoredRoute>();

  /** Adds a rule. Throws `BACKLOT_E_ROUTE_CONFLICT` or `BACKLOT_E_ROUTE_INVALID`, and has then added nothing. */
  add(record: RouteRecord): void {
    const { route } = record;
    const patterns = record.patterns.map((pattern) => readPattern(pattern, route));
    const methods = methodsOf(record);
    const rules = this.#hosts.of(route.host, route.priority);
    for (const pattern of patterns) {
      const standing = rules.tree.standing(pattern, methods, route.owner);
      if (standing) throw conflict(route, standing.route);
    }
    for (const pattern of patterns) rules.tree.add(pattern, methods, record);
    rules.size++;
    this.#stored.set(route, { record, patterns, rules });
  }

  /** Takes out all rules that the predicate holds for; says how many. */
  remove(predicate: (record: RouteRecord) => boolean): number {
    const removed = [...this.#stored.values()].filter(({ record }) => predicate(record));
    for (const stored of removed) this.#remove(stored);
    return removed.length;
  }

  /** Takes one rule out that the owner of that name added; false when there is none. */
  removeRoute(route: Route, owner: string): boolean {
    const stored = this.#stored.get(route);
    if (!stored || route.owner !== owner) return false;
    this.#remove(stored);
    return true;
  }

  /**
   * Puts rules in the place of others, in one step that no request sees the middle of. When one of them conflicts with a rule
   * that stays, nothing has changed. Gives what takes it back.
   */
  swap(isReplaced: (record: RouteRecord) => boolean, records: readonly RouteRecord[]): () => void {
    const before = this.records();
    const replaced = before.filter(isReplaced);
    this.remove(isReplaced);
    const added = new Set<RouteRecord>();
    const undo = (): void => {
      this.remove((record) => added.has(record));
      for (const record of replaced) this.add(record);
      this.#sortAs(before);
    };
    try {
      for (const record of records) {
        this.add(record);
        added.add(record);
      }
    } catch (error) {
      undo();
      throw error;
    }
    return undo;
  }

  /** Whether some rule names the host of a Host header, also by `*.`. */
  namesHost(header: string): boolean {
    return this.#hosts.candidates(header).some(({ host }) => host !== undefined);
  }

  /** All records, in the order in which they were added. */
  records(): RouteRecord[] {
    return [...this.#stored.values()].map(({ record }) => record);
  }

  /** All rules, in the order in which they were added. */
  list(): Route[] {
    return [...this.#stored.keys()];
  }

  /** All rules with their paths read, for those who explain them. */
  stored(): Iterable<StoredRoute> {
    return this.#stored.values();
  }

  /** The rule that serves a method, for a Host header as it was sent (also with a port) and a raw path. */
  find(method: string, host: string, path: string): RouteMatch | undefined {
    const candidates = this.#hosts.candidates(host);
    for (let index = 0; index < candidates.length; index++) {
      const match = candidates[index]!.tree.find(method, path);
      if (match) return match;
    }
    return undefined;
  }

  /** The methods that a path of a host is known for, as an `Allow` header has them; none when it is not known. */
  allowed(host: string, path: string): string[] {
    const methods = new Set<string>();
    for (const { tree } of this.#hosts.candidates(host)) tree.collectMethods(path, methods);
    return allowedMethods(methods);
  }

  #remove({ record, patterns, rules }: StoredRoute): void {
    for (const pattern of patterns) rules.tree.remove(pattern, record);
    if (--rules.size === 0) this.#hosts.drop(rules);
    this.#stored.delete(record.route);
  }

  #sortAs(records: readonly RouteRecord[]): void {
    const sorted = records.flatMap(({ route }) => {
      const stored = this.#stored.get(route);
      return stored ? [[route, stored] as const] : [];
    });
    this.#stored = new Map([...sorted, ...this.#stored]);
  }
}

/** `GET,POST host/path`, for messages and lists. */
export function describeRoute(route: Route): string {
  const methods = route.methods === '*' ? '*' : route.methods.join(',');
  return `${methods} ${route.host ?? ''}${route.path}`;
}

function methodsOf({ route: { methods }, upgrade }: RouteRecord): readonly string[] {
  return [...new Set([...(methods === '*' ? ['*'] : methods), ...(upgrade ? [WEBSOCKET] : [])])];
}

function readPattern(pattern: string, route: Route): PathPattern {
  try {
    return new PathPattern(pattern);
  } catch (error) {
    throw new BacklotError(
      'BACKLOT_E_ROUTE_INVALID',
      `the path ${pattern} cannot be routed: ${(error as Error).message}`,
      {
        where: { extension: route.owner },
      },
    );
  }
}

function conflict(added: Route, standing: Route): BacklotError {
  return new BacklotError(
    'BACKLOT_E_ROUTE_CONFLICT',
    `${added.owner} adds the route ${describeRoute(added)}, which ${standing.owner} has as ${describeRoute(standing)}`,
    { where: { extension: added.owner } },
  );
}

import { METHODS } from 'node:http';
import FindMyWay from 'find-my-way';
import { BacklotError } from '../api/errors';
import type { GatewayRequest, GatewayResponse, RequestContext, Route } from '../api/gateway';
import type { Owner } from './owner';

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
  /** An endpoint answers by what it returns; a listener writes the response by itself. */
  readonly kind: 'endpoint' | 'listener';
  readonly run: RouteRun;
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
}

export interface RouteMatch {
  readonly record: RouteRecord;
  readonly params: Record<string, string>;
}

type Matcher = FindMyWay.Instance<FindMyWay.HTTPVersion.V1>;

/** The longest path parameter that is matched, in characters. Node’s own limit on headers (16 KiB) is reached first. */
const MAX_PARAMETER_LENGTH = 16_384;
const ANY_HOST = '';

/** What `*` stands for. HEAD is left out: it follows GET, to the same rule. */
const ALL_METHODS = METHODS.filter((method) => method !== 'HEAD');

/** The rules of one host, or of any host. */
class HostRules {
  readonly records = new Set<RouteRecord>();
  #matcher = newMatcher();
  /** Method and path, with the names of parameters left out, of each rule: what must be unique. */
  readonly #taken = new Map<string, RouteRecord>();

  add(record: RouteRecord): void {
    const keys = keysOf(record);
    for (const key of keys) {
      const other = this.#taken.get(key);
      if (other) throw conflict(record.route, other.route);
    }
    this.#insert(this.#matcher, record);
    for (const key of keys) this.#taken.set(key, record);
    this.records.add(record);
  }

  remove(records: readonly RouteRecord[]): void {
    for (const record of records) {
      this.records.delete(record);
      for (const key of keysOf(record)) this.#taken.delete(key);
    }
    const matcher = newMatcher();
    for (const record of this.records) this.#insert(matcher, record);
    this.#matcher = matcher;
  }

  find(method: string, path: string): RouteMatch | undefined {
    const matcher = this.#matcher;
    let found = matcher.find(method as FindMyWay.HTTPMethod, path);
    if (found === null && method === 'HEAD') found = matcher.find('GET', path);
    if (found === null) return undefined;
    return { record: found.store as RouteRecord, params: found.params as Record<string, string> };
  }

  #insert(matcher: Matcher, record: RouteRecord): void {
    const methods = methodsOf(record.route);
    for (const pattern of record.patterns) {
      try {
        matcher.on(methods as FindMyWay.HTTPMethod[], pattern, unused, record);
      } catch (cause) {
        throw new BacklotError('BACKLOT_E_ROUTE_INVALID', `the path ${pattern} cannot be routed`, {
          where: { extension: record.route.owner },
          cause,
        });
      }
    }
  }
}

/** All rules of the gateway: finds the one that serves a method, host and path. */
export class RouteTable implements RouteSink {
  readonly #exact = new Map<string, HostRules>();
  /** Rules for `*.name`, the longest name first. */
  #wildcards: { readonly suffix: string; readonly rules: HostRules }[] = [];
  #hasHosts = false;
  readonly #anyHost = new HostRules();

  /** Adds a rule. Throws `BACKLOT_E_ROUTE_CONFLICT` or `BACKLOT_E_ROUTE_INVALID`, and has then added nothing. */
  add(record: RouteRecord): void {
    this.#rulesFor(record.route.host ?? ANY_HOST).add(record);
  }

  /** Takes out all rules that the predicate holds for; says how many. */
  remove(predicate: (record: RouteRecord) => boolean): number {
    let removed = 0;
    for (const rules of this.#all()) {
      const records = [...rules.records].filter(predicate);
      if (records.length > 0) rules.remove(records);
      removed += records.length;
    }
    return removed;
  }

  /**
   * Puts rules in the place of others, in one step that no request sees the middle of. When one of them conflicts with a rule
   * that stays, nothing has changed. Gives what takes it back.
   */
  swap(isReplaced: (record: RouteRecord) => boolean, records: readonly RouteRecord[]): () => void {
    const replaced = this.#all().flatMap((rules) => [...rules.records].filter(isReplaced));
    this.remove(isReplaced);
    const added: RouteRecord[] = [];
    const undo = (): void => {
      this.remove((record) => added.includes(record));
      for (const record of replaced) this.add(record);
    };
    try {
      for (const record of records) {
        this.add(record);
        added.push(record);
      }
    } catch (error) {
      undo();
      throw error;
    }
    return undo;
  }

  /** All records, for those who count. */
  records(): RouteRecord[] {
    return this.#all().flatMap((rules) => [...rules.records]);
  }

  /** All rules, in the order in which they were added to their host. */
  list(): Route[] {
    return this.#all().flatMap((rules) => [...rules.records].map(({ route }) => route));
  }

  /** The rule that serves a request: rules of the host before rules of `*.host` before rules of any host. */
  find(method: string, host: string, path: string): RouteMatch | undefined {
    if (this.#hasHosts) {
      const exact = this.#exact.get(host)?.find(method, path);
      if (exact) return exact;
      for (const { suffix, rules } of this.#wildcards) {
        if (!host.endsWith(suffix)) continue;
        const match = rules.find(method, path);
        if (match) return match;
      }
    }
    return this.#anyHost.find(method, path);
  }

  #all(): HostRules[] {
    return [...this.#exact.values(), ...this.#wildcards.map(({ rules }) => rules), this.#anyHost];
  }

  #rulesFor(host: string): HostRules {
    if (host === ANY_HOST) return this.#anyHost;
    this.#hasHosts = true;
    if (host.startsWith('*.')) {
      const suffix = host.slice(1);
      const known = this.#wildcards.find((wildcard) => wildcard.suffix === suffix);
      if (known) return known.rules;
      const rules = new HostRules();
      this.#wildcards = [...this.#wildcards, { suffix, rules }].sort((a, b) => b.suffix.length - a.suffix.length);
      return rules;
    }
    const known = this.#exact.get(host);
    if (known) return known;
    const rules = new HostRules();
    this.#exact.set(host, rules);
    return rules;
  }
}

/** `GET,POST host/path`, for messages and lists. */
export function describeRoute(route: Route): string {
  const methods = route.methods === '*' ? '*' : route.methods.join(',');
  return `${methods} ${route.host ?? ''}${route.path}`;
}

function newMatcher(): Matcher {
  return FindMyWay({ maxParamLength: MAX_PARAMETER_LENGTH });
}

/** find-my-way wants a function for each rule; ours lie in its store. */
function unused(): void {}

function methodsOf(route: Route): readonly string[] {
  return route.methods === '*' ? ALL_METHODS : route.methods;
}

function keysOf(record: RouteRecord): string[] {
  return methodsOf(record.route).flatMap((method) =>
    record.patterns.map((pattern) => `${method} ${pattern.replace(/:[A-Za-z0-9_]+/g, ':')}`),
  );
}

function conflict(added: Route, standing: Route): BacklotError {
  return new BacklotError(
    'BACKLOT_E_ROUTE_CONFLICT',
    `${added.owner} adds the route ${describeRoute(added)}, which ${standing.owner} has as ${describeRoute(standing)}`,
    { where: { extension: added.owner } },
  );
}

import { domainToASCII } from 'node:url';
import { RuleTree } from './rule-tree';

/** The rules of one host, or of any, that have the same priority. */
export interface HostRules {
  readonly priority: number;
  /** As rules write it: `name`, `name:port`, `*.name`, `*.name:port`; undefined for any. */
  readonly host: string | undefined;
  readonly tree: RuleTree;
  /** How many rules there are. */
  size: number;
}

/** A Host header taken apart. */
export interface Authority {
  /** In lower case; an IPv6 address keeps its brackets. Empty without a Host header. */
  readonly name: string;
  /** Empty where none is given. */
  readonly port: string;
}

/** How many Host headers are remembered. Clients of one platform use few; who sends others costs no more memory. */
const REMEMBERED = 500;

/** The longest name that DNS knows. What is longer has no wildcards: looking for them would take long. */
const LONGEST_NAME = 253;

/** A host as it stands in a Host header: in lower case, and letters that are no ASCII as IDNA writes them. */
export function hostAsSent(host: string): string {
  return host.toLowerCase().replace(/[^:*]*[\u0080-\uffff][^:*]*/, (name) => domainToASCII(name) || name);
}

/** The rules of all hosts: which of them are looked at for a Host header, and in what order. */
export class HostIndex {
  readonly #byHost = new Map<string, HostRules[]>();
  #any: readonly HostRules[] = [];
  readonly #remembered = new Map<string, readonly HostRules[]>();

  /** The rules of a host and priority, made where there are none. */
  of(host: string | undefined, priority: number): HostRules {
    const all = host === undefined ? this.#any : (this.#byHost.get(host) ?? []);
    const known = all.find((rules) => rules.priority === priority);
    if (known) return known;
    const made = { priority, host, tree: new RuleTree(), size: 0 };
    this.#set(host, [...all, made]);
    return made;
  }

  /** Forgets rules that are empty. */
  drop(rules: HostRules): void {
    const all = rules.host === undefined ? this.#any : (this.#byHost.get(rules.host) ?? []);
    this.#set(
      rules.host,
      all.filter((other) => other !== rules),
    );
  }

  /**
   * The rules that a request with this Host header may be served by, in the order in which they are asked: by priority, then
   * the exact name, the longest `*.name`, …, any host; and of one name first with, then without a port.
   */
  candidates(header: string): readonly HostRules[] {
    if (this.#byHost.size === 0) return this.#any;
    const known = this.#remembered.get(header);
    if (known) return known;
    const found = hostsFor(splitAuthority(header)).flatMap((host) => this.#byHost.get(host) ?? []);
    const sorted = [...found, ...this.#any].sort(byPriority);
    if (this.#remembered.size >= REMEMBERED) this.#remembered.clear();
    this.#remembered.set(header, sorted);
    return sorted;
  }

  #set(host: string | undefined, all: HostRules[]): void {
    if (host === undefined) this.#any = all.sort(byPriority);
    else if (all.length === 0) this.#byHost.delete(host);
    else this.#byHost.set(host, all);
    this.#remembered.clear();
  }
}

/** How exactly rules of a host are meant for a Host header: 0 is most exactly; undefined when they are not. */
export function hostExactness(host: string | undefined, header: string): number | undefined {
  const hosts = hostsFor(splitAuthority(header));
  if (host === undefined) return hosts.length;
  const at = hosts.indexOf(host);
  return at < 0 ? undefined : at;
}

/** Takes a Host header apart. */
export function splitAuthority(header: string): Authority {
  const end = header.startsWith('[') ? header.indexOf(']') + 1 : header.indexOf(':');
  const name = (end > 0 ? header.slice(0, end) : header).toLowerCase();
  return { name, port: end > 0 && header[end] === ':' ? header.slice(end + 1) : '' };
}

/** The hosts of rules that mean a name and port, the most exact first. */
function hostsFor({ name, port }: Authority): string[] {
  const names = [name];
  if (name.length > LONGEST_NAME) return names;
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) names.push(`*${name.slice(dot)}`);
  return port === '' ? names : names.flatMap((each) => [`${each}:${port}`, each]);
}

function byPriority(one: HostRules, other: HostRules): number {
  return other.priority - one.priority;
}

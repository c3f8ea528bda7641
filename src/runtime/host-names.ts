import { hostname } from 'node:os';
import { isIP } from 'node:net';
import { unbracketed } from '../gateway/origin';

/** Names that lead to this machine, or to what publishes our port, on everybody’s. */
const LOCAL_NAMES = [
  'localhost',
  '*.localhost',
  'localhost.localstack.cloud',
  '*.localhost.localstack.cloud',
  'host.docker.internal',
  'gateway.docker.internal',
  'host.containers.internal',
];

/** A name, an IPv4 address or an IPv6 address in brackets, and a port. */
const AUTHORITY = /^(\[[0-9a-f:.%]+\]|[a-z0-9._-]+)(?::\d*)?$/i;

/**
 * The names by which this platform may be asked for what is its own. A page can let any name of its own lead to this machine (DNS
 * rebinding); names without a dot and addresses are out of its reach.
 */
export class HostNames {
  readonly #exact = new Set<string>();
  readonly #suffixes: string[] = [];
  readonly #all: boolean;

  /** `host` is that of LOCALSTACK_HOST; `more` are names, `*.name` for those below one, or `*` for all. */
  constructor(host: string, more: readonly string[]) {
    const [name = ''] = host.split(':');
    for (const each of [...LOCAL_NAMES, name, `*.${name}`, hostname(), ...more]) {
      if (each.startsWith('*.')) this.#suffixes.push(each.slice(1).toLowerCase());
      else this.#exact.add(each.toLowerCase());
    }
    this.#all = this.#exact.has('*');
  }

  /** Whether a `Host` header has one of them. */
  areMeantBy(header: string): boolean {
    const name = nameIn(header);
    return name !== undefined && (isIP(unbracketed(name)) !== 0 || !name.includes('.') || this.isNamed(name));
  }

  /** Whether this name is one of ours, other than by having no dot or being an address. */
  isNamed(name: string): boolean {
    return this.#all || this.#exact.has(name) || this.#suffixes.some((suffix) => name.endsWith(suffix));
  }
}

/** The name in a `Host` header, in lower case and without a dot at its end; undefined when it is none. */
function nameIn(header: string): string | undefined {
  return AUTHORITY.exec(header)?.[1]?.toLowerCase().replace(/\.$/, '');
}

import { authorityFor, OriginList, parseOrigin, unbracketed } from '../origin';

/** Who may call from a page in a browser, beside the platform’s own pages. */
export interface OriginSettings {
  /** Origins such as `https://app.test:8080`, or `*` for all. */
  readonly extra: readonly string[];
  /** Names by which clients of this machine reach the gateway, without ports. */
  readonly ownHosts: readonly string[];
}

const OWN_ENDINGS = ['.localhost', '.localhost.localstack.cloud'];

/** Says which origins are allowed by default: pages on this machine, on hosts of the gateway, and those that were named. */
export class AllowedOrigins {
  readonly #extra: OriginList;
  readonly #ownHosts: ReadonlySet<string>;

  /** `isServed` tells whether a rule names a host, given as in a Host header: the pages there are the extensions’ own. */
  constructor(
    { extra, ownHosts }: OriginSettings,
    private readonly isServed: (authority: string) => boolean,
  ) {
    this.#extra = new OriginList(extra);
    this.#ownHosts = new Set(ownHosts);
  }

  /** `host` is the Host header of the request. */
  has(origin: string, host: string): boolean {
    if (this.#extra.has(origin)) return true;
    const from = parseOrigin(origin);
    if (!from) return false;
    const name = unbracketed(from.hostname);
    if (this.#ownHosts.has(name) || OWN_ENDINGS.some((ending) => name.endsWith(ending))) return true;
    return from.port === authorityFor(from, host)?.port && this.isServed(from.host);
  }
}

/** Origins of the web, as browsers send them with what pages ask for. */

/** The URL of an origin of the web; undefined for `null`, for extensions of browsers, and for what is no origin. */
export function parseOrigin(origin: string): URL | undefined {
  if (!URL.canParse(origin)) return undefined;
  const url = new URL(origin);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined;
}

/** The host and port that a `Host` header names to a page of such an origin; undefined when it names none. */
export function authorityFor(origin: URL, host: string): URL | undefined {
  return host === '' ? undefined : parseOrigin(`${origin.protocol}//${host}`);
}

/** A host without the brackets that addresses of IPv6 have in a URL. */
export function unbracketed(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

/** Origins that somebody listed, such as `https://app.test:8080`, or `*` for all. */
export class OriginList {
  readonly #origins: ReadonlySet<string>;

  constructor(origins: readonly string[]) {
    this.#origins = new Set(origins.map((origin) => origin.toLowerCase().replace(/\/$/, '')));
  }

  has(origin: string): boolean {
    return this.#origins.has('*') || this.#origins.has(origin.toLowerCase());
  }
}

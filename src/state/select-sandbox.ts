import type { IncomingHttpHeaders } from 'node:http';

/** The header that names the sandbox of a request. */
export const SANDBOX_HEADER = 'x-backlot-sandbox';

/** `shop.worker-7.sandbox.localhost:4566`: what is in front of the sandbox, its name, and what is behind `sandbox`. */
const HOST = /^(?:(?<front>.+)\.)?(?<name>[^.]+)\.sandbox\.(?<back>[^:]+)(?<port>:\d+)?$/i;

/** What the headers of a request say about its sandbox. */
export interface NamedSandbox {
  /** Undefined when they name none. */
  readonly name?: string;
  /** The host without the sandbox, where the host names one. */
  readonly host?: string;
}

/**
 * Reads the name of the sandbox from the header, or else from a host below `sandbox.` and one of these hosts. The name in a host is
 * in lower case, as hosts make no difference.
 */
export function sandboxIn(headers: IncomingHttpHeaders, hosts: readonly string[]): NamedSandbox {
  const { host = '' } = headers;
  const given = headers[SANDBOX_HEADER];
  const header = Array.isArray(given) ? given.join() : given;
  const found = host.includes('.sandbox.') ? HOST.exec(host)?.groups : undefined;
  if (!found || !hosts.includes(found.back?.toLowerCase() ?? '')) return header ? { name: header } : {};
  const { front, name = '', back, port = '' } = found;
  return { name: header || name.toLowerCase(), host: `${front === undefined ? '' : `${front}.`}${back}${port}` };
}

import { BacklotError } from '../api/errors';
import type { GatewayRequest } from '../api/gateway';
import { authorityFor, OriginList, parseOrigin, unbracketed } from '../gateway/origin';
import type { HostNames } from './host-names';

export interface InternalGuardOptions {
  readonly hosts: HostNames;
  /** Pages that may read what is the platform’s own, besides those that always may. */
  readonly origins?: readonly string[];
}

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Decides who may ask for the platform’s own resources at all: nobody under a name that is not ours, and no page of another
 * site. Pages of this machine may read, whatever their port; only a page of the gateway itself may change something.
 */
export class InternalGuard {
  readonly #hosts: HostNames;
  readonly #origins: OriginList;

  constructor({ hosts, origins = [] }: InternalGuardOptions) {
    this.#hosts = hosts;
    this.#origins = new OriginList(origins);
  }

  /** Throws BACKLOT_E_HOST_REFUSED or BACKLOT_E_ORIGIN_REFUSED. */
  check({ method, headers }: GatewayRequest): void {
    // HTTP/1.0 has no Host.
    const { host = '', origin } = headers;
    if (host !== '' && !this.#hosts.areMeantBy(host)) {
      const message = `${JSON.stringify(host)} is not a name by which this platform is known`;
      throw new BacklotError('BACKLOT_E_HOST_REFUSED', message);
    }
    if (origin === undefined || this.#mayAsk(origin, host, method)) return;
    const message = `a page of ${JSON.stringify(origin)} may not ask for what is the platform’s own`;
    throw new BacklotError('BACKLOT_E_ORIGIN_REFUSED', message);
  }

  #mayAsk(origin: string, host: string, method: string): boolean {
    const from = parseOrigin(origin);
    // The origin of a sandboxed frame, or of a file, is "null".
    if (!from) return false;
    if (from.host === authorityFor(from, host)?.host) return true;
    if (!READING.has(method)) return false;
    return this.#isLocal(unbracketed(from.hostname)) || this.#origins.has(origin);
  }

  #isLocal(name: string): boolean {
    return name === '::1' || /^127(\.\d+){3}$/.test(name) || this.#hosts.isNamed(name);
  }
}

import { BacklotError } from '../api/errors';
import type { GatewayRequest } from '../api/gateway';
import { unbracketed, type HostNames } from './host-names';

export interface InternalGuardOptions {
  readonly hosts: HostNames;
  /** Whether a page of this origin may read what is the platform’s own, besides those that always may. */
  readonly isAllowedOrigin?: (origin: string) => boolean;
}

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Decides who may ask for the platform’s own resources at all: nobody under a name that is not ours, and no page of another
 * site. Pages of this machine may read, whatever their port; only a page of the gateway itself may change something.
 */
export class InternalGuard {
  constructor(private readonly options: InternalGuardOptions) {}

  /** Throws BACKLOT_E_HOST_REFUSED or BACKLOT_E_ORIGIN_REFUSED. */
  check({ method, headers }: GatewayRequest): void {
    // HTTP/1.0 has no Host.
    const { host = '', origin } = headers;
    if (host !== '' && !this.options.hosts.areMeantBy(host)) {
      const message = `${JSON.stringify(host)} is not a name by which this platform is known`;
      throw new BacklotError('BACKLOT_E_HOST_REFUSED', message);
    }
    if (origin === undefined || this.#mayAsk(origin, host, method)) return;
    const message = `a page of ${JSON.stringify(origin)} may not ask for what is the platform’s own`;
    throw new BacklotError('BACKLOT_E_ORIGIN_REFUSED', message);
  }

  #mayAsk(origin: string, host: string, method: string): boolean {
    const from = parse(origin);
    // The origin of a sandboxed frame, or of a file, is "null".
    if (!from) return false;
    if (host !== '' && from.host === parse(`${from.protocol}//${host}`)?.host) return true;
    if (!READING.has(method)) return false;
    return this.#isLocal(unbracketed(from.hostname)) || (this.options.isAllowedOrigin?.(origin) ?? false);
  }

  #isLocal(name: string): boolean {
    return name === '::1' || /^127(\.\d+){3}$/.test(name) || this.options.hosts.isNamed(name);
  }
}

function parse(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}

import { createHash, timingSafeEqual } from 'node:crypto';
import { BacklotError } from '../api/errors';
import type { GatewayRequest } from '../api/gateway';

export interface AdminGuardOptions {
  /** The names by which clients reach the gateway, without ports. */
  readonly hosts: readonly string[];
  /** The token that has to be shown, if there is one. */
  readonly token: string | undefined;
}

/**
 * Decides who may change the platform over HTTP.
 *
 * A page in a browser that comes from elsewhere may not: browsers say where a page is from in `Origin` and
 * `Sec-Fetch-Site` (https://www.w3.org/TR/fetch-metadata/). The host of its origin has to be one of ours by name, for a
 * page can let any name of its own lead to this machine (DNS rebinding). With a token, nobody may without it.
 */
export class AdminGuard {
  constructor(private readonly options: AdminGuardOptions) {}

  /** Throws BACKLOT_E_ORIGIN_REFUSED or BACKLOT_E_ADMIN_TOKEN. */
  check({ headers }: GatewayRequest): void {
    const { origin, host = '' } = headers;
    const site = headers['sec-fetch-site'];
    const isFromElsewhere = typeof site === 'string' && site !== 'same-origin' && site !== 'none';
    if (isFromElsewhere || (origin !== undefined && !this.#isOwn(origin, host))) {
      const message = `a page of ${origin ?? 'another site'} may not change the platform`;
      throw new BacklotError('BACKLOT_E_ORIGIN_REFUSED', message);
    }
    const { token } = this.options;
    if (token === undefined || isSame(headers.authorization ?? '', `Bearer ${token}`)) return;
    const what = headers.authorization === undefined ? 'no token was shown' : 'another token was shown';
    throw new BacklotError('BACKLOT_E_ADMIN_TOKEN', `${what}, and this platform asks for one`);
  }

  #isOwn(origin: string, host: string): boolean {
    let from: URL;
    try {
      from = new URL(origin);
    } catch {
      return false;
    }
    const name = from.hostname.replace(/^\[|\]$/g, '');
    const isOurs = this.options.hosts.includes(name) || name.endsWith('.localhost');
    return isOurs && from.host === new URL(`${from.protocol}//${host}`).host;
  }
}

/** Compares in the same time whatever the difference. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

import { createHash, timingSafeEqual } from 'node:crypto';
import { BacklotError } from '../api/errors';
import type { GatewayRequest } from '../api/gateway';

/**
 * Decides who may change the platform over HTTP, among those that may ask for its own resources (see ./internal-guard).
 *
 * A page in a browser that comes from elsewhere may not, also where it sends no `Origin`: browsers say so in `Sec-Fetch-Site`
 * (https://www.w3.org/TR/fetch-metadata/). With a token, nobody may without it.
 */
export class AdminGuard {
  constructor(private readonly token: string | undefined) {}

  /** Throws BACKLOT_E_ORIGIN_REFUSED or BACKLOT_E_ADMIN_TOKEN. */
  check({ headers }: GatewayRequest): void {
    const site = headers['sec-fetch-site'];
    if (typeof site === 'string' && site !== 'same-origin' && site !== 'none') {
      const message = `a page of ${headers.origin ?? 'another site'} may not change the platform`;
      throw new BacklotError('BACKLOT_E_ORIGIN_REFUSED', message);
    }
    if (this.token === undefined || isSame(headers.authorization ?? '', `Bearer ${this.token}`)) return;
    const what = headers.authorization === undefined ? 'no token was shown' : 'another token was shown';
    throw new BacklotError('BACKLOT_E_ADMIN_TOKEN', `${what}, and this platform asks for one`);
  }
}

/** Compares in the same time whatever the difference. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

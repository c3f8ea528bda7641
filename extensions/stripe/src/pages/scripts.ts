import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestContext, Router } from 'backlot';
import { countries, NEEDS_POSTAL_CODE, STATELESS, STATES } from './countries';
import { METHOD_NAMES } from '../payments/method-names';

/** Releases of Stripe.js that are loaded from a path of their own. */
const RELEASES = ['acacia', 'basil', 'clover', 'dahlia', 'endive'];

/** What the frames of elements are called, in whose addresses tests look for it. */
const FRAMES = [
  'address',
  'au-bank-account',
  'card',
  'contact-details',
  'eps-bank',
  'fpx-bank',
  'iban',
  'ideal-bank',
  'issuing-card-copy-button',
  'issuing-card-cvc-display',
  'issuing-card-expiry-display',
  'issuing-card-number-display',
  'issuing-card-pin-display',
  'link-authentication',
  'p24-bank',
  'payment',
  'payment-method-messaging',
  'tax-id',
];

/** What elements know of the world, as the pages do. */
function known(): Buffer {
  const all = {
    countries: countries(),
    states: STATES,
    stateless: STATELESS,
    needsPostalCode: NEEDS_POSTAL_CODE,
    methods: METHOD_NAMES,
  };
  return Buffer.from(`window.known = ${JSON.stringify(all)};\n`);
}

/** The stand-in for Stripe.js, and the page within the frames that it makes. Nothing is read before somebody asks. Gives what serves the
 * former. */
export function serveScripts(router: Router, packageDirectory: string): (context: RequestContext) => Buffer {
  const kept = new Map<string, Buffer>();
  const file =
    (type: string, name: string) =>
    (context: RequestContext): Buffer => {
      const bytes = kept.get(name) ?? readFileSync(join(packageDirectory, name));
      kept.set(name, bytes);
      context.response.setHeader('content-type', `${type}; charset=utf-8`);
      context.response.setHeader('cache-control', 'no-cache');
      return bytes;
    };
  const script = file('text/javascript', 'dist/browser/stripe.js');
  const anywhere = router.withCors({ origins: '*' });
  for (const path of ['/v3', '/v3/', '/v3/stripe.js', ...RELEASES.map((release) => `/${release}/stripe.js`)])
    anywhere.get(path, script);
  const frame = file('text/html', 'public/elements.html');
  for (const name of FRAMES) anywhere.get(`/v3/elements-inner-${name}.html`, frame);
  const fields = file('text/javascript', 'dist/browser/elements.js');
  let whole: Buffer | undefined;
  anywhere.get('/v3/elements.js', (context) => {
    // It sets the head as well.
    const own = fields(context);
    return (whole ??= Buffer.concat([known(), own]));
  });
  anywhere.get('/v3/link-verification.html', file('text/html', 'public/link-verification.html'));
  anywhere.get('/v3/three-ds-2-challenge.html', file('text/html', 'public/challenge.html'));
  return script;
}

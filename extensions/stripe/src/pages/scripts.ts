import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestContext, Router } from 'backlot';
import { countries, NEEDS_POSTAL_CODE, STATELESS, STATES } from './countries';
import { METHOD_NAMES } from './method-names';

/** Releases of Stripe.js that are loaded from a path of their own. */
const RELEASES = ['acacia', 'basil', 'clover', 'dahlia', 'endive'];

/** What the frames of elements are called, in whose addresses tests look for it. */
const FRAMES = ['card', 'payment', 'address', 'link-authentication', 'iban', 'au-bank-account', 'contact-details'];

/** What elements know of the world, as the pages do. */
const KNOWN = {
  countries: countries(),
  states: STATES,
  stateless: STATELESS,
  needsPostalCode: NEEDS_POSTAL_CODE,
  methods: METHOD_NAMES,
};

/** The stand-in for Stripe.js, and the page within the frames that it makes. Nothing is read before somebody asks. Gives what serves the
 * former. */
export function serveScripts(router: Router, packageDirectory: string): (context: RequestContext) => Buffer {
  const kept = new Map<string, Buffer>();
  const file =
    (type: string, ...names: readonly string[]) =>
    (context: RequestContext): Buffer => {
      const [first = ''] = names;
      const bytes = kept.get(first) ?? Buffer.concat(names.map((name) => readFileSync(join(packageDirectory, name))));
      kept.set(first, bytes);
      context.response.setHeader('content-type', `${type}; charset=utf-8`);
      context.response.setHeader('cache-control', 'no-cache');
      return bytes;
    };
  const script = file('text/javascript', 'dist/browser/stripe.js');
  const anywhere = router.withCors({ origins: '*' });
  for (const path of ['/v3', '/v3/', '/v3/stripe.js', ...RELEASES.map((release) => `/${release}/stripe.js`)])
    anywhere.get(path, script);
  for (const frame of FRAMES)
    anywhere.get(`/v3/elements-inner-${frame}.html`, file('text/html', 'public/elements.html'));
  const fields = file('text/javascript', 'public/elements-texts.js', 'public/element-checks.js', 'public/elements.js');
  const known = Buffer.from(`window.known = ${JSON.stringify(KNOWN)};\n`);
  anywhere.get('/v3/elements.js', (context) => Buffer.concat([known, fields(context)]));
  anywhere.get('/v3/three-ds-2-challenge.html', file('text/html', 'public/challenge.html'));
  return script;
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestContext, Router } from 'backlot';

/** Releases of Stripe.js that are loaded from a path of their own. */
const RELEASES = ['acacia', 'basil', 'clover', 'dahlia', 'endive'];

/** The stand-in for Stripe.js, and the page within the frames that it makes. Nothing is read before somebody asks. Gives what serves the
 * former. */
export function serveScripts(router: Router, packageDirectory: string): (context: RequestContext) => Buffer {
  const kept = new Map<string, Buffer>();
  const file =
    (type: string, ...names: readonly string[]) =>
    (context: RequestContext): Buffer => {
      const [first = ''] = names;
      const bytes =
        kept.get(first) ?? Buffer.concat(names.map((name) => readFileSync(join(packageDirectory, 'public', name))));
      kept.set(first, bytes);
      context.response.setHeader('content-type', `${type}; charset=utf-8`);
      context.response.setHeader('cache-control', 'no-cache');
      return bytes;
    };
  const script = file('text/javascript', 'stripe.js', 'stripe-checkout.js');
  const anywhere = router.withCors({ origins: '*' });
  for (const path of ['/v3', '/v3/', '/v3/stripe.js', ...RELEASES.map((release) => `/${release}/stripe.js`)])
    anywhere.get(path, script);
  anywhere.get('/js/elements', file('text/html', 'elements.html'));
  anywhere.get('/js/elements.js', file('text/javascript', 'elements-texts.js', 'elements.js'));
  return script;
}

/** `npm run build`: joins the modules of the stand-in for Stripe.js into the one script that pages load. */
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';

const ROOT = resolve(__dirname, '..');

buildSync({
  absWorkingDir: ROOT,
  entryPoints: [join('browser', 'stripe.js')],
  outfile: join('dist', 'browser', 'stripe.js'),
  bundle: true,
  format: 'iife',
  target: 'es2022',
  charset: 'utf8',
});

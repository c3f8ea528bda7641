/** `npm run build`: joins the modules of the stand-in for Stripe.js into the scripts that pages load: that of a page, and that within a frame. */
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';

const ROOT = resolve(__dirname, '..');

buildSync({
  absWorkingDir: ROOT,
  entryPoints: [join('browser', 'stripe.js'), join('browser', 'frame', 'elements.js')],
  entryNames: '[name]',
  outdir: join('dist', 'browser'),
  bundle: true,
  format: 'iife',
  target: 'es2022',
  charset: 'utf8',
});

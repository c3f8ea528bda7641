import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './run-platform';

const PLACES = [
  process.env.STRIPE_CLI,
  join(REPOSITORY, 'node_modules', '@stripe', `cli-${process.platform}-${process.arch}`, 'bin', 'stripe'),
];

/**
 * The official command line: what `STRIPE_CLI` names, or what `npm install --no-save @stripe/cli` has put beside the other packages.
 * Undefined where there is none. It is no dependency, for not every registry has its packages for all systems, and a lockfile needs all.
 */
export const STRIPE_CLI = PLACES.find((place): place is string => place !== undefined && existsSync(place));

/** Tests that need the command line: they run wherever there is one, and are reported as skipped, with the reason, where not. */
export function describeWithStripeCli(name: string, define: () => void): void {
  if (STRIPE_CLI !== undefined) describe(name, define);
  else describe.skip(`${name} [skipped: no Stripe command line; npm install --no-save @stripe/cli]`, define);
}

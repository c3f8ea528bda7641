import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The folder of the installed package `backlot`: the one with its package.json. */
export const PACKAGE_ROOT = resolve(__dirname, '..', '..');

/** The version of Backlot that runs. */
export const VERSION = (JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as { version: string })
  .version;

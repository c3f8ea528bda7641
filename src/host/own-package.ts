import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The folder of Backlot's own package: the checkout, or where the package was installed. */
export const PACKAGE_ROOT = path.resolve(__dirname, '..', '..');

/** The version in Backlot's own package.json. */
export function ownVersion(): string {
  const manifest = JSON.parse(readFileSync(path.join(PACKAGE_ROOT, 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
}

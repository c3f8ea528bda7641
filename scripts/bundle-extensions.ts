/**
 * Installs every official extension into a folder of its own, with its dependencies, so that the image holds them
 * ready to run. After the build: `npx ts-node --transpile-only scripts/bundle-extensions.ts FOLDER`
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bundle } from '../src/extensions/install';
import { PACKAGE_ROOT, VERSION } from '../src/extensions/own-package';

async function main(outDirectory: string): Promise<void> {
  const sources = resolve(PACKAGE_ROOT, 'extensions');
  const folders = readdirSync(sources, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(sources, entry.name));
  const scratch = mkdtempSync(join(tmpdir(), 'backlot-bundle-'));
  try {
    const trees = await bundle(folders, outDirectory, {
      platformRoot: PACKAGE_ROOT,
      platformVersion: VERSION,
      settings: { cache: join(scratch, 'cache'), temporary: join(scratch, 'tmp'), fetchTimeout: 60_000 },
    });
    for (const tree of trees) console.log(`bundled ${tree}`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const [outDirectory] = process.argv.slice(2);
if (outDirectory === undefined) {
  console.error('usage: bundle-extensions.ts FOLDER');
  process.exit(2);
}
main(outDirectory).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});

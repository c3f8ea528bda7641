import { createRequire } from 'node:module';
import vm from 'node:vm';
import { BacklotError } from '../api/errors';
import { importExtensionClass, type ExtensionClass } from '../extensions/load';
import { findExport } from '../extensions/load/find-export';
import { findModule } from '../extensions/load/find-module';
import { importError } from '../extensions/load/import-error';
import type { ExtensionManifest, ManifestItem } from '../extensions/manifest';

/** A way to get the class of an extension that knows the classes which a test gave, each by the folder made for it. */
export function importerWith(classes: ReadonlyMap<string, ExtensionClass>): typeof importExtensionClass {
  return async (manifest, item, directory) => {
    const type = classes.get(directory);
    if (type) return findExport({ [item.exportName]: type }, item, `the class ${type.name}`);
    return canImport() ? importExtensionClass(manifest, item, directory) : requireClass(manifest, item, directory);
  };
}

/** Jest runs tests in contexts of node:vm, in which `import()` only works with --experimental-vm-modules. */
function canImport(): boolean {
  return process.env.JEST_WORKER_ID === undefined || 'SyntheticModule' in vm;
}

/** The same through Jest's own `require`, which also compiles TypeScript where Jest is set up for it. */
async function requireClass(
  manifest: ExtensionManifest,
  item: ManifestItem,
  directory: string,
): Promise<ExtensionClass> {
  const file = await findModule(manifest, item, directory);
  let namespace: object;
  try {
    namespace = createRequire(file)(file) as object;
  } catch (error) {
    const failure = importError(error, item, directory);
    if (!(error instanceof SyntaxError)) throw failure;
    throw new BacklotError(failure.code, failure.message, {
      where: failure.where,
      remedy: 'If it is an ES module, run Jest with NODE_OPTIONS=--experimental-vm-modules.',
      cause: error,
    });
  }
  return findExport(namespace, item, file);
}

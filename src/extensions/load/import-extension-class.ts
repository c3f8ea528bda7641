import type { ExtensionManifest, ManifestItem } from '../manifest';
import type { ExtensionClass } from './extension-class';
import { findExport } from './find-export';
import { findModule } from './find-module';
import { importError } from './import-error';
import { loadModule } from './load-module';

const TYPESCRIPT = /\.[mc]?ts$/;

/**
 * Imports the module of an extension from the package in `directory`, and gives the class that its manifest names.
 *
 * CommonJS, ES modules (also with top-level await) and TypeScript sources load. Throws BACKLOT_E_MODULE_NOT_FOUND,
 * BACKLOT_E_DEPENDENCY_MISSING, BACKLOT_E_IMPORT_FAILED, BACKLOT_E_EXPORT_MISSING or BACKLOT_E_NOT_AN_EXTENSION. It does not end
 * when the module awaits forever: the caller sets a time limit.
 */
export async function importExtensionClass(
  manifest: ExtensionManifest,
  item: ManifestItem,
  directory: string,
): Promise<ExtensionClass> {
  const file = await findModule(manifest, item, directory);
  return findExport(await importFile(file, item, directory), item, file);
}

async function importFile(file: string, item: ManifestItem, directory: string): Promise<object> {
  try {
    if (TYPESCRIPT.test(file)) {
      const { compileOnImport } = await import('./typescript/compile-on-import.js');
      compileOnImport();
    }
    return await loadModule(file);
  } catch (error) {
    throw importError(error, item, directory);
  }
}

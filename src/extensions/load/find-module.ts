import { stat } from 'node:fs/promises';
import path from 'node:path';
import { BacklotError } from '../../api/errors';
import type { ExtensionManifest, ManifestItem } from '../manifest';

const SOURCE_OF: Readonly<Record<string, string>> = { '.js': '.ts', '.mjs': '.mts', '.cjs': '.cts' };

/**
 * The absolute path of the module of an extension. Throws BACKLOT_E_MODULE_NOT_FOUND when it is not there, with its
 * TypeScript source named where one lies about.
 */
export async function findModule(manifest: ExtensionManifest, item: ManifestItem, directory: string): Promise<string> {
  const file = path.resolve(directory, item.module);
  if (await isFile(file)) return file;
  const source = await findSource(item.module, directory);
  const built = source === undefined ? '' : `; there is ${source}`;
  throw new BacklotError(
    'BACKLOT_E_MODULE_NOT_FOUND',
    `${manifest.package} has no ${item.module}, where its extension ${item.name} should be${built}`,
    {
      where: { file: manifest.file, extension: item.name },
      ...(source === undefined
        ? {}
        : { remedy: `Is it built? Build the extension before it is installed, or name ${source} in its manifest.` }),
    },
  );
}

/** The TypeScript source that a module is, or was to be, built from: beside it, or in src/ instead of the output folder. */
export async function findSource(module: string, directory: string): Promise<string | undefined> {
  const extension = path.posix.extname(module);
  const sourceExtension = SOURCE_OF[extension];
  if (sourceExtension === undefined) return undefined;
  const beside = module.slice(0, -extension.length) + sourceExtension;
  const inSrc = path.posix.join('src', beside.split('/').slice(1).join('/'));
  for (const candidate of [beside, inSrc, path.posix.basename(beside)]) {
    if (await isFile(path.join(directory, candidate))) return `./${candidate}`;
  }
  return undefined;
}

async function isFile(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findSource } from '../load/find-module';
import type { ExtensionManifest } from '../manifest';

/**
 * The manifest of a package as it is developed: a module that is built from a TypeScript source in the folder is loaded from that
 * source, so that a save is enough and nobody has to build.
 */
export async function preferSources(manifest: ExtensionManifest, folder: string): Promise<ExtensionManifest> {
  const extensions = await Promise.all(
    manifest.extensions.map(async (item) => ({
      ...item,
      module: path.posix.normalize((await findSource(item.module, folder)) ?? item.module),
    })),
  );
  return { ...manifest, extensions };
}

/** Lets the package.json of a copy name the modules that the manifest names. */
export async function writeModules(directory: string, { extensions }: ExtensionManifest): Promise<void> {
  const file = path.join(directory, 'package.json');
  const text = await readFile(file, 'utf8');
  const content = JSON.parse(text) as { backlot: { extensions: Record<string, string> } };
  const named = extensions.map(({ name, module, exportName }) => [name, `./${module}#${exportName}`] as const);
  content.backlot.extensions = Object.fromEntries(named);
  await writeFile(file, JSON.stringify(content));
}

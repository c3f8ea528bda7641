import path from 'node:path';
import { asBacklotError, BacklotError } from '../../api/errors';
import { findModule } from '../load/find-module';
import { readManifest, type ExtensionManifest } from '../manifest';
import { didYouMean } from '../nearest';
import { mustBe } from '../sources/fetch-local';
import { preferSources } from './prefer-sources';
import { readDevList, writeDevList } from './dev-list';

/** An enabled folder, and what is in it. */
export interface EnabledFolder {
  /** An absolute path. */
  readonly folder: string;
  readonly manifest?: ExtensionManifest;
  /** What keeps the platform from loading it: it is gone, its manifest is wrong, it is not built. */
  readonly problem?: BacklotError;
}

/**
 * Enables a folder for development: adds it to the list in `file`.
 *
 * Throws `BACKLOT_E_PACKAGE_NOT_FOUND` when there is no such folder, what reading its manifest throws,
 * `BACKLOT_E_NAME_TAKEN` when another enabled folder holds an extension of the same name, and
 * `BACKLOT_E_OPTION_INVALID` for a path with a colon. One that is not built yet is enabled all the same; the result has
 * the problem.
 */
export async function enableFolder(
  file: string,
  folder: string,
): Promise<EnabledFolder & { readonly manifest: ExtensionManifest; readonly wasEnabled: boolean }> {
  await mustBe('folder', folder);
  if (folder.includes(path.delimiter)) {
    throw new BacklotError('BACKLOT_E_OPTION_INVALID', `the path ${folder} has a "${path.delimiter}" in it`, {
      remedy: 'Move the folder: paths of enabled folders are handed over in a list with that between them.',
    });
  }
  const manifest = await readManifest(folder);
  const folders = readDevList(file);
  const others = await Promise.all(folders.filter((each) => each !== folder).map((each) => lookAt(each)));
  for (const { name } of manifest.extensions) {
    const other = others.find((each) => each.manifest?.extensions.some((item) => item.name === name));
    if (!other) continue;
    throw new BacklotError(
      'BACKLOT_E_NAME_TAKEN',
      `${folder} and ${other.folder} both hold an extension named ${name}`,
      {
        remedy: `Disable the other one first: backlot extensions dev disable ${name}`,
      },
    );
  }
  const wasEnabled = folders.includes(folder);
  if (!wasEnabled) await writeDevList(file, [...folders, folder]);
  return { ...(await lookAt(folder)), manifest, wasEnabled };
}

/**
 * Disables what is meant by a path, the name of a folder, of a package or of an extension; gives the folder. Throws
 * `BACKLOT_E_DEV_NOT_ENABLED`, with the nearest that is enabled.
 */
export async function disableFolder(file: string, meant: string, cwd: string): Promise<string> {
  const enabled = await listEnabled(file);
  const absolute = path.resolve(cwd, meant);
  const found =
    enabled.find(({ folder }) => folder === absolute) ?? enabled.find((each) => namesOf(each).includes(meant));
  if (found) {
    await writeDevList(
      file,
      enabled.map(({ folder }) => folder).filter((folder) => folder !== found.folder),
    );
    return found.folder;
  }
  const names = enabled.flatMap(namesOf);
  const some = enabled.length === 0 ? 'no folder is' : `enabled is ${enabled.map(({ folder }) => folder).join(', ')}`;
  throw new BacklotError('BACKLOT_E_DEV_NOT_ENABLED', `${meant} is not enabled${didYouMean(meant, names)}; ${some}`, {
    where: { file },
  });
}

/** Every enabled folder, in the order in which they were enabled. */
export async function listEnabled(file: string): Promise<EnabledFolder[]> {
  return Promise.all(readDevList(file).map((folder) => lookAt(folder)));
}

async function lookAt(folder: string): Promise<EnabledFolder> {
  let manifest: ExtensionManifest | undefined;
  try {
    await mustBe('folder', folder);
    manifest = await readManifest(folder);
    // As they are loaded: what is built from a source that is there need not be built.
    const { extensions } = await preferSources(manifest, folder);
    for (const item of extensions) await findModule(manifest, item, folder);
    return { folder, manifest };
  } catch (error) {
    const problem = asBacklotError(error, 'BACKLOT_E_INTERNAL', `${folder} cannot be looked at`);
    return { folder, ...(manifest ? { manifest } : {}), problem };
  }
}

function namesOf({ folder, manifest }: EnabledFolder): string[] {
  const names = manifest ? [...manifest.extensions.map(({ name }) => name), manifest.package] : [];
  return [...names, path.basename(folder)];
}

import { readdir, realpath, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { BacklotError } from '../../../api/errors';
import { byNearness, didYouMean } from '../../nearest';
import type { GitRemote } from './git-remote';

const SHOWN = 5;

/**
 * The folder of the package in a checkout, as an absolute path; symbolic links in it are removed, as packing it would.
 * `at` is the ref, for messages. Throws BACKLOT_E_SUBDIRECTORY_NOT_FOUND, and BACKLOT_E_PACKAGE_NOT_FOUND when the folder
 * holds no package.json.
 */
export async function packageFolder(
  remote: GitRemote,
  checkout: string,
  wanted: string | undefined,
  at: string,
): Promise<string> {
  const where = `the ${remote.shown} at ${at}`;
  const folder = wanted === undefined ? checkout : await subdirectory(remote, checkout, wanted, where);
  await removeLinks(folder);
  if (await isFile(path.join(folder, 'package.json'))) return folder;
  const holder = wanted === undefined ? where : `the folder "${wanted}" of ${where}`;
  const others = await packageFolders(remote, checkout);
  throw new BacklotError(
    'BACKLOT_E_PACKAGE_NOT_FOUND',
    `${holder} holds no package.json; ${inWords(wanted ?? '', others)}`,
    others.length === 0
      ? {}
      : { remedy: `Name the folder of the package: "#path:${byNearness(wanted ?? '', others)[0]}".` },
  );
}

async function subdirectory(remote: GitRemote, checkout: string, wanted: string, where: string): Promise<string> {
  const place = path.join(checkout, wanted);
  const found = await realpath(place).catch(() => undefined);
  if (found === undefined) {
    const folders = await packageFolders(remote, checkout);
    const hint = didYouMean(wanted, folders);
    throw notFound(`${where} has no folder "${wanted}"${hint}; ${inWords(wanted, folders)}`);
  }
  const root = await realpath(checkout);
  const inside = found.startsWith(`${root}${path.sep}`) && !found.startsWith(path.join(root, '.git'));
  if (!inside) throw notFound(`the folder "${wanted}" of ${where} leads out of the repository by a symbolic link`);
  if ((await stat(found)).isDirectory()) return found;
  throw notFound(`"${wanted}" in ${where} is a file, not a folder`);
}

/** The folders of a checkout that hold a package.json, relative to it. */
async function packageFolders(remote: GitRemote, checkout: string): Promise<string[]> {
  const files = await remote.local(['ls-tree', '-r', '-z', '--name-only', '--full-tree', 'HEAD'], checkout);
  return files
    .split('\0')
    .filter((file) => file.endsWith('/package.json') && !/(?:^|\/)node_modules\//.test(file))
    .map((file) => path.posix.dirname(file));
}

function inWords(wanted: string, folders: readonly string[]): string {
  if (folders.length === 0) return 'no folder of it holds one';
  const near = byNearness(wanted, folders).slice(0, SHOWN);
  const more = folders.length - near.length;
  return `there is a package.json in ${near.join(', ')}${more > 0 ? ` (and ${more} more)` : ''}`;
}

/** What a link leads to may be anywhere on this machine, and must not be packed. */
async function removeLinks(folder: string): Promise<void> {
  for (const item of await readdir(folder, { withFileTypes: true })) {
    const place = path.join(folder, item.name);
    if (item.isSymbolicLink()) await rm(place);
    else if (item.isDirectory() && item.name !== '.git') await removeLinks(place);
  }
}

async function isFile(place: string): Promise<boolean> {
  return stat(place).then(
    (found) => found.isFile(),
    () => false,
  );
}

function notFound(message: string): BacklotError {
  return new BacklotError('BACKLOT_E_SUBDIRECTORY_NOT_FOUND', message);
}

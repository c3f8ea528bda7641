import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import path from 'node:path';
import { isLeftOut } from './relevance';

/**
 * Copies a package without what is no part of it: node_modules, version control, temporary files of editors. Links that lead
 * out of the package are left out; others are made anew. A file that vanishes meanwhile is left out, too: whoever
 * removed it goes on, and there will be another copy.
 */
export async function copyPackage(from: string, to: string): Promise<void> {
  await copyFolder(from, to, '');
}

async function copyFolder(from: string, to: string, relative: string): Promise<void> {
  const folder = path.join(to, relative);
  await mkdir(folder, { recursive: true });
  const items = await readdir(path.join(from, relative), { withFileTypes: true }).catch(unlessMissing([]));
  await Promise.all(
    items.map(async (item) => {
      const own = path.join(relative, item.name);
      const [source, target] = [path.join(from, own), path.join(to, own)];
      if (isLeftOut(own)) return;
      if (item.isDirectory()) await copyFolder(from, to, own);
      else if (item.isSymbolicLink()) await copyLink(source, target, from);
      else if (item.isFile()) {
        await copyFile(source, target, constants.COPYFILE_FICLONE).catch(unlessMissing(undefined));
      }
    }),
  );
}

async function copyLink(source: string, target: string, root: string): Promise<void> {
  const leadsTo = path.resolve(path.dirname(source), await readlink(source));
  if (leadsTo.startsWith(root + path.sep)) await symlink(path.relative(path.dirname(source), leadsTo), target);
}

function unlessMissing<T>(instead: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return instead;
    throw error;
  };
}

import { mkdir, readdir, readlink, realpath, rename, rm, symlink } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import path from 'node:path';

/**
 * Makes the tree have no copy of Backlot but the one in `platformRoot`: `node_modules/backlot` becomes a link, and so does
 * every other one in it where it `mayHaveCopies`: engines install none, but packages can bring some along. Gives the links,
 * relative to the tree. With `relative` the links survive moving tree and platform together.
 */
export async function linkPlatform(
  tree: string,
  platformRoot: string,
  { relative = false, mayHaveCopies = true }: { readonly relative?: boolean; readonly mayHaveCopies?: boolean } = {},
): Promise<string[]> {
  const copies = mayHaveCopies ? await copiesIn(tree) : [];
  const links = [...new Set([path.join('node_modules', 'backlot'), ...copies])].sort();
  for (const link of links) await replaceByLink(path.join(tree, link), platformRoot, relative);
  return links;
}

/** The links that do not lead to the platform, because it or the tree was moved. */
export function brokenLinks(tree: string, links: readonly string[], platformRoot: string): string[] {
  const wanted = realpathSync.native(platformRoot);
  const broken: string[] = [];
  for (const link of links) {
    if (targetOf(path.join(tree, link)) !== wanted) broken.push(link);
  }
  return broken;
}

function targetOf(link: string): string | undefined {
  try {
    return realpathSync.native(link);
  } catch {
    return undefined;
  }
}

/** Puts a link to the platform in the place of what is there; at no moment is there nothing that another process could load. */
export async function replaceByLink(place: string, platformRoot: string, relative = false): Promise<void> {
  const parent = path.dirname(place);
  await mkdir(parent, { recursive: true });
  const target = relative ? path.relative(await realpath(parent), await realpath(platformRoot)) : platformRoot;
  const isLink = await readlink(place).then(
    () => true,
    () => false,
  );
  if (!isLink) await rm(place, { recursive: true, force: true });
  const fresh = `${place}.${randomBytes(4).toString('hex')}`;
  await symlink(target, fresh, 'dir');
  await rename(fresh, place);
}

/** Every folder or link `node_modules/backlot`, at any depth: packages can bring bundled copies along. */
async function copiesIn(tree: string, relative = ''): Promise<string[]> {
  const items = await readdir(path.join(tree, relative), { withFileTypes: true });
  const found: string[] = [];
  for (const item of items) {
    const own = path.join(relative, item.name);
    if (item.name === 'backlot' && path.basename(relative) === 'node_modules') found.push(own);
    else if (item.isDirectory()) found.push(...(await copiesIn(tree, own)));
  }
  return found;
}

import { createHash } from 'node:crypto';
import type { LockedExtension } from '../lock';
import { VERSION } from '../own-package';
import { nameOfKey } from './locked-tree';
import { LAYOUT, TARGET } from './receipt';

/**
 * The name of the tree of a locked extension: the same for the same packages on the same kind of machine under the same
 * Backlot, another one otherwise. So a changed image finds no tree of the old one, and makes its own from the lock.
 *
 * `content` is the integrity of what the lock does not pin: the folder of an official extension in a checkout.
 */
export function treeKey(locked: LockedExtension, allowScripts: boolean, content = ''): string {
  const { source, root, packages } = locked;
  const inputs = [LAYOUT, TARGET, VERSION, source, root, sorted(packages), allowScripts, content];
  const hash = createHash('sha256').update(JSON.stringify(inputs));
  return `${slugOf(nameOfKey(root))}-${hash.digest('hex').slice(0, 12)}`;
}

function sorted(packages: LockedExtension['packages']): unknown {
  return Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** `@acme/x` becomes `acme-x`. */
function slugOf(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9._]+/g, '-')
    .replace(/^[-.]+|-+$/g, '');
  return slug.slice(0, 80) || 'package';
}

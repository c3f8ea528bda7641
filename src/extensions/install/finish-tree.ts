import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { BacklotError } from '../../api/errors';
import { ROOT_ALIAS, ROOT_TARBALL } from './install-engine';
import type { LockedTree } from './locked-tree';
import { linkPlatform } from './platform-links';
import { LAYOUT, TARGET, writeReceipt, type Receipt } from './receipt';

/** Where the platform is, and of which version. */
export interface Platform {
  readonly root: string;
  readonly version: string;
  /** Links to the platform are relative, for trees that are moved together with it. */
  readonly relativeLinks?: boolean;
}

/**
 * Makes a tree that an engine has installed ready to be loaded: whatever its packages ask for, their `backlot` is a link
 * to the platform. The receipt is written last. Throws BACKLOT_E_INSTALL_FAILED.
 */
export async function finishTree(tree: string, spec: string, locked: LockedTree, platform: Platform): Promise<Receipt> {
  const directory = path.join('node_modules', ROOT_ALIAS);
  const { name, version } = await packageIn(path.join(tree, directory), spec);
  const links = await linkPlatform(tree, platform.root, {
    relative: platform.relativeLinks ?? false,
    mayHaveCopies: Object.values(locked.packages).some(({ bundledDependencies }) => bundledDependencies),
  });
  await rm(path.join(tree, ROOT_TARBALL), { force: true });
  await rm(path.join(tree, '.backlot'), { recursive: true, force: true });
  const receipt: Receipt = {
    layout: LAYOUT,
    spec,
    package: name,
    version,
    directory,
    target: TARGET,
    links,
    installedAt: new Date().toISOString(),
    root: locked.root,
    packages: locked.packages,
  };
  await writeReceipt(tree, receipt);
  return receipt;
}

async function packageIn(directory: string, spec: string): Promise<{ name: string; version: string }> {
  let found: { name?: unknown; version?: unknown };
  try {
    found = JSON.parse(await readFile(path.join(directory, 'package.json'), 'utf8')) as object;
  } catch (cause) {
    const message = `the installer reported success, but the package of ${spec} is not there`;
    throw new BacklotError('BACKLOT_E_INSTALL_FAILED', message, { cause });
  }
  const { name, version } = found;
  if (name === 'backlot') {
    throw new BacklotError('BACKLOT_E_INSTALL_FAILED', 'the package is named "backlot", which is the platform itself', {
      remedy: 'Give the package of the extension a name of its own.',
    });
  }
  if (typeof name === 'string' && typeof version === 'string') return { name, version };
  throw new BacklotError('BACKLOT_E_INSTALL_FAILED', `the package.json of ${spec} has no name and version`, {
    remedy: 'Give the package a "name" and a "version" in its package.json.',
  });
}

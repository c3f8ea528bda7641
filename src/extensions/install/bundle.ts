import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { buildTree } from './build-tree';
import type { EngineDirectories, InstallEngine } from './install-engine';
import { NpmEngine } from './npm-engine';
import { sourceOfSpec } from './source';

export interface BundleOptions {
  /** The package of Backlot that the trees are to use. The links to it are relative: move both together. */
  readonly platformRoot: string;
  readonly platformVersion: string;
  readonly directories: EngineDirectories;
  readonly engine?: InstallEngine;
}

/**
 * Installs packages from their folders (built already) into trees below `outDirectory`, for `bundledDirectory` of
 * {@link installExtensions}. A tree of the same name is replaced. Gives the paths of the trees. Throws as installing does.
 */
export async function bundle(
  folders: readonly string[],
  outDirectory: string,
  options: BundleOptions,
): Promise<string[]> {
  const { platformRoot, platformVersion, directories } = options;
  const engine = options.engine ?? new NpmEngine(directories);
  const platform = { root: platformRoot, version: platformVersion, relativeLinks: true };
  const trees: string[] = [];
  for (const folder of folders) {
    const source = await sourceOfSpec({ kind: 'folder', path: path.resolve(folder) });
    const tree = path.resolve(outDirectory, path.basename(folder));
    await rm(tree, { recursive: true, force: true });
    await mkdir(tree, { recursive: true });
    await buildTree(tree, source, `file:${path.basename(folder)}`, platform, engine);
    trees.push(tree);
  }
  return trees;
}

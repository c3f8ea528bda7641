import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { identityOfFolder } from '../sources';
import { chooseEngine } from './choose-engine';
import { finishTree } from './finish-tree';
import { ROOT_TARBALL, type EngineSettings, type InstallEngine } from './install-engine';

export interface BundleOptions {
  /** The package of Backlot that the trees are to use. The links to it are relative: move both together. */
  readonly platformRoot: string;
  readonly platformVersion: string;
  readonly settings: EngineSettings;
  readonly engine?: InstallEngine;
}

/**
 * Installs packages from their folders (built already) into trees below `outDirectory`, for `bundledDirectory` of
 * {@link installExtensions}. What is in that folder is replaced. Gives the paths of the trees. Throws as installing does.
 */
export async function bundle(
  folders: readonly string[],
  outDirectory: string,
  options: BundleOptions,
): Promise<string[]> {
  const { platformRoot, platformVersion } = options;
  const engine = options.engine ?? chooseEngine(options.settings);
  const platform = { root: platformRoot, version: platformVersion, relativeLinks: true };
  const workspace = path.resolve(outDirectory);
  await rm(workspace, { recursive: true, force: true });
  const requests = await Promise.all(
    folders.map(async (folder) => {
      const { name } = await identityOfFolder(path.resolve(folder));
      const directory = path.join(workspace, path.basename(folder));
      await mkdir(directory, { recursive: true });
      await engine.pack(path.resolve(folder), path.join(directory, ROOT_TARBALL));
      return { directory, subject: name, source: { kind: 'tarball' }, allowScripts: false } as const;
    }),
  );
  for (const result of await engine.install(requests, { workspace })) {
    if ('error' in result) throw result.error;
    await finishTree(result.request.directory, result.request.subject, result.tree, platform);
  }
  return requests.map(({ directory }) => directory);
}

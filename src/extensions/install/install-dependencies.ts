import { mkdtemp, mkdir, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { DependencyRequest } from '../dev';
import { readRegistrySettings } from '../registry';
import { chooseEngine } from './choose-engine';
import { ROOT_ALIAS, ROOT_TARBALL, type EngineSettings } from './install-engine';
import { withNpmrcFile } from './npmrc-file';

/** The name of the package that asks for the dependencies of a folder, in the folder's place. */
const STAND_IN = 'backlot-dev-dependencies';

/**
 * Installs the dependencies of a package that is developed, without the package: into `node_modules` of the request's
 * directory. Scripts do not run. Throws as installing does.
 */
export async function installDependencies(
  { directory, dependencies, folder }: DependencyRequest,
  settings: Omit<EngineSettings, 'npmrc'> & { readonly npmrc?: string },
): Promise<void> {
  await mkdir(directory, { recursive: true });
  if (Object.keys(dependencies).length === 0) return;
  const { npmrc } = settings;
  if (npmrc !== undefined) return install(directory, dependencies, folder, { ...settings, npmrc });
  const found = await readRegistrySettings({ projectDirectory: folder });
  await withNpmrcFile(found, (file) => install(directory, dependencies, folder, { ...settings, npmrc: file }));
}

async function install(
  directory: string,
  dependencies: Readonly<Record<string, string>>,
  folder: string,
  settings: EngineSettings,
): Promise<void> {
  const engine = chooseEngine(settings);
  await mkdir(settings.temporary, { recursive: true });
  const standIn = await mkdtemp(path.join(settings.temporary, 'dev-'));
  try {
    const manifest = { name: STAND_IN, version: '0.0.0', dependencies };
    await writeFile(path.join(standIn, 'package.json'), JSON.stringify(manifest));
    await engine.pack(standIn, path.join(directory, ROOT_TARBALL));
  } finally {
    await rm(standIn, { recursive: true, force: true });
  }
  const request = { directory, subject: folder, source: { kind: 'tarball' }, allowScripts: false } as const;
  const [result] = await engine.install([request], { workspace: path.dirname(directory) });
  if (result && 'error' in result) throw result.error;
  const modules = path.join(directory, 'node_modules');
  // pnpm puts what a package may import beside it, npm at the top.
  const beside = path.dirname(await realpath(path.join(modules, ROOT_ALIAS)));
  for (const name of Object.keys(dependencies)) await linkInto(path.join(modules, name), path.join(beside, name));
}

async function linkInto(place: string, target: string): Promise<void> {
  const isThere = await stat(place).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  await mkdir(path.dirname(place), { recursive: true });
  await symlink(path.relative(path.dirname(place), target), place, 'dir');
}

import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BacklotError } from '../../api/errors';
import type { InstallEngine } from './install-engine';
import { linkPlatform } from './platform-links';
import { LAYOUT, TARGET, writeReceipt, type Receipt } from './receipt';
import type { PackageSource } from './source';

/** Where the platform is, and of which version. */
export interface Platform {
  readonly root: string;
  readonly version: string;
  /** Links to the platform are relative, for trees that are moved together with it. */
  readonly relativeLinks?: boolean;
}

const STUB = '.backlot';
const COPY = '.package.tgz';

/**
 * Installs one package and all that it depends on into an empty folder. The receipt is written last. Whatever the
 * package asks for, its `backlot` is a link to the platform, and no registry is asked for it.
 */
export async function buildTree(
  tree: string,
  source: PackageSource,
  spec: string,
  platform: Platform,
  engine: InstallEngine,
  signal?: AbortSignal,
): Promise<Receipt> {
  await writeStub(tree, platform.version);
  await writeJson(path.join(tree, 'package.json'), {
    private: true,
    description: `Installed by Backlot for ${spec}`,
    // Absolute, for overrides resolve a relative path against the package that they are applied to.
    dependencies: { backlot: `file:${path.join(tree, STUB)}` },
    overrides: { backlot: '$backlot' },
  });
  const add = await specToAdd(tree, source);
  await engine.install({ directory: tree, subject: spec, add, ...(signal ? { signal } : {}) });

  const name = await addedPackage(tree);
  const directory = path.join('node_modules', ...name.split('/'));
  const version = await versionIn(path.join(tree, directory), name);
  await rm(path.join(tree, COPY), { force: true });
  const links = await linkPlatform(tree, platform.root, platform.relativeLinks);
  await rm(path.join(tree, STUB), { recursive: true, force: true });
  const receipt: Receipt = {
    layout: LAYOUT,
    spec,
    package: name,
    version,
    directory,
    target: TARGET,
    links,
    installedAt: new Date().toISOString(),
  };
  await writeReceipt(tree, receipt);
  return receipt;
}

/** A package that is called backlot and holds nothing: so the installer finds every wish for backlot fulfilled. */
async function writeStub(tree: string, version: string): Promise<void> {
  await mkdir(path.join(tree, STUB), { recursive: true });
  await writeJson(path.join(tree, STUB, 'package.json'), { name: 'backlot', version });
}

/** What the installer is told to add. */
async function specToAdd(tree: string, source: PackageSource): Promise<string> {
  if (source.kind === 'registry') return `${source.name}@${source.range}`;
  if (source.kind === 'folder') return `file:${source.path}`;
  // A copy under a path of its own: the installer's cache may know older bytes under the path of the tarball.
  const copy = path.join(tree, COPY);
  await copyFile(source.path, copy);
  return `file:${copy}`;
}

async function addedPackage(tree: string): Promise<string> {
  const { dependencies = {} } = (await readJson(path.join(tree, 'package.json'))) as {
    dependencies?: Record<string, string>;
  };
  const [name] = Object.keys(dependencies).filter((dependency) => dependency !== 'backlot');
  if (name !== undefined) return name;
  throw new BacklotError('BACKLOT_E_INSTALL_FAILED', 'the package is named "backlot", which is the platform itself', {
    remedy: 'Give the package of the extension a name of its own.',
  });
}

async function versionIn(directory: string, name: string): Promise<string> {
  try {
    const { version } = (await readJson(path.join(directory, 'package.json'))) as { version?: unknown };
    if (typeof version === 'string') return version;
  } catch (error) {
    throw new BacklotError('BACKLOT_E_INSTALL_FAILED', `the installer reported success, but ${name} is not there`, {
      cause: error,
    });
  }
  throw new BacklotError('BACKLOT_E_INSTALL_FAILED', `the package.json of ${name} has no version`, {
    remedy: 'Give the package a "version" in its package.json.',
  });
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8')) as unknown;
}

async function writeJson(file: string, value: unknown): Promise<void> {
  await writeFile(file, `${JSON.stringify(value, undefined, 2)}\n`);
}

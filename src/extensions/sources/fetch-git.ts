import { mkdir, mkdtemp, readdir, realpath, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { BacklotError } from '../../api/errors';
import { displayUrl, type GitSpec } from '../git-spec';
import { didYouMean } from '../nearest';
import { integrityOfFolder } from './content-hash';
import type { FetchedPackage, FetchOptions } from './fetch-package';
import { readFolderPackage } from './folder-package';
import { git } from './git-process';
import { parseRefs, refNotFound, resolveRef, type GitRefs, type ResolvedRef } from './git-refs';
import { SourceStore } from './source-store';

/** Fetching may take so many times as long as one answer. */
const FETCH_FACTOR = 6;

/** How deep packages are looked for, to name those that exist. */
const SEARCH_DEPTH = 3;

/**
 * Delivers a package from a git repository: the files as they are committed; nothing is built, and submodules are not
 * fetched. What is locked, or was fetched before, is delivered without the network.
 */
export async function fetchGit(spec: GitSpec, options: FetchOptions): Promise<FetchedPackage> {
  const { store, offline, temporary } = options;
  const kept = new SourceStore(store);
  const locked = options.locked?.kind === 'git' ? options.locked : undefined;
  if (locked) {
    const tarball = await kept.find(inputsOf(spec, locked.commit));
    if (tarball) return { tarball, resolution: locked };
  }
  if (offline) {
    throw new BacklotError(
      'BACKLOT_E_NOT_KEPT',
      `${displayUrl(spec.url)} was not kept, and the network may not be used`,
    );
  }
  await mkdir(temporary, { recursive: true });
  const checkout = await mkdtemp(path.join(temporary, 'git-'));
  try {
    const commit = await checkOut(spec, locked?.commit, checkout, options);
    const folder = await packageFolder(spec, checkout);
    const { name } = await readPackage(spec, folder);
    if (spec.name !== undefined && spec.name !== name) {
      const message = `the package at ${where(spec)} is named ${name}, not ${spec.name}`;
      throw new BacklotError('BACKLOT_E_PACKAGE_NOT_FOUND', message, { remedy: `Write egg=${name}, or leave it out.` });
    }
    const integrity = await integrityOfFolder(folder);
    if (locked && locked.integrity !== integrity) {
      throw new BacklotError(
        'BACKLOT_E_INTEGRITY',
        `the files of ${where(spec)} at ${commit} are not those that were locked`,
      );
    }
    const tarball = await kept.keep(inputsOf(spec, commit), (file) => options.pack(folder, file, options.signal));
    const resolution = { kind: 'git', url: spec.url, commit, integrity } as const;
    return { tarball, resolution: spec.path === undefined ? resolution : { ...resolution, path: spec.path } };
  } finally {
    await rm(checkout, { recursive: true, force: true });
  }
}

function inputsOf({ url, path: folder = '' }: GitSpec, commit: string): string[] {
  return ['git', url, commit, folder];
}

/** Fetches the commit that is meant into a folder; gives its whole hash. */
async function checkOut(
  spec: GitSpec,
  locked: string | undefined,
  directory: string,
  { timeout, signal }: FetchOptions,
): Promise<string> {
  const { url } = spec;
  const run = (args: readonly string[], limit = timeout): Promise<string> =>
    git({ args, directory, url, limit, signal });
  await run(['init', '--quiet']);
  const refs = locked === undefined ? parseRefs(await run(['ls-remote', '--', url])) : undefined;
  const wanted: ResolvedRef = refs ? resolveRef(spec, refs) : { commit: locked };
  await fetchObjects(wanted, spec, refs, (args) => run(args, timeout * FETCH_FACTOR));
  const revision = wanted.commit ?? wanted.abbreviation ?? 'FETCH_HEAD';
  const commit = (
    await run(['rev-parse', '--verify', '--quiet', `${revision}^{commit}`]).catch(() => {
      throw refNotFound({ ...spec, ref: revision }, refs ?? parseRefs(''));
    })
  ).trim();
  await run(['-c', 'core.symlinks=true', 'checkout', '--quiet', commit]);
  return commit;
}

/** The commit alone where the server gives commits by hash; else what its name leads to; else everything. */
async function fetchObjects(
  { commit, fetch }: ResolvedRef,
  { url }: GitSpec,
  refs: GitRefs | undefined,
  run: (args: readonly string[]) => Promise<string>,
): Promise<void> {
  const attempts = [
    ...(commit === undefined ? [] : [['--depth=1', '--', url, commit]]),
    ...(fetch === undefined ? [] : [['--depth=1', '--', url, fetch]]),
    ['--tags', '--', url, '+refs/heads/*:refs/remotes/origin/*'],
  ];
  for (const [index, attempt] of attempts.entries()) {
    try {
      await run(['fetch', '--quiet', '--no-write-fetch-head', ...attempt]);
      return;
    } catch (error) {
      const isRefusal = error instanceof BacklotError && error.code === 'BACKLOT_E_INSTALL_FAILED';
      if (!isRefusal && !(refs && error instanceof BacklotError && error.code === 'BACKLOT_E_REPOSITORY_NOT_FOUND'))
        throw error;
      if (index === attempts.length - 1) throw error;
    }
  }
}

/** The folder of the package in the checkout. Throws BACKLOT_E_SUBDIRECTORY_NOT_FOUND. */
async function packageFolder(spec: GitSpec, checkout: string): Promise<string> {
  const root = await realpath(checkout);
  const wanted = path.join(root, spec.path ?? '');
  const real = await realpath(wanted).catch(() => undefined);
  const isInside = real !== undefined && (real === root || real.startsWith(root + path.sep));
  if (isInside && (await stat(real)).isDirectory()) return real;
  const exist = await packagesIn(root);
  const why = real !== undefined && !isInside ? 'leads out of the repository' : 'is not there';
  const message = `the folder ${spec.path} of ${displayUrl(spec.url)} ${why}${didYouMean(spec.path ?? '', exist)}`;
  throw new BacklotError('BACKLOT_E_SUBDIRECTORY_NOT_FOUND', `${message}; ${listOf(exist)}`);
}

async function readPackage(spec: GitSpec, folder: string): Promise<{ name: string }> {
  try {
    return await readFolderPackage(folder);
  } catch (error) {
    if (!(error instanceof BacklotError) || error.code !== 'BACKLOT_E_PACKAGE_NOT_FOUND') throw error;
    const root = spec.path === undefined ? folder : folder.slice(0, -spec.path.length - 1);
    const message = `there is no package.json in ${where(spec)}; ${listOf(await packagesIn(root))}`;
    throw new BacklotError('BACKLOT_E_SUBDIRECTORY_NOT_FOUND', message, { cause: error });
  }
}

/** The folders of a checkout that hold a package, relative to it. */
async function packagesIn(root: string, below = '', depth = 0): Promise<string[]> {
  const items = await readdir(path.join(root, below), { withFileTypes: true });
  const own = below !== '' && items.some(({ name }) => name === 'package.json') ? [below] : [];
  if (depth === SEARCH_DEPTH) return own;
  const folders = items.filter((item) => item.isDirectory() && item.name !== '.git' && item.name !== 'node_modules');
  const deeper = await Promise.all(
    folders.map(({ name }) => packagesIn(root, path.posix.join(below, name), depth + 1)),
  );
  return [...own, ...deeper.flat()].sort();
}

/** How many folders an error lists. */
const LISTED = 8;

function listOf(packages: readonly string[]): string {
  if (packages.length === 0) return 'no folder of it holds a package';
  return `packages are in ${packages.slice(0, LISTED).join(', ')}`;
}

function where({ url, path: folder }: GitSpec): string {
  return folder === undefined ? displayUrl(url) : `the folder ${folder} of ${displayUrl(url)}`;
}

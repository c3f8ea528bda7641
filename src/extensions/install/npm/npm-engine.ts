import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BacklotError } from '../../../api/errors';
import { VERSION } from '../../own-package';
import {
  INSTALL_LIMIT_MS,
  ROOT_ALIAS,
  ROOT_TARBALL,
  type EngineCall,
  type EngineSettings,
  type InstallEngine,
  type TreeRequest,
  type TreeResult,
} from '../install-engine';
import { rootOf, withoutPeers, type LockedTree } from '../locked-tree';
import type { ProcessOutput } from '../run-process';
import { installError } from './npm-errors';
import { npmLockOf, treeOfNpmLock, type NpmLock } from './npm-lock';
import { runNpm } from './npm-process';

const FLAGS = ['--json', '--loglevel=error', '--color=false', '--progress=false', '--update-notifier=false'];
const INSTALL_FLAGS = [
  '--no-audit',
  '--no-fund',
  '--omit=dev',
  '--bin-links=false',
  '--global=false',
  '--package-lock=true',
  '--lockfile-version=3',
  '--legacy-peer-deps=false',
  // The lock of one registry has to hold for its mirrors.
  '--omit-lockfile-registry-resolved=true',
];

/** A package that is called backlot and holds nothing: so npm finds every wish for backlot fulfilled. */
const STUB = '.backlot';

/** Installs with the npm that belongs to the Node that runs: slower, but always there. One run for each tree. */
export class NpmEngine implements InstallEngine {
  readonly id = 'npm';

  constructor(private readonly settings: EngineSettings) {}

  async install(requests: readonly TreeRequest[], call: EngineCall): Promise<TreeResult[]> {
    const results: TreeResult[] = [];
    for (const request of requests) results.push(await this.#attempt(request, call));
    return results;
  }

  async pack(folder: string, tarball: string, signal?: AbortSignal): Promise<void> {
    const { temporary } = this.settings;
    await mkdir(temporary, { recursive: true });
    const scratch = await mkdtemp(path.join(temporary, 'pack-'));
    try {
      const args = ['pack', folder, '--ignore-scripts', '--pack-destination', scratch];
      const output = await this.#npm(args, scratch, signal);
      const [packed] = await readdir(scratch);
      if (output.code !== 0 || packed === undefined) throw installError(output, `the folder ${folder}`);
      await rename(path.join(scratch, packed), tarball);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }

  async #attempt(request: TreeRequest, call: EngineCall): Promise<TreeResult> {
    try {
      return { request, tree: await this.#install(request, call) };
    } catch (error) {
      if (error instanceof BacklotError) return { request, error };
      throw error;
    }
  }

  async #install(request: TreeRequest, { offline, signal }: EngineCall): Promise<LockedTree> {
    const { directory, source, locked, subject, allowScripts } = request;
    const wanted =
      source.kind === 'registry' ? `npm:${source.name}@${locked ? rootOf(locked).version : source.range}` : '';
    const specifier = source.kind === 'tarball' ? `file:${ROOT_TARBALL}` : wanted;
    await mkdir(path.join(directory, STUB), { recursive: true });
    await writeJson(path.join(directory, STUB, 'package.json'), { name: 'backlot', version: VERSION });
    await writeJson(path.join(directory, 'package.json'), {
      private: true,
      description: `Installed by Backlot for ${subject}`,
      // Absolute, for overrides resolve a relative path against the package that they are applied to.
      dependencies: { backlot: `file:${path.join(directory, STUB)}`, [ROOT_ALIAS]: specifier },
      overrides: { backlot: '$backlot' },
    });
    const lockFile = path.join(directory, 'package-lock.json');
    if (locked) await writeJson(lockFile, npmLockOf(locked, source.kind === 'tarball', specifier));
    const args = ['install', ...INSTALL_FLAGS, ...(allowScripts ? [] : ['--ignore-scripts'])];
    const freshness = offline ? '--offline' : locked ? '--prefer-offline' : '--prefer-online';
    const output = await this.#npm([...args, freshness], directory, signal);
    if (output.code !== 0) throw installError(output, subject);
    const tree = treeOfNpmLock(JSON.parse(await readFile(lockFile, 'utf8')) as NpmLock);
    if (!locked) return tree;
    assertSame(tree, locked, subject);
    return locked;
  }

  async #npm(args: readonly string[], directory: string, signal: AbortSignal | undefined): Promise<ProcessOutput> {
    const { fetchTimeout } = this.settings;
    const network = ['--fetch-retries=1', '--fetch-retry-mintimeout=500', '--fetch-retry-maxtimeout=1000'];
    return runNpm({
      args: [...args, ...FLAGS, ...network, `--fetch-timeout=${fetchTimeout}`],
      directory,
      settings: this.settings,
      limit: INSTALL_LIMIT_MS,
      ...(signal ? { signal } : {}),
    });
  }
}

/** npm mends a lockfile that it does not like, without a word; a lock has to hold. */
function assertSame(tree: LockedTree, locked: LockedTree, subject: string): void {
  const wanted = new Set(Object.keys(locked.packages).map(withoutPeers));
  const other = Object.keys(tree.packages).find((key) => !wanted.has(withoutPeers(key)));
  if (other === undefined) return;
  throw new BacklotError('BACKLOT_E_INSTALL_FAILED', `npm installed ${other} for ${subject}, which is not in the lock`);
}

async function writeJson(file: string, value: object): Promise<void> {
  await writeFile(file, `${JSON.stringify(value)}\n`);
}

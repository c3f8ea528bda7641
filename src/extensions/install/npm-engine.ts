import semver from 'semver';
import type { EngineDirectories, InstallEngine, InstallRequest } from './install-engine';
import { installError, missingSpecOf, npmErrorOf } from './npm-errors';
import { runNpm, type NpmOutput } from './npm-process';

/** One installation takes no longer than this, in milliseconds. */
const INSTALL_LIMIT_MS = 5 * 60_000;
const VIEW_LIMIT_MS = 10_000;
const NEWEST_VERSIONS = 5;

const FLAGS = ['--json', '--loglevel=error', '--color=false', '--progress=false', '--update-notifier=false'];
const NETWORK_FLAGS = [
  '--fetch-retries=1',
  '--fetch-retry-mintimeout=500',
  '--fetch-retry-maxtimeout=2000',
  '--fetch-timeout=20000',
];
const INSTALL_FLAGS = [
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--omit=dev',
  '--package-lock=false',
  '--bin-links=false',
  '--global=false',
  // A folder as a link would miss its dependencies.
  '--install-links=true',
  '--legacy-peer-deps=false',
];

/** Installs with the npm that belongs to the Node that runs. */
export class NpmEngine implements InstallEngine {
  readonly id = 'npm';

  constructor(private readonly directories: EngineDirectories) {}

  async install({ directory, subject, add, signal }: InstallRequest): Promise<void> {
    const args = ['install', '--save', add, ...INSTALL_FLAGS];
    const run = (freshness: string): Promise<NpmOutput> =>
      this.#npm([...args, freshness], directory, INSTALL_LIMIT_MS, signal);
    let output = await run('--prefer-offline');
    // What the cache knows of a package may be older than the version that is asked for.
    if (output.code !== 0 && npmErrorOf(output)?.code === 'ETARGET') output = await run('--prefer-online');
    if (output.code === 0) return;
    throw installError(output, subject, await this.#newestVersions(output, directory));
  }

  #npm(args: readonly string[], directory: string, limit: number, signal?: AbortSignal): Promise<NpmOutput> {
    return runNpm({
      args: [...args, ...FLAGS, ...NETWORK_FLAGS],
      directory,
      directories: this.directories,
      limit,
      ...(signal ? { signal } : {}),
    });
  }

  /** The newest versions of a package of which none matched; empty when they cannot be had quickly. */
  async #newestVersions(output: NpmOutput, directory: string): Promise<string[]> {
    const error = npmErrorOf(output);
    const spec = error?.code === 'ETARGET' ? missingSpecOf(error) : undefined;
    if (spec === undefined) return [];
    try {
      const name = spec.slice(0, spec.indexOf('@', 1));
      const args = ['view', name, 'versions', '--prefer-offline'];
      const { stdout } = await this.#npm(args, directory, VIEW_LIMIT_MS);
      const versions = ([] as unknown[]).concat(JSON.parse(stdout)).filter((v) => typeof v === 'string');
      const stable = versions.filter((version) => semver.prerelease(version) === null);
      return semver.rsort(stable.length > 0 ? stable : versions).slice(0, NEWEST_VERSIONS);
    } catch {
      return [];
    }
  }
}

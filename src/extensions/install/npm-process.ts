import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { BacklotError } from '../../api/errors';
import type { EngineDirectories } from './install-engine';

/** What one run of npm said. */
export interface NpmOutput {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface NpmRun {
  readonly args: readonly string[];
  /** The working folder; also npm's prefix, so that it looks for no project around it. */
  readonly directory: string;
  readonly directories: EngineDirectories;
  /** Milliseconds after which npm is ended. */
  readonly limit: number;
  readonly signal?: AbortSignal;
}

/** How long npm may take to end by itself after SIGTERM. */
const GRACE_MS = 2_000;
/** More output than this is not kept, in characters. */
const LONGEST_OUTPUT = 1_000_000;

/**
 * Runs npm and gives what it said, whatever its exit code. Throws BACKLOT_E_INSTALL_FAILED when npm is not there, when
 * it exceeds the limit, and when the signal fires; it has ended by then.
 */
export async function runNpm(run: NpmRun): Promise<NpmOutput> {
  run.signal?.throwIfAborted();
  const { command, args } = await findNpm();
  const environment = await npmEnvironment(run.directories);
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args, ...run.args, '--prefix', run.directory], {
      cwd: run.directory,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let failure: BacklotError | undefined;
    let killTimer: NodeJS.Timeout | undefined;
    const end = (message: string): void => {
      failure ??= new BacklotError('BACKLOT_E_INSTALL_FAILED', message);
      child.kill('SIGTERM');
      killTimer ??= setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
    };
    const limitTimer = setTimeout(() => end(`npm did not finish within ${run.limit / 1000} s`), run.limit);
    const onAbort = (): void => end('the installation was stopped');
    run.signal?.addEventListener('abort', onAbort, { once: true });
    const finish = (settle: () => void): void => {
      clearTimeout(limitTimer);
      clearTimeout(killTimer);
      run.signal?.removeEventListener('abort', onAbort);
      settle();
    };

    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout = (stdout + text).slice(-LONGEST_OUTPUT)));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-LONGEST_OUTPUT)));
    child.on('error', (error: NodeJS.ErrnoException) => finish(() => reject(failure ?? cannotRun(error))));
    child.on('close', (code) => finish(() => (failure ? reject(failure) : resolve({ code, stdout, stderr }))));
  });
}

function cannotRun(error: NodeJS.ErrnoException): BacklotError {
  return new BacklotError('BACKLOT_E_INSTALL_FAILED', `npm could not be run: ${error.message}`, {
    remedy: 'Install npm beside Node, or put it on the PATH.',
    cause: error,
  });
}

/** The npm that came with the Node that runs, else the one on the PATH. */
async function findNpm(): Promise<{ command: string; args: string[] }> {
  const bin = path.dirname(process.execPath);
  for (const modules of [path.join(bin, '../lib/node_modules'), path.join(bin, 'node_modules')]) {
    const script = path.join(modules, 'npm/bin/npm-cli.js');
    if (await mayRead(script)) return { command: process.execPath, args: [script] };
  }
  return { command: 'npm', args: [] };
}

async function npmEnvironment(directories: EngineDirectories): Promise<NodeJS.ProcessEnv> {
  const environment: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    // Under "npm start" the outer npm passes its own settings on; they name folders of another project.
    if (!/^npm_(?:lifecycle|package|command|execpath|node_execpath|config_(?:local_)?prefix$)/i.test(name))
      environment[name] = value;
  }
  await mkdir(directories.temporary, { recursive: true });
  environment.TMPDIR = directories.temporary;
  environment.npm_config_cache = path.join(directories.cache, 'npm');
  environment.npm_config_logs_dir = path.join(directories.cache, 'npm', '_logs');
  // The user's .npmrc has private registries and tokens: it is left aside only where reading it would make npm fail.
  const userConfig = environment.npm_config_userconfig ?? path.join(homeOf(environment), '.npmrc');
  if (await isUnreadable(userConfig)) {
    environment.npm_config_userconfig = path.join(directories.temporary, 'no-npmrc');
  }
  return environment;
}

function homeOf(environment: NodeJS.ProcessEnv): string {
  try {
    return environment.HOME ?? homedir();
  } catch {
    // A user without a line in /etc/passwd, and no HOME.
    return '/';
  }
}

async function mayRead(file: string): Promise<boolean> {
  return access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
}

/** Whether a file is there (or may be) and cannot be read. A file that is not there is no problem. */
async function isUnreadable(file: string): Promise<boolean> {
  return access(file, constants.R_OK).then(
    () => false,
    ({ code }: NodeJS.ErrnoException) => code !== 'ENOENT',
  );
}

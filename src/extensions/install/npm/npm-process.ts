import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { EngineSettings } from '../install-engine';
import { runProcess, type ProcessOutput } from '../run-process';

export interface NpmRun {
  readonly args: readonly string[];
  /** The working folder; also npm's prefix, so that it looks for no project around it. */
  readonly directory: string;
  readonly settings: EngineSettings;
  /** Milliseconds after which npm is ended. */
  readonly limit: number;
  readonly signal?: AbortSignal;
}

/** Runs npm and gives what it said, whatever its exit code. Throws as running any program does. */
export async function runNpm(run: NpmRun): Promise<ProcessOutput> {
  const { command, args } = await findNpm();
  return runProcess({
    name: 'npm',
    command,
    args: [...args, ...run.args, '--prefix', run.directory],
    directory: run.directory,
    environment: await npmEnvironment(run.settings),
    limit: run.limit,
    ...(run.signal ? { signal: run.signal } : {}),
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

async function npmEnvironment({ cache, temporary, npmrc }: EngineSettings): Promise<NodeJS.ProcessEnv> {
  const environment: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    // Under "npm start" the outer npm passes its own settings on; they name folders of another project.
    if (!/^npm_(?:lifecycle|package|command|execpath|node_execpath|config_(?:local_)?prefix$)/i.test(name))
      environment[name] = value;
  }
  await mkdir(temporary, { recursive: true });
  environment.TMPDIR = temporary;
  environment.npm_config_cache = path.join(cache, 'npm');
  environment.npm_config_logs_dir = path.join(cache, 'npm', '_logs');
  // The user's .npmrc has private registries and tokens: it is left aside only where reading it would make npm fail.
  const userConfig = npmrc ?? environment.npm_config_userconfig ?? path.join(homeOf(environment), '.npmrc');
  environment.npm_config_userconfig = (await isUnreadable(userConfig)) ? path.join(temporary, 'no-npmrc') : userConfig;
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

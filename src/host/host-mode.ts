import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { BacklotError } from '../api/errors';
import { PACKAGE_ROOT } from '../extensions/own-package';
import { resolveSettings, type StartOptions } from './settings';

/** What can be asked for when Backlot runs without a container. */
export type HostModeOptions = Pick<StartOptions, 'port' | 'extensionsFile' | 'volume' | 'environment'>;

/** The signals that are passed on. */
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs the platform as a process of this machine, attached to the terminal of this one, until it ends. Signals are
 * passed on to it. `program` is what is run, by default the init script of Backlot's own package.
 *
 * Gives its exit code; 128 and the number of the signal when one ended it. Throws what `resolveSettings` throws, and
 * `BACKLOT_E_INTERNAL` when the program is missing or cannot be run.
 */
export async function runOnHost(
  options: HostModeOptions,
  program: string = path.join(PACKAGE_ROOT, 'dist', 'bin', 'init.js'),
): Promise<number> {
  if (!existsSync(program)) {
    throw new BacklotError('BACKLOT_E_INTERNAL', `there is no ${program} to run`, {
      remedy: 'In a checkout, build it first: npm run build.',
    });
  }
  const env = { ...process.env, ...environmentFor(options) };
  const child = spawn(process.execPath, [program], { stdio: 'inherit', env });
  const passOn = (signal: NodeJS.Signals): void => {
    // A terminal sends Ctrl-C to every process in its foreground by itself.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of PASSED_ON) process.on(signal, passOn);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', (cause) =>
        reject(new BacklotError('BACKLOT_E_INTERNAL', `cannot run ${program}`, { cause })),
      );
      child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? os.constants.signals[signal] : 0)));
    });
  } finally {
    for (const signal of PASSED_ON) process.off(signal, passOn);
  }
}

/** The settings as the platform reads them from its environment. */
function environmentFor(options: HostModeOptions): Record<string, string> {
  const { extensionsFile, devFolders, environment } = resolveSettings(options);
  const { port } = options;
  return {
    ...(port === undefined ? {} : { GATEWAY_LISTEN: `127.0.0.1:${port}` }),
    ...(port ? { LOCALSTACK_HOST: `localhost:${port}` } : {}),
    ...(extensionsFile === undefined ? {} : { BACKLOT_EXTENSIONS_FILE: extensionsFile }),
    // Without a container there are no volumes, only folders.
    ...(options.volume === undefined ? {} : { BACKLOT_VOLUME: path.resolve(options.volume) }),
    ...(devFolders.length === 0 ? {} : { BACKLOT_DEV_EXTENSIONS: devFolders.map(({ source }) => source).join(':') }),
    ...environment,
  };
}

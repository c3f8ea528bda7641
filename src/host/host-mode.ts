import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { BacklotError } from '../api/errors';
import { LineSplitter } from '../engine/line-splitter';
import { PACKAGE_ROOT } from '../extensions/own-package';
import { resolveSettings, type StartOptions } from './settings';

/** What can be asked for when Backlot runs without a container. */
export type HostModeOptions = Pick<StartOptions, 'port' | 'extensionsFile' | 'volume' | 'environment'>;

/** Told what the platform writes, line by line, instead of the terminal. */
export type OutputListener = (stream: 'stdout' | 'stderr', line: string) => void;

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
  onLine?: OutputListener,
  program: string = path.join(PACKAGE_ROOT, 'dist', 'bin', 'init.js'),
): Promise<number> {
  if (!existsSync(program)) {
    throw new BacklotError('BACKLOT_E_INTERNAL', `there is no ${program} to run`, {
      remedy: 'In a checkout, build it first: npm run build.',
    });
  }
  const env = { ...process.env, ...environmentFor(options) };
  const output = onLine ? 'pipe' : 'inherit';
  const child = spawn(process.execPath, [program], { stdio: ['inherit', output, output], env });
  if (onLine) for (const stream of ['stdout', 'stderr'] as const) splitLines(child[stream], stream, onLine);
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
      // Its output has ended by then, too.
      child.once('close', (code, signal) => resolve(code ?? 128 + (signal ? os.constants.signals[signal] : 0)));
    });
  } finally {
    for (const signal of PASSED_ON) process.off(signal, passOn);
  }
}

function splitLines(source: Readable | null, stream: 'stdout' | 'stderr', onLine: OutputListener): void {
  const splitter = new LineSplitter();
  source?.on('data', (chunk: Buffer) => splitter.push(chunk).forEach((line) => onLine(stream, line)));
  source?.on('end', () => splitter.end().forEach((line) => onLine(stream, line)));
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

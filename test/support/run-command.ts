import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { waitFor } from './wait-for';

const MAIN = path.resolve(__dirname, '../../dist/bin/backlot.js');

/** Where and with what the command runs. */
export interface CommandOptions {
  readonly cwd: string;
  /** The whole environment besides PATH; HOME is the working folder unless it is given. */
  readonly env?: Readonly<Record<string, string>>;
  /** What stands on its standard input. */
  readonly stdin?: string;
}

export interface CommandOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built `backlot` command to its end, in surroundings of their own: no settings of the user, no engine. */
export async function runCommand(args: readonly string[], options: CommandOptions): Promise<CommandOutcome> {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: options.cwd, env: surroundings(options) });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // A command that ends before it has read everything is no failure of the test.
  child.stdin.on('error', () => undefined).end(options.stdin ?? '');
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/**
 * Runs the command on a terminal and types each answer as soon as its question is shown. Gives the exit code and all that
 * was shown.
 */
export async function runOnTerminal(
  args: readonly string[],
  dialogue: readonly (readonly [question: string, answer: string])[],
  options: CommandOptions,
): Promise<{ code: number | null; shown: string }> {
  const quoted = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['--quiet', '--flush', '--return', '--command', quoted, '/dev/null'], {
    cwd: options.cwd,
    env: { ...surroundings(options), TERM: 'xterm' },
  });
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
  child.stdin.on('error', () => undefined);
  const ended = once(child, 'close');
  for (const [question, answer] of dialogue) {
    await waitFor(`the question "${question}"`, () => shown.includes(question) || child.exitCode !== null, 20_000);
    child.stdin.write(`${answer}\r`);
  }
  const [code] = (await ended) as [number | null];
  return { code, shown };
}

function surroundings({ cwd, env }: CommandOptions): Record<string, string> {
  return { PATH: process.env.PATH ?? '', HOME: cwd, DOCKER_HOST: `unix://${cwd}/none.sock`, ...env };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { temporaryDirectory } from './temporary-directory';

const MAIN = path.resolve(__dirname, '../../dist/bin/backlot.js');

/** A command that runs, and what it has printed. */
export interface Running {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly ended: Promise<number | null>;
}

/** Starts the built command in an empty folder, with the engine of this machine. */
export const spawnBacklot = (args: readonly string[], env: Record<string, string> = {}): Running =>
  run(MAIN, args, env);

/** Starts a program in an empty folder. */
export function run(program: string, args: readonly string[], env: Record<string, string>): Running {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: temporaryDirectory(),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, stdout: () => out, stderr: () => err, ended };
}

/** Runs the built command to its end. */
export const backlot = (args: readonly string[], env?: Record<string, string>) => outcome(spawnBacklot(args, env));

/** Waits for the end of a command. */
export async function outcome({ stdout, stderr, ended }: Running) {
  const code = await ended;
  return { code, stdout: stdout(), stderr: stderr() };
}

const children: ChildProcess[] = [];

/** Kills every command that still runs. */
export function killCommands(): void {
  for (const child of children.splice(0)) child.kill('SIGKILL');
}

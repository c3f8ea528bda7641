import { fstatSync } from 'node:fs';
import { BacklotError } from '../api/errors';
import type { RunningExec } from '../engine/engine';
import { findEngine } from '../engine/find-engine';
import { exec, type ExecOptions, type TerminalOptions } from '../host/exec';
import { containerName } from '../host/settings';
import { Interrupt } from './interrupt';
import { spinner } from './spinner';
import { say, whenPipeBreaks, write } from './terminal';

/** The options of `backlot exec`, as commander gives them. */
export interface ExecCommandOptions {
  readonly name?: string;
  readonly interactive?: true;
  readonly tty?: boolean;
  readonly env?: Record<string, string>;
  readonly workdir?: string;
  readonly user?: string;
  readonly json?: true;
}

/** Runs a command in the container, on this terminal or through the streams of this process. Gives its exit code. */
export async function execInContainer(command: readonly string[], options: ExecCommandOptions): Promise<number> {
  const name = containerName(options.name);
  const hasTerminal = wantsTerminal(options);
  const engine = await findEngine();
  // On a terminal Ctrl-C is a key like others, and goes to the command.
  const interrupt = hasTerminal ? undefined : new Interrupt();
  // In a container nobody else ends a command whose output nobody wants any more.
  if (interrupt) whenPipeBreaks(() => interrupt.trigger());
  const how: ExecOptions = {
    ...(options.env === undefined ? {} : { environment: options.env }),
    ...(options.workdir === undefined ? {} : { workingDirectory: options.workdir }),
    ...(options.user === undefined ? {} : { user: options.user }),
    ...(hasTerminal || wantsInput(options) ? { input: process.stdin } : {}),
    ...(options.json
      ? {}
      : { onOutput: (chunk, stream) => write(stream === 'stdout' ? process.stdout : process.stderr, chunk) }),
    ...(interrupt ? { signal: interrupt.signal } : {}),
  };
  const terminal = hasTerminal ? new AttachedTerminal() : undefined;
  try {
    const result = await exec(engine, name, command, { ...how, ...terminal?.options });
    if (options.json) say(JSON.stringify(result));
    return result.exitCode;
  } finally {
    terminal?.release();
    interrupt?.release();
  }
}

function wantsTerminal({ tty, json }: ExecCommandOptions): boolean {
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
  if (tty !== true) return tty === undefined && !json && isTerminal;
  if (isTerminal && !json) return true;
  throw new BacklotError('BACKLOT_E_OPTION_INVALID', 'there is no terminal that the command could have', {
    remedy: json ? 'Leave out --tty: with --json stdout and stderr are kept apart.' : 'Leave out -t and --tty.',
  });
}

/** Input that nobody gives is not waited for: a service or a job of CI has often one that never ends. */
function wantsInput({ interactive }: ExecCommandOptions): boolean {
  if (interactive) return true;
  if (process.stdin.isTTY) return false;
  try {
    const input = fstatSync(0);
    return input.isFile() || input.isFIFO() || input.isSocket();
  } catch {
    return false;
  }
}

/** This terminal, handed to a command: keys go there as they are, and so does its size. */
class AttachedTerminal {
  #running: RunningExec | undefined;
  readonly #onResize = (): void => void this.#running?.resize(size()).catch(() => undefined);

  readonly options: TerminalOptions = {
    terminal: size(),
    onStart: (running) => {
      spinner.stop();
      this.#running = running;
      process.stdin.setRawMode(true);
      process.stdout.on('resize', this.#onResize);
    },
  };

  release(): void {
    if (!this.#running) return;
    process.stdout.off('resize', this.#onResize);
    process.stdin.setRawMode(false);
  }
}

function size(): { columns: number; rows: number } {
  return { columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 };
}

import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { BacklotError } from '../api/errors';
import {
  type ContainerDetails,
  type ContainerEngine,
  EngineRefusal,
  type ExecSpec,
  type RunningExec,
} from '../engine/engine';
import { requireContainer } from './find-container';

/** How a command is run in a container. */
export interface ExecOptions {
  /** Environment variables, in addition to those of the container. */
  readonly environment?: Readonly<Record<string, string>>;
  /** An absolute path in the container; that of its image when left out. */
  readonly workingDirectory?: string;
  /** A name or a number, also `user:group`; that of the container when left out. */
  readonly user?: string;
  /** What it reads from its standard input, which then ends; nothing when left out. */
  readonly input?: string | Uint8Array | AsyncIterable<string | Uint8Array>;
  /** Gets the output as it comes, which is then not collected. The next comes when what this gives has resolved. */
  readonly onOutput?: (chunk: Buffer, stream: 'stdout' | 'stderr') => void | Promise<void>;
  /** Ends it, and with it what it has started. */
  readonly signal?: AbortSignal;
}

/** How a command in a container ended. */
export interface ExecResult {
  readonly exitCode: number;
  /** What it wrote, as text; empty when it was handed on. */
  readonly stdout: string;
  readonly stderr: string;
}

/** What only somebody at a terminal needs. */
export interface TerminalOptions {
  readonly terminal?: ExecSpec['terminal'];
  /** Is given the command when it runs. */
  readonly onStart?: (running: RunningExec) => void;
}

/**
 * Runs a command in the container of that name, and comes back when it has ended and all its output has been taken.
 *
 * Throws `BACKLOT_E_CONTAINER_NOT_FOUND` when there is none or it does not run, `BACKLOT_E_COMMAND_NOT_FOUND`,
 * `BACKLOT_E_COMMAND_REFUSED`, `BACKLOT_E_ENGINE_FAILED`, and the reason of the signal.
 */
export async function exec(
  engine: ContainerEngine,
  name: string,
  command: readonly string[],
  options: ExecOptions & TerminalOptions = {},
): Promise<ExecResult> {
  const { signal, environment } = options;
  signal?.throwIfAborted();
  if (command.length === 0 || command[0] === '') {
    throw new BacklotError('BACKLOT_E_OPTION_INVALID', 'there is no command to run', {
      remedy: 'Name a program of the container, such as `backlot exec -- ls /var/lib/backlot`.',
    });
  }
  const container = await requireRunning(engine, name);
  const mark = `BACKLOT_EXEC=${randomUUID()}`;
  const running = await engine
    .openExec(container.id, {
      command,
      environment: { ...environment, BACKLOT_EXEC: mark.slice(mark.indexOf('=') + 1) },
      ...(options.workingDirectory === undefined ? {} : { workingDirectory: options.workingDirectory }),
      ...(options.user === undefined ? {} : { user: options.user }),
      ...(options.terminal === undefined ? {} : { terminal: options.terminal }),
      input: options.input !== undefined,
    })
    .catch((error: unknown) => {
      throw refusedByRuntime(error) ? notRun(container.name, command, refusedByRuntime(error)) : error;
    });
  options.onStart?.(running);
  const abort = (): void => void endMarked(engine, container.id, mark, options.user).finally(() => running.close());
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  try {
    return await follow(running, container.name, command, options);
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof BacklotError ? error : brokenOff(error);
  } finally {
    signal?.removeEventListener('abort', abort);
    running.close();
  }
}

async function requireRunning(engine: ContainerEngine, name: string): Promise<ContainerDetails> {
  const container = await requireContainer(engine, name);
  if (container.running) return container;
  const message = `${container.name} does not run: it has ended with exit code ${container.exitCode}`;
  throw new BacklotError('BACKLOT_E_CONTAINER_NOT_FOUND', message);
}

/** Passes input and output on until the command has ended. */
async function follow(
  running: RunningExec,
  name: string,
  command: readonly string[],
  { input, onOutput, signal }: ExecOptions,
): Promise<ExecResult> {
  const kept = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const take = onOutput ?? ((chunk: Buffer, stream: 'stdout' | 'stderr') => void kept[stream].push(chunk));
  const source = input === undefined ? undefined : sourceOf(input);
  source?.on('error', () => running.input.end());
  source?.pipe(running.input);
  let held: Buffer[] | undefined = [];
  try {
    for await (const frames of running.output()) {
      for (const { stream, payload } of frames) {
        // What the engine says when the command does not start comes in the place of its output.
        if (held && stream === 'stdout' && RUNTIME_WORDS.test(textOf([...held, payload]))) held.push(payload);
        else {
          for (const each of held ?? []) await take(each, 'stdout');
          held = undefined;
          await take(payload, stream);
        }
      }
    }
    signal?.throwIfAborted();
    const exitCode = await running.exitCode();
    if (NOT_STARTED.includes(exitCode) && held?.length) throw notRun(name, command, textOf(held));
    for (const each of held ?? []) await take(each, 'stdout');
    return { exitCode, stdout: textOf(kept.stdout), stderr: textOf(kept.stderr) };
  } finally {
    source?.unpipe();
    source?.destroy();
  }
}

/** A string is one chunk, and so are bytes, of which Readable.from() would make numbers. */
function sourceOf(input: NonNullable<ExecOptions['input']>): Readable {
  if (input instanceof Readable) return input;
  return Readable.from(typeof input === 'string' || input instanceof Uint8Array ? [Buffer.from(input)] : input);
}

/** The exit codes of a command that is not there, or cannot be run. */
const NOT_STARTED = [126, 127];

/** How runc and crun, and engines with them, begin what they say. */
const RUNTIME_WORDS = /^(?:OCI runtime|crun:|exec failed|unable to find user)/;

function refusedByRuntime(error: unknown): string {
  const refusal = error instanceof BacklotError ? error.cause : undefined;
  const words = refusal instanceof EngineRefusal ? refusal.message : '';
  return /OCI runtime|crun:|executable file|unable to find user|chdir to cwd/i.test(words) ? words : '';
}

function notRun(name: string, command: readonly string[], words: string): BacklotError {
  const reason = words.trim().replace(/^OCI runtime exec failed: /, '');
  const isMissing = /executable file .*not found|no such file or directory/i.test(reason) && !/chdir/.test(reason);
  if (isMissing) return new BacklotError('BACKLOT_E_COMMAND_NOT_FOUND', `${name} has no program ${command[0]}`);
  return new BacklotError('BACKLOT_E_COMMAND_REFUSED', `${command[0]} cannot be run in ${name}: ${reason}`);
}

function brokenOff(cause: unknown): BacklotError {
  const message = `the connection to the engine broke off: ${(cause as Error).message}`;
  return new BacklotError('BACKLOT_E_ENGINE_FAILED', message, { cause });
}

/** How long the end of a command may take that is not wanted any more. */
const END_LIMIT_MS = 5_000;

/**
 * Ends the processes that have a variable in their environment. An engine can start a command in a container, but not end it; and
 * only within the container its processes have numbers that mean something.
 */
async function endMarked(engine: ContainerEngine, id: string, mark: string, user: string | undefined): Promise<void> {
  const script =
    'for p in /proc/[0-9]*; do ' +
    `tr "\\0" "\\n" <$p/environ 2>/dev/null | grep -qx "${mark}" && kill "\${p#/proc/}" 2>/dev/null; done; :`;
  const command = ['sh', '-c', script];
  let timer: NodeJS.Timeout | undefined;
  try {
    const ending = await engine.openExec(id, { command, input: false, ...(user === undefined ? {} : { user }) });
    timer = setTimeout(() => ending.close(), END_LIMIT_MS);
    for await (const frames of ending.output()) void frames;
  } catch {
    // The container has no shell, or has ended: there is nothing else that could be done.
  } finally {
    clearTimeout(timer);
  }
}

function textOf(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('utf8');
}

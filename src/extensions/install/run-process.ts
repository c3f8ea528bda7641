import { spawn } from 'node:child_process';
import { BacklotError } from '../../api/errors';

/** What one run of a program said. */
export interface ProcessOutput {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProcessRun {
  /** The program, for messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Milliseconds after which it is ended. */
  readonly limit: number;
  readonly signal?: AbortSignal;
}

/** How long a program may take to end by itself after SIGTERM. */
const GRACE_MS = 2_000;
/** More output than this is not kept, in characters. */
const LONGEST_OUTPUT = 4_000_000;

/** Thrown when a program cannot be run at all. */
export class ProgramMissing extends Error {
  override readonly name = 'ProgramMissing';
}

/**
 * Runs a program and gives what it said, whatever its exit code. Throws {@link ProgramMissing} when it cannot be run,
 * and BACKLOT_E_INSTALL_FAILED when it exceeds the limit or the signal fires; it has ended by then.
 */
export async function runProcess(run: ProcessRun): Promise<ProcessOutput> {
  run.signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(run.command, run.args, {
      cwd: run.directory,
      env: run.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let failure: BacklotError | undefined;
    let killTimer: NodeJS.Timeout | undefined;
    const end = (message: string): void => {
      failure ??= new BacklotError('BACKLOT_E_INSTALL_FAILED', message);
      child.kill('SIGTERM');
      killTimer ??= setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
    };
    const limitTimer = setTimeout(() => end(`${run.name} did not finish within ${run.limit / 1000} s`), run.limit);
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
    child.on('error', (cause) => {
      const message = `${run.name} could not be run: ${cause.message}`;
      finish(() => reject(failure ?? new ProgramMissing(message, { cause })));
    });
    child.on('close', (code) => finish(() => (failure ? reject(failure) : resolve({ code, stdout, stderr }))));
  });
}

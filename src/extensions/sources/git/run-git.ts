import { spawn, type ChildProcess } from 'node:child_process';
import { BacklotError } from '../../../api/errors';
import { hideCredentials } from '../../spec';
import { stopped } from '../failures';
import { inSeconds, type FetchLimits } from '../limits';

export interface GitRun {
  readonly args: readonly string[];
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly limits: Pick<FetchLimits, 'silence' | 'total'>;
  /** The host that is talked to, for messages; without one, silence is no failure. */
  readonly host?: string;
  readonly signal?: AbortSignal;
}

/** What one run of git said; credentials are hidden. */
export interface GitOutput {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How long git may take to end by itself after SIGTERM. */
const GRACE_MS = 2_000;
/** How long after its end the pipes of git may stay open: a helper that it left behind can hold them. */
const PIPES_MS = 1_000;
/** More of the errors than this is not kept, in characters. The list of refs is kept whole. */
const LONGEST_ERRORS = 100_000;

/**
 * Runs git and gives what it said, whatever its exit code. Throws BACKLOT_E_GIT_MISSING, BACKLOT_E_HOST_UNREACHABLE when
 * the host says nothing for too long, BACKLOT_E_INSTALL_FAILED when it takes too long in all and when the signal fires.
 * By then git and all that it started have been ended.
 */
export async function runGit(run: GitRun): Promise<GitOutput> {
  if (run.signal?.aborted === true) throw stopped(run.signal);
  return new Promise((resolve, reject) => {
    const child = spawn('git', run.args, {
      cwd: run.directory,
      env: run.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own, for git talks through processes that it starts.
      detached: true,
    });
    let failure: BacklotError | undefined;
    let killTimer: NodeJS.Timeout | undefined;
    const end = (error: BacklotError): void => {
      failure ??= error;
      killGroup(child, 'SIGTERM');
      killTimer ??= setTimeout(() => killGroup(child, 'SIGKILL'), GRACE_MS);
    };
    const totalTimer = setTimeout(() => end(tooLong(run)), run.limits.total);
    const silenceTimer = setTimeout(() => {
      if (run.host !== undefined) end(silent(run.host, run.limits.silence));
    }, run.limits.silence);
    let pipesTimer: NodeJS.Timeout | undefined;
    const onAbort = (): void => end(stopped(run.signal));
    run.signal?.addEventListener('abort', onAbort, { once: true });
    const finish = (settle: () => void): void => {
      for (const timer of [totalTimer, silenceTimer, killTimer, pipesTimer]) clearTimeout(timer);
      run.signal?.removeEventListener('abort', onAbort);
      settle();
    };

    const output: string[] = [];
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.push(text);
      silenceTimer.refresh();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-LONGEST_ERRORS);
      silenceTimer.refresh();
    });
    child.on('exit', () => {
      pipesTimer = setTimeout(() => {
        killGroup(child, 'SIGKILL');
        child.stdout.destroy();
        child.stderr.destroy();
      }, PIPES_MS);
    });
    child.on('error', (error: NodeJS.ErrnoException) => finish(() => reject(failure ?? cannotRun(error))));
    child.on('close', (code) => {
      const said = { code, stdout: output.join(''), stderr: hideCredentials(errors) };
      finish(() => (failure ? reject(failure) : resolve(said)));
    });
  });
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // All of them have ended already.
  }
}

function silent(host: string, limit: number): BacklotError {
  return new BacklotError('BACKLOT_E_HOST_UNREACHABLE', `${host} did not answer within ${inSeconds(limit)}`);
}

function tooLong({ args, host, limits }: GitRun): BacklotError {
  const [command = ''] = args.filter((argument) => !argument.startsWith('-'));
  const from = host === undefined ? '' : ` from ${host}`;
  return new BacklotError(
    'BACKLOT_E_INSTALL_FAILED',
    `git ${command}${from} did not finish within ${inSeconds(limits.total)}`,
    { remedy: 'Try again; for a very large repository, give the URL of a tarball instead.' },
  );
}

function cannotRun(error: NodeJS.ErrnoException): BacklotError {
  const reason = error.code === 'ENOENT' ? 'git is not installed' : `git could not be run: ${error.message}`;
  return new BacklotError('BACKLOT_E_GIT_MISSING', reason, { cause: error });
}

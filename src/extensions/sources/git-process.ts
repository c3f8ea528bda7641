import { spawn } from 'node:child_process';
import { BacklotError } from '../../api/errors';
import { displayUrl } from '../git-spec';

export interface GitRun {
  readonly args: readonly string[];
  readonly directory: string;
  /** The address that it talks to, for messages. */
  readonly url: string;
  /** Milliseconds after which it is ended. */
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
}

/** What git says about itself and its network in these words, in the C locale. */
const NO_HOST =
  /Could not resolve host|Connection refused|Connection timed out|Failed to connect|Network is unreachable|No route to host|Connection reset|unable to connect|early EOF|The requested URL returned error: 5\d\d|Operation too slow|kex_exchange_identification|unable to look up/i;
const NO_REPOSITORY =
  /not found|does not exist|does not appear to be a git repository|Repository not found|could not read Username|Authentication failed|Permission denied|returned error: 40[134]|access rights|not valid: is this a git repository/i;

/**
 * Runs git and gives what it wrote on stdout. It asks nobody for passwords and runs no hooks. Throws
 * BACKLOT_E_GIT_MISSING, BACKLOT_E_HOST_UNREACHABLE, BACKLOT_E_REPOSITORY_NOT_FOUND, BACKLOT_E_INSTALL_FAILED for anything
 * else that git refuses, and the reason of the signal; git and all it started has ended by then.
 */
export async function git({ args, directory, url, limit, signal }: GitRun): Promise<string> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn('git', [...SAFE, ...args], {
      cwd: directory,
      env: { ...process.env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: 'true', ...sshWithoutPrompts() },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: git starts helpers for its transports, which have to go with it.
      detached: true,
    });
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    let failure: Error | undefined;
    const end = (reason: Error): void => {
      failure ??= reason;
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    };
    const timer = setTimeout(() => end(tooSlow(url, limit)), limit);
    const onAbort = (): void => end(signal?.reason instanceof Error ? signal.reason : new Error('it was stopped'));
    signal?.addEventListener('abort', onAbort, { once: true });
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      settle();
    };
    child.on('error', (cause) => finish(() => reject(gitMissing(cause))));
    child.on('close', (code) =>
      finish(() => {
        if (failure !== undefined) reject(failure);
        else if (code === 0) resolve(Buffer.concat(stdout).toString('utf8'));
        else reject(gitError(Buffer.concat(stderr).toString('utf8'), url));
      }),
    );
  });
}

const SAFE = [
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'protocol.ext.allow=never',
  '-c',
  'protocol.file.allow=always',
  '-c',
  'advice.detachedHead=false',
  '-c',
  'gc.auto=0',
];

/** Without a terminal ssh would wait for an answer that never comes. */
function sshWithoutPrompts(): NodeJS.ProcessEnv {
  if (process.env.GIT_SSH_COMMAND || process.env.GIT_SSH) return {};
  return { GIT_SSH_COMMAND: 'ssh -o BatchMode=yes -o ConnectTimeout=15' };
}

function gitMissing(cause: unknown): BacklotError {
  return new BacklotError('BACKLOT_E_GIT_MISSING', 'git cannot be run', { cause });
}

function tooSlow(url: string, limit: number): BacklotError {
  const message = `${hostOf(url)} did not answer git within ${limit / 1000} s`;
  return new BacklotError('BACKLOT_E_HOST_UNREACHABLE', message);
}

function gitError(stderr: string, url: string): BacklotError {
  const words = displayUrl(stderr.trim());
  const details = { cause: words };
  if (NO_HOST.test(stderr)) {
    return new BacklotError('BACKLOT_E_HOST_UNREACHABLE', `${hostOf(url)} cannot be reached by git`, details);
  }
  if (NO_REPOSITORY.test(stderr)) {
    const message = `there is no git repository ${displayUrl(url)}, or it may not be read`;
    return new BacklotError('BACKLOT_E_REPOSITORY_NOT_FOUND', message, details);
  }
  const [first = 'git failed'] = words.split('\n').filter((line) => /^(?:fatal|error):/.test(line));
  return new BacklotError('BACKLOT_E_INSTALL_FAILED', `git cannot fetch ${displayUrl(url)}: ${first}`, details);
}

function hostOf(url: string): string {
  return /^[a-z+]+:\/\/(?:[^/@]*@)?([^/]+)/i.exec(url)?.[1] ?? displayUrl(url);
}

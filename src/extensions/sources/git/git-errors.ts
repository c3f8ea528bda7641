import { BacklotError } from '../../../api/errors';
import type { GitOutput } from './run-git';

/** Nobody was reached, or the connection broke. */
const HOST = oneOf([
  'could not resolve (?:host|proxy)',
  'unable to look up|name or service not known|temporary failure in name resolution',
  'failed to connect|could ?n.t connect|unable to connect',
  'connection (?:refused|timed out|reset|closed)|operation timed out|empty reply from server',
  'no route to host|network is unreachable',
  'ssl certificate problem|certificate verification failed|ssl_connect|gnutls|tls connect',
  'returned error: (?:5\\d\\d|429)',
  'host key verification failed|kex_exchange_identification',
  'early eof|the remote end hung up|unexpected disconnect|invalid index-pack output|rpc failed',
]);
/** Said by a remote that was reached; it may hang up after it. */
const REPOSITORY = oneOf([
  'repository .*not found|does not appear to be a git repository|not valid: is this a git repository',
  'project .*could not be found|no such project|does not exist',
  'authentication failed|could not read (?:username|password)|terminal prompts disabled',
  'permission denied|access denied|not exported',
  'returned error: 4(?!29)\\d\\d',
  'dubious ownership',
]);
const NO_SPACE = /no space left on device|disk quota exceeded|read-only file system/i;
/** How many of git's last lines become the cause. */
const LAST_LINES = 20;

/**
 * The BacklotError of a run of git that failed while it talked to a remote. `host` and `repository` are names for
 * messages.
 */
export function gitError(output: GitOutput, host: string, repository: string): BacklotError {
  const { text, lines, details } = wordsOf(output);
  if (NO_SPACE.test(text)) return localGitError(output, repository);
  if (REPOSITORY.test(text)) return repositoryError(text, repository, details);
  if (/host key verification failed/i.test(text)) {
    return new BacklotError('BACKLOT_E_HOST_UNREACHABLE', `the key of ${host} is not known to ssh`, {
      ...details,
      remedy: 'Add the key of the host to ~/.ssh/known_hosts of the user that runs Backlot (see ssh-keyscan).',
    });
  }
  const said = lines.find((line) => HOST.test(line));
  if (said === undefined) return localGitError(output, repository);
  return new BacklotError('BACKLOT_E_HOST_UNREACHABLE', `${host} cannot be reached: ${withoutPrefix(said)}`, details);
}

/** The BacklotError of a run of git that failed at what it does on this machine. */
export function localGitError(output: GitOutput, repository: string): BacklotError {
  const { text, lines, details } = wordsOf(output);
  const fatal = lines.find((line) => /^(?:fatal|error): /.test(line)) ?? lines.at(-1);
  const said = fatal === undefined ? `git ended with exit code ${output.code}` : withoutPrefix(fatal);
  if (NO_SPACE.test(text)) {
    return new BacklotError('BACKLOT_E_VOLUME_NOT_WRITABLE', `${repository} could not be written: ${said}`, {
      ...details,
      remedy: 'Make room on the disk.',
    });
  }
  return new BacklotError('BACKLOT_E_INSTALL_FAILED', `${repository} could not be fetched: ${said}`, {
    ...details,
    remedy: 'Read git’s own words below the error.',
  });
}

function repositoryError(text: string, repository: string, details: { cause?: string }): BacklotError {
  if (/dubious ownership/i.test(text)) {
    return new BacklotError('BACKLOT_E_REPOSITORY_NOT_FOUND', `${repository} belongs to another user of this machine`, {
      ...details,
      remedy: 'Trust it with `git config --global --add safe.directory PATH`, or change its owner.',
    });
  }
  return new BacklotError(
    'BACKLOT_E_REPOSITORY_NOT_FOUND',
    `there is no ${repository}, or it may not be read`,
    details,
  );
}

/** What git and its helpers wrote, without progress and blank lines. */
function wordsOf({ stderr }: GitOutput): { text: string; lines: string[]; details: { cause?: string } } {
  const lines = stderr
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(?:remote: )?[A-Z][a-z]+(?: [a-z]+)*: +\d+/.test(line));
  const cause = lines.slice(-LAST_LINES).join('\n');
  return { text: lines.join('\n'), lines, details: cause === '' ? {} : { cause } };
}

function withoutPrefix(line: string): string {
  return line.replace(/^(?:fatal|error|ssh): /, '');
}

function oneOf(patterns: readonly string[]): RegExp {
  return new RegExp(patterns.join('|'), 'i');
}

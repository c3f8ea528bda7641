import { BacklotError, type ErrorCode } from '../../../api/errors';
import type { ProcessOutput } from '../run-process';

/** An error as `npm --json` describes it. */
export interface NpmError {
  readonly code: string;
  readonly summary: string;
  readonly detail: string;
}

const UNREACHABLE = new Set([
  'ENOTFOUND',
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ERR_SOCKET_TIMEOUT',
  'EIDLETIMEOUT',
  'ERESPONSETIMEOUT',
  'ETRANSFERTIMEOUT',
  'ECONNECTIONTIMEOUT',
]);
/** What some of npm's codes mean, and how to say it. */
const SIMPLE: readonly (readonly [ReadonlySet<string>, ErrorCode, string])[] = [
  [new Set(['ENOSPC', 'EDQUOT']), 'BACKLOT_E_VOLUME_FULL', 'could not be written'],
  [new Set(['EACCES', 'EPERM', 'EROFS']), 'BACKLOT_E_VOLUME_NOT_WRITABLE', 'could not be written'],
  [new Set(['E401', 'E403', 'ENEEDAUTH']), 'BACKLOT_E_REGISTRY_REFUSED', 'may not be read'],
  [new Set(['EINTEGRITY']), 'BACKLOT_E_INTEGRITY', 'has other bytes than were promised'],
  [new Set(['EJSONPARSE', 'FETCH_ERROR', 'Z_DATA_ERROR']), 'BACKLOT_E_REGISTRY_INVALID', 'cannot be read'],
  [new Set(['ENOTCACHED']), 'BACKLOT_E_OFFLINE', 'was not kept'],
];
/** How many of npm's last lines become the cause. */
const LAST_LINES = 20;

/** What npm said went wrong, out of its JSON or its words; undefined when it says nothing that is understood. */
export function npmErrorOf({ stdout, stderr }: Pick<ProcessOutput, 'stdout' | 'stderr'>): NpmError | undefined {
  const start = stdout.indexOf('{');
  try {
    const parsed = JSON.parse(stdout.slice(start)) as { error?: Partial<NpmError> };
    const { code, summary, detail } = parsed.error ?? {};
    if (typeof code === 'string') return { code, summary: summary ?? '', detail: detail ?? '' };
  } catch {
    // Cut off, or mixed with other output: the words on stderr say the code too.
  }
  const code = /^npm (?:error|ERR!) code (\S+)$/m.exec(stderr)?.[1];
  if (code === undefined) return undefined;
  const lines = npmWords(stderr).filter((line) => !line.startsWith('path '));
  return { code, summary: lines[0] ?? '', detail: lines.slice(1).join('\n') };
}

/** The BacklotError of a failed run of npm. `subject` is what was being installed, for the message. */
export function installError(output: ProcessOutput, subject: string): BacklotError {
  const error = npmErrorOf(output);
  const words = npmWords(output.stderr).slice(-LAST_LINES).join('\n');
  const cause = words === '' ? error?.summary : words;
  const details = cause === undefined || cause === '' ? {} : { cause };
  const code = error?.code ?? '';
  if (code === 'E404') {
    return new BacklotError('BACKLOT_E_PACKAGE_NOT_FOUND', notFoundMessage(error, subject), {
      ...details,
      remedy: 'Check the spelling; a private package needs a registry and a token: backlot login.',
    });
  }
  if (code === 'ETARGET' || code === 'ENOVERSIONS') {
    const wanted = missingSpecOf(error);
    const by = wanted === undefined || sameSubject(wanted, subject) ? '' : `, which ${subject} needs`;
    return new BacklotError('BACKLOT_E_VERSION_NOT_FOUND', `no version matches ${wanted ?? subject}${by}`, details);
  }
  if (UNREACHABLE.has(code) || /^E5\d\d$/.test(code) || /network timeout/.test(error?.summary ?? '')) {
    return new BacklotError(
      'BACKLOT_E_REGISTRY_UNREACHABLE',
      `${subject} could not be fetched: ${firstLine(error?.summary)}`,
      details,
    );
  }
  const said = firstLine(error?.summary);
  const simple = SIMPLE.find(([codes]) => codes.has(code));
  if (simple) return new BacklotError(simple[1], `${subject} ${simple[2]}: ${said}`, details);
  const why = said || `npm ended with exit code ${output.code}`;
  return new BacklotError('BACKLOT_E_INSTALL_FAILED', `${subject} could not be installed: ${why}`, details);
}

/** `name@range` out of the summary of ETARGET: what has no version. */
export function missingSpecOf(error: NpmError | undefined): string | undefined {
  return /(?:No matching version found for|No versions available for) (\S+?)\.?(?:\s|$)/.exec(
    error?.summary ?? '',
  )?.[1];
}

function notFoundMessage(error: NpmError | undefined, subject: string): string {
  const resource = /The requested resource '([^']+)'/.exec(error?.detail ?? '')?.[1];
  const name = resource && nameOf(resource);
  if (name === undefined) return `there is no package ${subject} in the registry`;
  const needed = sameSubject(name, subject) ? '' : `, which ${subject} needs`;
  return `there is no package named ${name} in the registry${needed}`;
}

function sameSubject(spec: string, subject: string): boolean {
  return nameOf(spec) === nameOf(subject);
}

function nameOf(spec: string): string {
  const at = spec.indexOf('@', 1);
  return at === -1 ? spec : spec.slice(0, at);
}

/** The lines that npm wrote about an error, without its prefixes and the path of its log. */
function npmWords(stderr: string): string[] {
  return stderr
    .split('\n')
    .map((line) => line.replace(/^npm (?:error|ERR!|warn|WARN)(?: (?:404|notarget|enoent)(?= |$))?\s*/, '').trim())
    .filter((line) => line !== '' && !/^(?:A complete log of this run|code \S+$|errno |syscall )/.test(line));
}

function firstLine(text: string | undefined): string {
  return text?.split('\n')[0]?.trim() ?? '';
}

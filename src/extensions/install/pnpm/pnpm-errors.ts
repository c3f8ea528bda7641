import { BacklotError, type ErrorCode, type ErrorDetails } from '../../../api/errors';
import type { ProcessOutput } from '../run-process';

/** One error as pnpm’s ndjson reporter tells it. */
export interface PnpmError {
  /** `ERR_PNPM_…`; some errors have none. */
  readonly code?: string;
  readonly message: string;
  /** The folder of the project that it is about. */
  readonly prefix?: string;
}

const UNREACHABLE =
  /NETWORK_ERROR|META_FETCH_FAIL|error sending request|operation timed out|timed out|connection (?:refused|reset|closed)|dns error|ERR_PNPM_FETCH_5\d\d|returned HTTP (?:429|5\d\d)|request failed/i;
const NO_SPACE = /No space left on device|os error 28|Disk quota exceeded|os error 122/i;
const NOT_WRITABLE = /Read-only file system|Permission denied|os error (?:1|13|30)\b/i;
const INTEGRITY = /INTEGRITY|integrity|checksum/i;
const REFUSED = /ERR_PNPM_FETCH_40[13]|returned HTTP 40[13]|Unauthorized|Forbidden/i;
const GARBAGE = /decode|invalid json|expected value|parse|gzip|unexpected end|EOF while/i;

/** The error that ended a run of pnpm; undefined when it says none that is understood. */
export function pnpmErrorOf({ stdout, stderr }: Pick<ProcessOutput, 'stdout' | 'stderr'>): PnpmError | undefined {
  for (const line of `${stderr}\n${stdout}`.split('\n')) {
    if (!line.startsWith('{') || !line.includes('"level":"error"')) continue;
    try {
      const { code, message, prefix, err } = JSON.parse(line) as Partial<PnpmError> & { err?: { message?: string } };
      return {
        ...(code === undefined ? {} : { code }),
        message: message ?? err?.message ?? '',
        ...(prefix === undefined ? {} : { prefix }),
      };
    } catch {
      // A line that was cut off.
    }
  }
  const whole = wholeErrorIn(stdout) ?? wholeErrorIn(stderr);
  if (whole) return whole;
  const words = /^\s*(?:error:|ERROR|\[ERR[^\]]*\])\s*(.+)$/m.exec(stderr)?.[1];
  return words === undefined ? undefined : { message: words };
}

/** The error as a command with `--json` prints it: one object that holds it. */
function wholeErrorIn(text: string): PnpmError | undefined {
  try {
    const { error } = JSON.parse(text.slice(text.indexOf('{'))) as { error?: Partial<PnpmError> };
    return error?.message === undefined ? undefined : { ...error, message: error.message };
  } catch {
    return undefined;
  }
}

/**
 * The BacklotError of a failed run. `subject` is what was being installed. `wanted` is the name and range that were
 * asked for, where there is one: what is missing may be that, or something below it.
 */
export function pnpmInstallError(
  found: PnpmError | undefined,
  output: ProcessOutput,
  subject: string,
  wanted?: { readonly name: string; readonly range: string },
): BacklotError {
  if (!found) {
    const said = lastLines(output.stderr) || lastLines(output.stdout);
    return failure('BACKLOT_E_INSTALL_FAILED', `${subject} could not be installed: pnpm ended with ${output.code}`, {
      ...(said === '' ? {} : { cause: said }),
    });
  }
  const { code = '', message } = found;
  const [summary = ''] = message.split('\n');
  const details = { cause: message };
  if (code === 'ERR_PNPM_FETCH_404' || /returned HTTP 404/.test(summary))
    return notFound(message, subject, wanted?.name, details);
  if (REFUSED.test(code) || REFUSED.test(summary)) {
    return failure('BACKLOT_E_REGISTRY_REFUSED', `the registry does not let us read ${subject}: ${summary}`, details);
  }
  if (code === 'ERR_PNPM_NO_MATCHING_VERSION' || /No matching version found for/.test(message)) {
    return noVersion(message, subject, wanted, details);
  }
  if (NO_SPACE.test(message)) {
    return failure('BACKLOT_E_VOLUME_FULL', `${subject} could not be written: no space is left`, details);
  }
  if (NOT_WRITABLE.test(message) && !UNREACHABLE.test(code)) {
    return failure('BACKLOT_E_VOLUME_NOT_WRITABLE', `${subject} could not be written: ${summary}`, details);
  }
  if (INTEGRITY.test(code) || (INTEGRITY.test(message) && !GARBAGE.test(code))) {
    return failure('BACKLOT_E_INTEGRITY', `${subject}: ${summary}`, details);
  }
  if (/NO_OFFLINE|OFFLINE/.test(message) || /NO_OFFLINE/.test(code)) {
    return failure('BACKLOT_E_OFFLINE', `${subject} was not kept, and nothing is taken from the network`, details);
  }
  if (/META_FETCH_FAIL|NETWORK_ERROR/.test(code) && GARBAGE.test(message) && !/error sending request/.test(message)) {
    return failure(
      'BACKLOT_E_REGISTRY_INVALID',
      `the registry’s answer for ${subject} cannot be read: ${summary}`,
      details,
    );
  }
  if (UNREACHABLE.test(code) || UNREACHABLE.test(message)) {
    return failure('BACKLOT_E_REGISTRY_UNREACHABLE', `${subject} could not be fetched: ${summary}`, details);
  }
  if (GARBAGE.test(message)) {
    const broken = wanted ? 'BACKLOT_E_REGISTRY_INVALID' : 'BACKLOT_E_INSTALL_FAILED';
    return failure(broken, `${subject} cannot be read: ${summary}`, details);
  }
  return failure('BACKLOT_E_INSTALL_FAILED', `${subject} could not be installed: ${summary}`, details);
}

function notFound(message: string, subject: string, wanted: string | undefined, details: ErrorDetails): BacklotError {
  const url = /(?:GET|returned HTTP 404 for) (\S+?):?(?:\s|$)/.exec(message)?.[1];
  const name =
    url === undefined
      ? undefined
      : decodeURIComponent(new URL(url).pathname).replace(/^.*?(@[^/]+\/[^/]+|[^/]+)$/, '$1');
  // The registry has the package, but not the bytes that it promises.
  if (url !== undefined && /\.tgz$/.test(url)) {
    return failure(
      'BACKLOT_E_REGISTRY_INVALID',
      `the registry has no ${url.split('/').at(-1)}, which ${subject} needs`,
      details,
    );
  }
  const needed = name === wanted || name === undefined ? '' : `, which ${subject} needs`;
  return failure(
    'BACKLOT_E_PACKAGE_NOT_FOUND',
    `there is no package named ${name ?? subject} in the registry${needed}`,
    {
      ...details,
      remedy: 'Check the spelling; a private package needs a registry and a token: backlot login.',
    },
  );
}

function noVersion(
  message: string,
  subject: string,
  wanted: { readonly name: string; readonly range: string } | undefined,
  details: ErrorDetails,
): BacklotError {
  const written = /No matching version found for (\S+)/.exec(message)?.[1] ?? subject;
  const spec = written.replace(/^[^@]+@npm:/, '');
  const isOwn = wanted !== undefined && spec === `${wanted.name}@${wanted.range}`;
  return failure(
    'BACKLOT_E_VERSION_NOT_FOUND',
    `no version matches ${spec}${isOwn ? '' : `, which ${subject} needs`}`,
    details,
  );
}

function failure(code: ErrorCode, message: string, details: ErrorDetails): BacklotError {
  return new BacklotError(code, message, details);
}

/** How many of pnpm’s last lines become the cause. */
const LAST_LINES = 20;

function lastLines(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.includes('"level":"debug"'));
  return lines.slice(-LAST_LINES).join('\n');
}

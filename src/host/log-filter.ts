import { BacklotError } from '../api/errors';
import type { LogLine } from '../engine/log-lines';
import { LOG_LEVELS, type LogLevel } from './log-levels';
import { type ParsedLogLine, parseLogLine } from './log-line';
import { READY_MARKER } from './wait';

/** Which lines of a log are wanted. */
export interface LogSelection {
  /** Only those of the extensions of these names. */
  readonly extensions?: readonly string[];
  /** Only those of this level, and graver ones. */
  readonly level?: LogLevel;
}

const NOTHING: ParsedLogLine = { extension: undefined, level: undefined };

/**
 * Says of each line which extension wrote it, and with which level. A line that does not say so by itself, as those of a
 * stack, belongs to the one before it on the same stream.
 */
export class LogScopes {
  readonly #last = { stdout: NOTHING, stderr: NOTHING };

  /** To be asked once for each line, in their order. */
  of({ stream, line }: LogLine): ParsedLogLine {
    if (line.trim() === READY_MARKER) return NOTHING;
    const parsed = parseLogLine(line);
    if (parsed.level !== undefined) this.#last[stream] = parsed;
    return this.#last[stream];
  }
}

/**
 * Whether a line is wanted. Lines that say nothing of a level come with every one: nobody knows how grave they are.
 *
 * Throws `BACKLOT_E_OPTION_INVALID` for a level that is none.
 */
export function logFilter({ extensions, level }: LogSelection): (scope: ParsedLogLine) => boolean {
  const least = level === undefined ? LOG_LEVELS.length : LOG_LEVELS.indexOf(level);
  if (least === -1) {
    throw new BacklotError('BACKLOT_E_OPTION_INVALID', `"${level}" is not a level of the log`, {
      remedy: `It may be one of ${LOG_LEVELS.join(', ')}.`,
    });
  }
  const names = extensions?.length ? new Set(extensions) : undefined;
  return (scope) => {
    if (names && !(scope.extension !== undefined && names.has(scope.extension))) return false;
    return scope.level === undefined || (LOG_LEVELS as readonly string[]).indexOf(scope.level) <= least;
  };
}

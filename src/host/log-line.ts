/** What a log line of the platform says about itself. */
export interface ParsedLogLine {
  /** The extension that wrote it; undefined for the platform's own lines and for any other text. */
  readonly extension: string | undefined;
  readonly level: string | undefined;
}

/** The scopes under which the platform itself logs. They are not extensions. */
const PLATFORM_SCOPES: ReadonlySet<string> = new Set(['gateway', 'extensions', 'runtime', 'state', 'init', 'backlot']);

/** `12:00:01.204 info  [hello-world] text`, or an ISO time in front when it was not written to a terminal. */
const HUMAN_LINE = /^(?:\d{4}-\d\d-\d\dT)?\d\d:\d\d:\d\d(?:\.\d+)?Z? +([a-z]+) +\[([^\]\s]+)\](?: |$)/;

const NOTHING: ParsedLogLine = { extension: undefined, level: undefined };

/** Reads a line of the platform's log, as people see it or as JSON (`LOG_FORMAT=json`). Any other line says nothing. */
export function parseLogLine(line: string): ParsedLogLine {
  if (line.startsWith('{')) return parseJsonLine(line);
  const match = HUMAN_LINE.exec(line);
  return match ? describe(match[2], match[1]) : NOTHING;
}

function parseJsonLine(line: string): ParsedLogLine {
  try {
    const { extension, level, message } = JSON.parse(line) as Record<string, unknown>;
    // Any program may write JSON: only a line with a level and a message is one of the platform's.
    if (typeof level !== 'string' || typeof message !== 'string') return NOTHING;
    return describe(typeof extension === 'string' ? extension : undefined, level);
  } catch {
    return NOTHING;
  }
}

function describe(scope: string | undefined, level: string | undefined): ParsedLogLine {
  return { extension: scope !== undefined && PLATFORM_SCOPES.has(scope) ? undefined : scope, level };
}

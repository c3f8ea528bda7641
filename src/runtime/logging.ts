import { Writable } from 'node:stream';
import winston, { type Logger } from 'winston';
import { AccessLog, describeAccess, type WriteEntry } from './access-log';
import { logText } from './log-text';
import type { AccessEntry } from '../gateway/access-entry';
import type { LogFormat, LogLevel } from './settings';

/** The word that clients wait for in the log. Until it has been printed, no other line may contain it. */
const MARKER_WORD = /Ready/g;

export interface LoggingOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Where the lines go, as objects and as the text for the console; to the console when left out. */
  readonly sink?: (line: LoggedLine, text: string) => void;
}

/** A line of the log before it is written for people or programs. */
export interface LoggedLine extends Labels {
  /** In ISO 8601. */
  readonly timestamp: string;
  readonly level: LogLevel;
  readonly message: string;
  /** Of an error that was logged. */
  readonly stack?: string;
}

/** The log of a process: one line an event; errors and warnings go to stderr, the rest to stdout. */
export class Logging {
  #markerPrinted = false;
  readonly #root: Logger;
  readonly #accessLine: WriteEntry;

  constructor(options: LoggingOptions) {
    const { combine, errors, splat, timestamp, json, printf } = winston.format;
    const guardMarker = winston.format((info) => this.#guardMarker(info))();
    const batches = winston.format((info) => this.#writeBatch(info))();
    this.#accessLine = options.format === 'json' ? jsonLine : humanAccessLines();
    const shape = options.format === 'json' ? json() : printf(humanLine);
    this.#root = winston.createLogger({
      levels: { error: 0, warn: 1, info: 2, debug: 3, trace: 4 },
      level: options.level,
      format: combine(errors({ stack: true }), splat(), timestamp(), guardMarker, shape, batches),
      transports: [options.sink ? sinkTransport(options.sink) : consoleTransport()],
    });
  }

  /** The logger of a part of the platform: `gateway`, `extensions`, `runtime`, `init`. */
  scope(name: string): Logger {
    return this.#root.child({ scope: name });
  }

  /** The log of requests, whose lines go out together. */
  access(): AccessLog {
    const logger = this.#root.child({ scope: ACCESS_SCOPE });
    return new AccessLog(this.#accessLine, (lines) => logger.log({ level: ACCESS_LEVEL, message: '', [BATCH]: lines }));
  }

  /** The logger of an extension. */
  extension(name: string): Logger {
    return this.#root.child({ extension: name });
  }

  /** Says that the `Ready.` marker is out, so that lines may contain the word from now on. */
  markerPrinted(): void {
    this.#markerPrinted = true;
  }

  /** Gives an event that stands for several lines its text. */
  #writeBatch(info: winston.Logform.TransformableInfo): winston.Logform.TransformableInfo {
    const lines = info[BATCH] as string | undefined;
    if (lines !== undefined) info[TEXT] = this.#markerPrinted ? lines : hideMarker(lines);
    return info;
  }

  /** Clients take the first line with the word for the marker: the word is written small until then. */
  #guardMarker(info: winston.Logform.TransformableInfo): winston.Logform.TransformableInfo {
    if (this.#markerPrinted) return info;
    for (const key of ['message', 'stack'] as const) {
      if (typeof info[key] === 'string') info[key] = hideMarker(info[key]);
    }
    return info;
  }
}

function hideMarker(text: string): string {
  return text.replace(MARKER_WORD, 'ready');
}

function consoleTransport(): winston.transport {
  return new winston.transports.Console({ stderrLevels: ['error', 'warn'] });
}

/** The key under which winston keeps the text of a line. */
const TEXT = Symbol.for('message');

function sinkTransport(sink: (line: LoggedLine, text: string) => void): winston.transport {
  const stream = new Writable({
    objectMode: true,
    write: (line: LoggedLine & { [TEXT]?: string }, _encoding, done) => {
      sink(line, line[TEXT] ?? line.message);
      done();
    },
  });
  return new winston.transports.Stream({ stream });
}

/** The key under which an event holds lines of the access log. */
const BATCH = Symbol('backlot.batch');

/** What a child logger adds to its lines. */
interface Labels {
  readonly scope?: string;
  readonly extension?: string;
}

/** What lines of the access log are marked with. */
const ACCESS_SCOPE = 'gateway';
const ACCESS_LEVEL = 'info';

/** A line of the access log as winston writes any other, with its keys in order; it takes four times as long for it. */
function jsonLine(entry: AccessEntry, timestamp: string): string {
  const { complete, extension, host, method, milliseconds, path, status } = entry;
  const [level, scope, message] = [ACCESS_LEVEL, ACCESS_SCOPE, describeAccess(entry)];
  const line = { complete, extension, host, level, message, method, milliseconds, path, scope, status, timestamp };
  return JSON.stringify(line);
}

/** Writes lines of the access log for people. What they begin with is made once for all of one time. */
function humanAccessLines(): WriteEntry {
  const { isTTY } = process.stdout;
  let last = '';
  let head = '';
  return (entry, timestamp) => {
    if (timestamp !== last) {
      head = logText({ level: ACCESS_LEVEL, timestamp, label: ACCESS_SCOPE, message: '' }, isTTY);
      last = timestamp;
    }
    return head + describeAccess(entry);
  };
}

function humanLine(info: winston.Logform.TransformableInfo): string {
  const { level, message, timestamp, scope, extension, stack, ...rest } = info as typeof info & Labels;
  const details = Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : '';
  const text = typeof stack === 'string' ? withStack(String(message), stack) : String(message);
  const line = { level, message: `${text}${details}`, timestamp: String(timestamp) };
  return logText({ ...line, label: extension ?? scope ?? 'backlot' }, process.stdout.isTTY);
}

/** The stack of an error begins with its message, which need not stand twice. */
function withStack(message: string, stack: string): string {
  return stack.includes(message) ? stack : `${message}\n${stack}`;
}

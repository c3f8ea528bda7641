import { BacklotError } from '../api/errors';
import type { ContainerDetails, ContainerEngine } from './engine';
import { gatherChunks } from './gather-chunks';
import { LineSplitter, lineText } from './line-splitter';
import { type LogFrame, readFrames, readPlain } from './log-frames';
import type { LogPosition } from './log-position';
import { nanosecondsToUnix, parseSince, unixSeconds } from './since';

/** A line of a container's log. */
export interface LogLine {
  /** When the engine took the line from the container, by the engine's clock. */
  readonly time: Date;
  /** Where the container wrote it. */
  readonly stream: 'stdout' | 'stderr';
  /** The text, without its line end. */
  readonly line: string;
}

/** What a container wrote to each of its streams. Either may be empty. */
export interface LogBytes {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** What part of a log to read. */
export interface LogOptions {
  /** Go on with what is written from now on, until the container ends or the signal is aborted. */
  readonly follow?: boolean;
  /** Only this many lines from the end. */
  readonly tail?: number;
  /** Only lines from then on: how long ago (`10m`), an ISO time, Unix seconds, or a Date. */
  readonly since?: string | number | Date;
  /** Ends the reading, quietly. */
  readonly signal?: AbortSignal;
}

/**
 * The lines of a container's log, in batches as they come from the engine: for readers that must keep up with a container
 * that writes a lot. Lines of one stream come in their order. No more is read than is asked for. With a position, it goes on
 * where the last reading with that position ended.
 *
 * Throws `BACKLOT_E_OPTION_INVALID` for a `since` or `tail` that cannot be understood, `BACKLOT_E_ENGINE_FAILED` when the
 * engine goes away.
 */
export async function* readLogBatches(
  engine: ContainerEngine,
  container: ContainerDetails,
  options: LogOptions = {},
  position?: LogPosition,
): AsyncGenerator<LogLine[]> {
  const streams = { stdout: new StreamLines('stdout', position), stderr: new StreamLines('stderr', position) };
  const take = container.terminal
    ? (frame: LogFrame, lines: LogLine[]) => streams.stdout.takePlain(frame.payload, lines)
    : (frame: LogFrame, lines: LogLine[]) => streams[frame.stream].take(frame.payload, lines);
  for await (const frames of readLogFrames(engine, container, options, position)) {
    const lines: LogLine[] = [];
    for (const frame of frames) take(frame, lines);
    if (lines.length > 0) yield lines;
  }
  if (options.signal?.aborted) return;
  const rest = container.terminal ? streams.stdout.endPlain() : [...streams.stdout.end(), ...streams.stderr.end()];
  if (rest.length > 0) yield rest;
}

/**
 * What a container wrote, in batches as it comes from the engine, for readers that only hand it on: the bytes of whole messages,
 * without the engine's times. The rest is as with {@link readLogBatches}, and so is what is thrown.
 */
export async function* readLogBytes(
  engine: ContainerEngine,
  container: ContainerDetails,
  options: LogOptions = {},
  position?: LogPosition,
): AsyncGenerator<LogBytes> {
  if (container.terminal) {
    // Here a message has no beginning but that of its line.
    for await (const lines of readLogBatches(engine, container, options, position)) {
      yield { stdout: Buffer.from(lines.map(({ line }) => `${line}\n`).join('')), stderr: NOTHING };
    }
    return;
  }
  const ends = { stdout: LINE_FEED, stderr: LINE_FEED };
  for await (const frames of readLogFrames(engine, container, options, position)) {
    const pieces = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    for (const { stream, payload } of frames) {
      const time = engineTimeOf(payload);
      if (time !== '' && position?.isNew(stream, time) === false) continue;
      const message = time === '' ? payload : payload.subarray(time.length + 1);
      pieces[stream].push(message);
      ends[stream] = message.at(-1) ?? ends[stream];
    }
    yield { stdout: Buffer.concat(pieces.stdout), stderr: Buffer.concat(pieces.stderr) };
  }
  // What another run writes begins in a line of its own.
  if (options.signal?.aborted) return;
  yield {
    stdout: ends.stdout === LINE_FEED ? NOTHING : Buffer.of(LINE_FEED),
    stderr: ends.stderr === LINE_FEED ? NOTHING : Buffer.of(LINE_FEED),
  };
}

/**
 * Whether the last message of a log is the one that was read last with that position: to read the rest only to find none, the
 * engine would have to look through all of it. Throws what {@link readLogBatches} throws.
 */
export async function isReadToEnd(
  engine: ContainerEngine,
  container: ContainerDetails,
  position: LogPosition,
): Promise<boolean> {
  if (container.terminal) return false;
  for await (const frames of readLogFrames(engine, container, { tail: 1 }, undefined)) {
    const last = frames.at(-1);
    if (last) return position.isLast(last.stream, engineTimeOf(last.payload));
  }
  return false;
}

/** The messages of a log, those that the position does not know among others. */
async function* readLogFrames(
  engine: ContainerEngine,
  container: ContainerDetails,
  options: LogOptions,
  position: LogPosition | undefined,
): AsyncGenerator<LogFrame[]> {
  const { signal } = options;
  const readBefore = position?.begin();
  const request = {
    ...(options.follow === undefined ? {} : { follow: options.follow }),
    ...(readBefore === undefined ? partOf(options) : { since: nanosecondsToUnix(readBefore) }),
    ...(signal ? { signal } : {}),
  };
  if (signal?.aborted) return;
  try {
    const source = gatherChunks(await engine.openLog(container.id, request));
    yield* container.terminal ? readPlain(source) : readFrames(source);
  } catch (error) {
    if (signal?.aborted) return;
    if (error instanceof BacklotError) throw error;
    throw new BacklotError('BACKLOT_E_ENGINE_FAILED', `the log broke off: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** `2026-01-02T12:00:01.204123456Z `, which the engine writes in front of each message. */
const ENGINE_TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) /;
const ENGINE_TIME_MAX_BYTES = 40;

/** Where Docker, which writes all its digits, ends a time: with a Z and a space. */
const DOCKER_TIME_LENGTH = 30;
const DOCKER_TIME_END = [0x5a, 0x20];

const LINE_FEED = 0x0a;

const NOTHING = Buffer.alloc(0);

/** The lines of one of the two streams. */
class StreamLines {
  #splitter = new LineSplitter();
  #time = new Date(0);
  #parsed = { text: '', time: new Date(0) };

  constructor(
    private readonly stream: LogLine['stream'],
    private readonly position: LogPosition | undefined,
  ) {}

  /**
   * Takes a frame: one message, with the engine's time in front. A long line comes as several messages, each with its
   * time, and only the last one ends with a line end. What it completes is added to the lines.
   */
  take(payload: Buffer, lines: LogLine[]): void {
    const text = engineTimeOf(payload);
    if (text !== '' && this.position?.isNew(this.stream, text) === false) return;
    const time = text === '' ? this.#time : this.#parse(text);
    const message = text === '' ? payload : payload.subarray(text.length + 1);
    const isInLine = this.#splitter.isInLine;
    if (!isInLine) this.#time = time;
    // Nearly every message is one whole line.
    if (!isInLine && message.length > 0 && message.indexOf(LINE_FEED) === message.length - 1) {
      lines.push({ time, stream: this.stream, line: lineText(message.subarray(0, -1)) });
      return;
    }
    const completed = this.#splitter.push(message);
    for (const [index, line] of completed.entries()) {
      lines.push({ time: index === 0 ? this.#time : time, stream: this.stream, line });
    }
    if (completed.length > 0) this.#time = time;
  }

  /** Many messages of a container that writes a lot have the same time, but for what a Date does not tell. */
  #parse(text: string): Date {
    const [start, zone] = [text.slice(0, 23), text.at(-1)];
    const key = zone === 'Z' ? start : text;
    if (this.#parsed.text !== key) this.#parsed = { text: key, time: new Date(text) };
    return this.#parsed.time;
  }

  /** Takes bytes without frames: the engine's time stands in front of each line. */
  takePlain(payload: Buffer, lines: LogLine[]): void {
    for (const line of this.#splitter.push(payload)) lines.push(...this.#withoutTime(line));
  }

  /** The last line of frames, when it had no line end. */
  end(): LogLine[] {
    return this.#splitter.end().map((line) => ({ time: this.#time, stream: this.stream, line }));
  }

  /** The last line of bytes without frames, when it had no line end. */
  endPlain(): LogLine[] {
    return this.#splitter.end().flatMap((line) => this.#withoutTime(line));
  }

  #withoutTime(line: string): LogLine[] {
    const match = ENGINE_TIME.exec(line);
    if (match && this.position?.isNew(this.stream, match[1]!) === false) return [];
    if (match) this.#time = new Date(match[1]!);
    return [{ time: this.#time, stream: this.stream, line: match ? line.slice(match[0].length) : line }];
  }
}

/** The time in front of a message, without the space after it; empty when there is none. */
function engineTimeOf(payload: Buffer): string {
  const [zone, space] = DOCKER_TIME_END;
  if (payload[DOCKER_TIME_LENGTH] === space && payload[DOCKER_TIME_LENGTH - 1] === zone) {
    return payload.toString('latin1', 0, DOCKER_TIME_LENGTH);
  }
  return ENGINE_TIME.exec(payload.toString('latin1', 0, ENGINE_TIME_MAX_BYTES))?.[1] ?? '';
}

function partOf({ tail, since }: LogOptions): { tail?: number; since?: string } {
  return {
    ...(tail === undefined ? {} : { tail: checkTail(tail) }),
    ...(since === undefined ? {} : { since: sinceOf(since) }),
  };
}

function sinceOf(since: string | number | Date): string {
  return since instanceof Date ? unixSeconds(since.getTime()) : parseSince(String(since));
}

function checkTail(tail: number): number {
  if (Number.isInteger(tail) && tail >= 0) return tail;
  throw new BacklotError('BACKLOT_E_OPTION_INVALID', `tail: ${tail} is not a number of lines`);
}

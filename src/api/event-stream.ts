/** Server-sent events, as the HTML standard has them. */

/** One event. Pages see those without a name as `message`. */
export interface ServerSentEvent {
  readonly event?: string;
  /** A string may have several lines; anything else is sent as JSON. */
  readonly data?: unknown;
  /** What a page sends as `Last-Event-ID` when it connects again. */
  readonly id?: string | number;
  /** How long a page waits before it connects again, in milliseconds. */
  readonly retry?: number;
  /** Is seen by nobody but who reads the wire. */
  readonly comment?: string;
}

export interface EventStreamOptions {
  /** After how many milliseconds of silence a comment keeps the connection open; 0 for never. 15 000 when left out. */
  readonly heartbeat?: number;
}

type Events = AsyncIterable<ServerSentEvent | string>;

const HEARTBEAT_MS = 15_000;
const HEARTBEAT = ':\n\n';
const FIELDS: ReadonlySet<string> = new Set(['event', 'data', 'id', 'retry', 'comment']);

/**
 * Makes what an endpoint returns to send server-sent events, each at once. The source is an async iterable of events,
 * or a function that makes one, such as an async generator function. A string is an event with nothing but data. When
 * the client goes away, the signal that the function gets is aborted, and the iterable is told to return: `finally`
 * runs in a generator.
 */
export function eventStream(
  source: Events | ((signal: AbortSignal) => Events),
  options: EventStreamOptions = {},
): EventStream {
  return new EventStream(source, options.heartbeat ?? HEARTBEAT_MS);
}

/** The text of server-sent events, piece by piece; see {@link eventStream}. */
export class EventStream implements AsyncIterable<string> {
  readonly headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform' } as const;
  readonly #source: Events | ((signal: AbortSignal) => Events);
  readonly #heartbeat: number;

  constructor(source: Events | ((signal: AbortSignal) => Events), heartbeat: number) {
    this.#source = source;
    this.#heartbeat = heartbeat;
  }

  [Symbol.asyncIterator](): AsyncIterator<string> {
    const controller = new AbortController();
    const events = typeof this.#source === 'function' ? this.#source(controller.signal) : this.#source;
    const iterator = events[Symbol.asyncIterator]();
    let coming: Promise<IteratorResult<ServerSentEvent | string>> | undefined;
    return {
      next: async () => {
        coming ??= iterator.next();
        const result = await firstOf(coming, this.#heartbeat);
        if (result === undefined) return { done: false, value: HEARTBEAT };
        coming = undefined;
        return result.done ? { done: true, value: undefined } : { done: false, value: format(result.value) };
      },
      return: async () => {
        controller.abort(new DOMException('the client went away', 'AbortError'));
        // What was asked for last is awaited by nobody any more.
        coming?.catch(() => undefined);
        await iterator.return?.();
        return { done: true, value: undefined };
      },
    };
  }
}

/** What a promise gives, or undefined when it takes longer than so many milliseconds. */
async function firstOf<T>(promise: Promise<T>, milliseconds: number): Promise<T | undefined> {
  if (milliseconds === 0) return promise;
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, milliseconds, undefined).unref();
  });
  try {
    return await Promise.race([promise, silence]);
  } finally {
    clearTimeout(timer);
  }
}

/** An event as text. Throws a TypeError for what is none. */
function format(given: ServerSentEvent | string): string {
  const event = typeof given === 'string' ? { data: given } : given;
  assertEvent(event);
  let text = '';
  if (event.comment !== undefined) text += linesOf('', event.comment);
  if (event.event !== undefined) text += lineOf('event', event.event);
  if (event.id !== undefined) text += lineOf('id', String(event.id));
  if (event.retry !== undefined) text += lineOf('retry', String(event.retry));
  if (event.data !== undefined) {
    text += linesOf('data', typeof event.data === 'string' ? event.data : (JSON.stringify(event.data) ?? ''));
  }
  return `${text}\n`;
}

function assertEvent(event: unknown): asserts event is ServerSentEvent {
  const names = typeof event === 'object' && event !== null ? Object.keys(event) : [];
  if (names.length > 0 && names.every((name) => FIELDS.has(name))) return;
  const what = typeof event === 'object' ? JSON.stringify(event) : typeof event;
  throw new TypeError(`an event is a string, or has event, data, id, retry or comment and nothing else; not ${what}`);
}

function lineOf(name: string, value: string): string {
  if (/[\r\n\0]/.test(value)) throw new TypeError(`the ${name} of an event has a line break: ${JSON.stringify(value)}`);
  return `${name}: ${value}\n`;
}

function linesOf(name: string, value: string): string {
  return value
    .split(/\r\n|\r|\n/)
    .map((line) => `${name}: ${line}\n`)
    .join('');
}

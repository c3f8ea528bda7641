import http from 'node:http';
import https from 'node:https';
import { createInterface } from 'node:readline';
import { BacklotError, ERROR_TABLE, type SerializedError } from '../api/errors';

/** A step of a change, or its end, as the platform tells it: one JSON object a line. */
export interface LiveLine {
  /** `done` for the last line of a change that was made; anything else is a step on the way. */
  readonly phase?: string;
  readonly [key: string]: unknown;
}

/** An extension of a running platform. */
export interface LiveExtension {
  readonly name: string;
  readonly state: string;
  /** As its entry writes it. */
  readonly spec: string;
  readonly package?: string;
  readonly version?: string;
  readonly description?: string;
  readonly author?: string;
}

/** What is to be added; the keys of an entry of extensions.json. */
export interface LiveEntry {
  readonly spec: string;
  readonly name?: string;
  readonly config?: unknown;
  readonly required?: boolean;
  readonly allowScripts?: boolean;
  /** Whether it is to be there after a restart, too; so it is, unless this is false. */
  readonly persist?: boolean;
  /** What exactly the spec is, as the lock has it. */
  readonly locked?: object;
}

/** How long a platform may say nothing: an installation over a slow network has long steps. */
const SILENCE_LIMIT_MS = 600_000;

/** How long it may take to list what it has. */
const LIST_LIMIT_MS = 5_000;

/**
 * The extensions of a platform that runs, asked and changed over HTTP.
 *
 * The methods that change something give each line as it comes, the one of phase `done` last. They throw the
 * BacklotError that the platform answers with, and BACKLOT_E_LIVE_FAILED when nothing answers, or something else does.
 */
export class LiveExtensions {
  /** The address of the gateway, and the token that it wants, when it wants one. */
  constructor(
    private readonly url: string,
    private readonly token: string | undefined = process.env.BACKLOT_ADMIN_TOKEN || undefined,
  ) {}

  /** What it has. */
  async list(): Promise<LiveExtension[]> {
    const response = await this.#request('GET', '/_backlot/extensions', undefined, LIST_LIMIT_MS);
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
    const { extensions } = (parse(text) ?? {}) as { extensions?: unknown };
    if (response.statusCode === 200 && Array.isArray(extensions)) return extensions as LiveExtension[];
    throw this.#failed(`answered with HTTP ${response.statusCode} to the question what it has`);
  }

  /** Whether it runs in a container, which does not see the folders of this machine. */
  async isContainer(): Promise<boolean> {
    const response = await this.#request('GET', '/_backlot/info', undefined, LIST_LIMIT_MS);
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
    return (parse(text) as { is_docker?: unknown } | undefined)?.is_docker === true;
  }

  /** Installs and starts an extension. */
  add(entry: LiveEntry): AsyncGenerator<LiveLine> {
    return this.#change('POST', '/_backlot/extensions', entry);
  }

  /** Stops an extension and removes it. */
  remove(name: string): AsyncGenerator<LiveLine> {
    return this.#change('DELETE', `/_backlot/extensions/${encodeURIComponent(name)}`);
  }

  /** Replaces an extension by what its package is now. */
  reload(name: string): AsyncGenerator<LiveLine> {
    return this.#change('POST', `/_backlot/extensions/${encodeURIComponent(name)}/reload`);
  }

  async *#change(method: string, path: string, body?: object): AsyncGenerator<LiveLine> {
    const response = await this.#request(method, path, body, SILENCE_LIMIT_MS);
    let last: LiveLine | undefined;
    try {
      // An error of the socket does not end the lines by itself.
      const broken = new Promise<never>((_resolve, reject) => response.once('error', reject));
      broken.catch(() => undefined);
      const lines = createInterface({ input: response, crlfDelay: Infinity })[Symbol.asyncIterator]();
      for (;;) {
        const next = await Promise.race([lines.next(), broken]);
        if (next.done) break;
        if (next.value.trim() === '') continue;
        last = asLine(next.value);
        if (last === undefined) throw this.#failed(`answered with HTTP ${response.statusCode} and what is no JSON`);
        const error = errorOf(last);
        if (error) throw error;
        yield last;
      }
    } catch (thrown) {
      if (thrown instanceof BacklotError) throw thrown;
      throw this.#failed('broke off', thrown);
    } finally {
      response.destroy();
    }
    if (last?.phase !== 'done')
      throw this.#failed(`ended its answer (HTTP ${response.statusCode}) without saying how it went`);
  }

  #request(method: string, path: string, body: object | undefined, limit: number): Promise<http.IncomingMessage> {
    // Not by fetch, whose headers are those of a browser's page, which may change nothing.
    const target = new URL(this.url.replace(/\/$/, '') + path);
    const { request } = target.protocol === 'https:' ? https : http;
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const call = request(target, {
        method,
        agent: false,
        timeout: limit,
        headers: {
          accept: 'application/x-ndjson, application/json',
          ...(text === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
          ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
        },
      });
      call.once('response', resolve);
      call.on('timeout', () => call.destroy(new Error(`it said nothing for ${limit / 1000} s`)));
      call.on('error', (error) => reject(this.#failed('did not answer', error)));
      call.end(text);
    });
  }

  #failed(how: string, cause?: unknown): BacklotError {
    const why = cause instanceof Error ? `: ${cause.message || (cause as NodeJS.ErrnoException).code}` : '';
    return new BacklotError('BACKLOT_E_LIVE_FAILED', `the Backlot at ${this.url} ${how}${why}`, { cause });
  }
}

/** The error that a line tells of; undefined when it tells of none. */
function errorOf(line: LiveLine): BacklotError | undefined {
  const error = line.error as Partial<SerializedError> | undefined;
  if (typeof error !== 'object' || error === null) return undefined;
  const message = error.message ?? 'the change failed';
  // A platform that is newer than this command may have codes that are not known here.
  const isKnown = error.code !== undefined && error.code in ERROR_TABLE;
  if (isKnown) return BacklotError.from(error as SerializedError);
  const told = error.code === undefined ? message : `${String(error.code)}  ${message}`;
  return new BacklotError('BACKLOT_E_LIVE_FAILED', told, error.remedy === undefined ? {} : { remedy: error.remedy });
}

function asLine(text: string): LiveLine | undefined {
  const value = parse(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as LiveLine) : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

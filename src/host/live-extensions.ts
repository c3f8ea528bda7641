import { createInterface } from 'node:readline';
import { BacklotError } from '../api/errors';
import { LivePlatform, parseJson } from './live-platform';
import { toldError } from './told-error';

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
  /** An absolute path, as the platform sees it. */
  readonly seed?: string;
  readonly required?: boolean;
  readonly allowScripts?: boolean;
  /** Whether it is to be there after a restart, too; so it is, unless this is false. */
  readonly persist?: boolean;
  /** What exactly the spec is, as the lock has it. */
  readonly locked?: object;
}

/** How long a platform may say nothing: an installation over a slow network has long steps. */
const SILENCE_LIMIT_MS = 600_000;

/**
 * The extensions of a platform that runs, asked and changed over HTTP.
 *
 * The methods that change something give each line as it comes, the one of phase `done` last. They throw the
 * BacklotError that the platform answers with, and BACKLOT_E_LIVE_FAILED when nothing answers, or something else does.
 */
export class LiveExtensions {
  readonly #platform: LivePlatform;

  /** The address of the gateway, and the token that it wants, when it wants one. */
  constructor(url: string, token?: string) {
    this.#platform = new LivePlatform(url, token);
  }

  /** What it has. */
  async list(): Promise<LiveExtension[]> {
    const { status, body } = await this.#platform.ask('/_backlot/extensions');
    const { extensions } = (body ?? {}) as { extensions?: unknown };
    if (status === 200 && Array.isArray(extensions)) return extensions as LiveExtension[];
    throw this.#platform.failed(`answered with HTTP ${status} to the question what it has`);
  }

  /** Whether it runs in a container, which does not see the folders of this machine. */
  async isContainer(): Promise<boolean> {
    const { body } = await this.#platform.ask('/_backlot/info');
    return (body as { is_docker?: unknown } | undefined)?.is_docker === true;
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
    const response = await this.#platform.request(method, path, body, SILENCE_LIMIT_MS);
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
        if (last === undefined)
          throw this.#platform.failed(`answered with HTTP ${response.statusCode} and what is no JSON`);
        const error = toldError(last);
        if (error) throw error;
        yield last;
      }
    } catch (thrown) {
      if (thrown instanceof BacklotError) throw thrown;
      throw this.#platform.failed('broke off', thrown);
    } finally {
      response.destroy();
    }
    if (last?.phase !== 'done')
      throw this.#platform.failed(`ended its answer (HTTP ${response.statusCode}) without saying how it went`);
  }
}

function asLine(text: string): LiveLine | undefined {
  const value = parseJson(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as LiveLine) : undefined;
}

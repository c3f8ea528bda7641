import http from 'node:http';
import https from 'node:https';
import { BacklotError } from '../api/errors';

/** How long it may take to tell what it has. */
const ANSWER_LIMIT_MS = 5_000;

/** A platform that runs, asked over HTTP. */
export class LivePlatform {
  /** The address of the gateway, and the token that it wants, when it wants one. */
  constructor(
    private readonly url: string,
    private readonly token: string | undefined = process.env.BACKLOT_ADMIN_TOKEN || undefined,
  ) {}

  /** Asks for something: the status, and the body as JSON; undefined where it is none. Throws BACKLOT_E_LIVE_FAILED. */
  async ask(path: string): Promise<{ status: number | undefined; body: unknown }> {
    const response = await this.request('GET', path, undefined, ANSWER_LIMIT_MS);
    let text = '';
    try {
      for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
    } catch (error) {
      throw this.failed('broke off', error);
    }
    return { status: response.statusCode, body: parseJson(text) };
  }

  /** Sends a request; gives the response when its head is there. Throws BACKLOT_E_LIVE_FAILED. */
  request(method: string, path: string, body: object | undefined, limit: number): Promise<http.IncomingMessage> {
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
      call.on('error', (error) => reject(this.failed('did not answer', error)));
      call.end(text);
    });
  }

  /** BACKLOT_E_LIVE_FAILED, with how it failed. */
  failed(how: string, cause?: unknown): BacklotError {
    const why = cause instanceof Error ? `: ${cause.message || (cause as NodeJS.ErrnoException).code}` : '';
    return new BacklotError('BACKLOT_E_LIVE_FAILED', `the Backlot at ${this.url} ${how}${why}`, { cause });
  }
}

/** The value of a JSON text; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

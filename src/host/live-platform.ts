import http from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { BacklotError } from '../api/errors';

/** How long it may take to tell what it has. */
const ANSWER_LIMIT_MS = 5_000;

/** A platform that runs, asked over HTTP. */
export class LivePlatform {
  /** The address of the gateway, the token that it wants, when it wants one, and headers for every request. */
  constructor(
    private readonly url: string,
    private readonly token: string | undefined = process.env.BACKLOT_ADMIN_TOKEN || undefined,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  /** Asks for something: the status, and the body as JSON; undefined where it is none. Throws BACKLOT_E_LIVE_FAILED. */
  async ask(path: string): Promise<{ status: number | undefined; body: unknown }> {
    return this.read(await this.request('GET', path, undefined, ANSWER_LIMIT_MS));
  }

  /** The status of an answer, and its body as JSON; undefined where it is none. Throws BACKLOT_E_LIVE_FAILED. */
  async read(response: http.IncomingMessage): Promise<{ status: number | undefined; body: unknown }> {
    let text = '';
    try {
      for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
    } catch (error) {
      throw this.failed('broke off', error);
    }
    return { status: response.statusCode, body: parseJson(text) };
  }

  /** Sends a request, with JSON or what a stream gives; gives the response when its head is there. Throws BACKLOT_E_LIVE_FAILED. */
  request(method: string, path: string, body: object | undefined, limit: number): Promise<http.IncomingMessage> {
    // Not by fetch, whose headers are those of a browser's page, which may change nothing.
    const target = new URL(this.url.replace(/\/$/, '') + path);
    const { request } = target.protocol === 'https:' ? https : http;
    const isStream = body instanceof Readable;
    const text = body === undefined || isStream ? undefined : JSON.stringify(body);
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
          ...(isStream ? { 'content-type': 'application/octet-stream' } : {}),
          ...this.headers,
          ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
        },
      });
      call.once('response', resolve);
      call.on('timeout', () => call.destroy(new Error(`it said nothing for ${limit / 1000} s`)));
      call.on('error', (error) => reject(this.failed('did not answer', error)));
      if (!isStream) return void call.end(text);
      body.once('error', (error) => call.destroy(error));
      body.pipe(call);
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

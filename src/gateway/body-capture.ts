/** The bodies of responses, held back for response handlers that want to see them. */
import { Readable } from 'node:stream';
import { EventStream } from '../api/event-stream';
import type { Body, GatewayResponse, Handler, ResponseHandlerOptions } from '../api/gateway';
import { asPiece } from './body';
import { ClientGone } from './client-gone';

const DEFAULT_LIMIT = 10 * 1024 * 1024;

/** The most bytes that a handler with these options wants to see; 0 when it does not want to. */
export function captureLimitOf({ body }: ResponseHandlerOptions): number {
  if (typeof body === 'object') return body.limit;
  return body ? DEFAULT_LIMIT : 0;
}

/** A response handler that sees bytes where others see a text, for which nothing changes. */
export function withBody(run: Handler, options: ResponseHandlerOptions): Handler {
  if (captureLimitOf(options) === 0) return run;
  return (chain, context, response) => {
    const { body } = response;
    if (typeof body !== 'string' && (!(body instanceof Uint8Array) || Buffer.isBuffer(body))) {
      return run(chain, context, response);
    }
    const bytes = (response.body = Buffer.from(body));
    const giveBack = (): void => {
      if (response.body === bytes) response.body = body;
    };
    const result = run(chain, context, response);
    if (result instanceof Promise) return result.finally(giveBack);
    giveBack();
    return result;
  };
}

/** True for a response whose body comes to an end before anybody is to see it. */
export function isCapturable(response: GatewayResponse): boolean {
  const type = response.getHeader('content-type');
  return typeof type !== 'string' || !type.startsWith('text/event-stream');
}

/** What a listener writes, until it is whole or too much. */
export class BodyCapture {
  readonly #response: GatewayResponse;
  readonly #limit: number;
  #pieces: Buffer[] = [];
  #length = 0;

  constructor(response: GatewayResponse, limit: number) {
    this.#response = response;
    this.#limit = limit;
    // Who writes is to see what it always sees: nothing can be taken back.
    Object.defineProperty(response, 'headersSent', { value: true, configurable: true });
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** Takes the arguments of a `write`. False when there is more now than is to be held back. */
  add(chunk: unknown, encoding?: unknown, callback?: unknown): boolean {
    const piece =
      typeof chunk === 'string'
        ? Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
        : Buffer.from(asPiece(chunk));
    this.#pieces.push(piece);
    this.#length += piece.length;
    const done = typeof encoding === 'function' ? encoding : callback;
    if (typeof done === 'function') process.nextTick(done);
    return this.#length <= this.#limit;
  }

  /** Gives what was written, and ends the capture. */
  release(): Buffer {
    delete (this.#response as { headersSent?: boolean }).headersSent;
    return Buffer.concat(this.#pieces.splice(0), this.#length);
  }
}

/**
 * Makes bytes of a stream or an iterable in `response.body`. Nothing is done, and undefined returned, when there is none
 * whose end is worth to be waited for. One that is larger than the limit becomes an iterable that gives all of it.
 * Rejects with what the body throws, and with `ClientGone`.
 */
export function gatherBody(response: GatewayResponse, limit: number): Promise<void> | undefined {
  const { body } = response;
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) return undefined;
  if (body instanceof EventStream || response.req.method === 'HEAD' || !isCapturable(response)) return undefined;
  return gather(response, body, limit);
}

async function gather(response: GatewayResponse, body: Pieces, limit: number): Promise<void> {
  const iterator = body[Symbol.asyncIterator]() as AsyncIterator<unknown, undefined>;
  const leave = async (): Promise<void> => {
    if (body instanceof Readable) body.destroy();
    else await iterator.return?.();
  };
  const abandon = (): void => void leave().catch(() => undefined);
  response.once('close', abandon);
  const pieces: Buffer[] = [];
  try {
    for (let length = 0; length <= limit; length += pieces.at(-1)!.length) {
      const { done, value } = await iterator.next();
      if (response.destroyed) throw new ClientGone();
      if (done) {
        response.body = Buffer.concat(pieces);
        return;
      }
      pieces.push(Buffer.from(asPiece(value)));
    }
  } catch (error) {
    abandon();
    throw response.destroyed ? new ClientGone() : error;
  } finally {
    response.off('close', abandon);
  }
  response.body = resume(pieces, iterator, leave);
}

type Pieces = Exclude<Body, string | Uint8Array>;

/** What was read already, and then the rest. */
function resume(read: Buffer[], rest: AsyncIterator<unknown, undefined>, leave: () => Promise<void>): Pieces {
  const iterator: AsyncIterator<string | Uint8Array> = {
    next: async () => {
      const piece = read.shift();
      if (piece) return { done: false, value: piece };
      const { done, value } = await rest.next();
      return done ? { done: true, value: undefined } : { done: false, value: asPiece(value) };
    },
    return: async () => {
      await leave();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

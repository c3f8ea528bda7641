import type { IncomingMessage, ServerResponse } from 'node:http';
import { isWatched } from '../request-body/set-aside';
import { lookInterval, SLOWEST_BODY } from './limits';

/** So many requests are kept at most before it is looked which of them are over. */
const MOST_LATEST = 256;

interface Watched {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  since: number;
  /** What had come on the connection by then. */
  bytes: number;
  /** True once the client was told. */
  told: boolean;
}

/**
 * Ends requests whose bodies come too slowly, with a 408. Only the time counts in which somebody waits for more of the body, and no
 * answer has begun: a body that nobody reads yet, or not as fast as it comes, is not its client’s fault.
 */
export class SlowBodies {
  readonly #watched = new Set<Watched>();
  /** Those that came last: the bodies of most are there a moment later, and to follow each to its end would cost more than it does. */
  #latest: Watched[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** `limit` is in milliseconds. */
  constructor(private readonly limit: number) {}

  watch(request: IncomingMessage, response: ServerResponse): void {
    const watched = { request, response, since: performance.now(), bytes: request.socket.bytesRead, told: false };
    if (this.#latest.push(watched) > MOST_LATEST) this.#sort();
    this.#timer ??= setInterval(() => this.#look(), lookInterval(this.limit)).unref();
  }

  /** Follows those of the latest whose bodies are not there yet. */
  #sort(): void {
    for (const watched of this.#latest) {
      const { request } = watched;
      if (request.complete || request.destroyed) continue;
      this.#watched.add(watched);
      // It fires at the end of the body, and when that never comes.
      request.once('close', () => this.#watched.delete(watched));
    }
    this.#latest = [];
  }

  #look(): void {
    this.#sort();
    const now = performance.now();
    for (const watched of this.#watched) {
      const { request, since, bytes } = watched;
      const isTooSlow = request.socket.bytesRead - bytes < (SLOWEST_BODY * this.limit) / 1000;
      if (!isWaitedFor(watched)) restart(watched, now);
      else if (now - since < this.limit) continue;
      else if (isTooSlow) this.#end(watched);
      else restart(watched, now);
    }
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #end(watched: Watched): void {
    const { request, response } = watched;
    // Whoever was told and is still there has an answer that does not get out.
    if (watched.told) return void request.socket.destroy();
    watched.told = true;
    watched.since = performance.now();
    response.statusCode = 408;
    response.setHeader('connection', 'close');
    response.setHeader('content-type', 'application/json');
    const seconds = this.limit / 1000;
    response.end(
      JSON.stringify({
        error: { message: `the body did not come: less than ${SLOWEST_BODY} bytes a second for ${seconds} s` },
      }),
    );
  }
}

function restart(watched: Watched, now: number): void {
  watched.since = now;
  watched.bytes = watched.request.socket.bytesRead;
}

function isWaitedFor({ request, response, told }: Watched): boolean {
  if (told) return true;
  if (response.headersSent || request.readableLength > 0) return false;
  return request.readableFlowing === true || request.listenerCount('readable') > 0 || isWatched(request);
}

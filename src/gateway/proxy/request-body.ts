import type { ClientRequest, IncomingMessage } from 'node:http';
import { listOf } from './end-to-end';

/** How long a server may take to answer `Expect: 100-continue` before the body is sent all the same, in milliseconds. */
const CONTINUE_WAIT_MS = 1_000;

/** The body of a request on its way to a server: piece by piece, and no faster than the server takes it. */
export class RequestBody {
  #sent = false;
  #blocked = false;
  #stopped = false;
  #continueTimer: NodeJS.Timeout | undefined;

  /** `onChange` is called whenever {@link waitsForServer} may have changed. */
  constructor(
    private readonly request: IncomingMessage,
    private readonly upstream: ClientRequest,
    private readonly onChange: () => void,
  ) {}

  /** True where it is the server’s turn, and not the client’s. */
  get waitsForServer(): boolean {
    return this.#sent || this.#blocked;
  }

  /** Begins to send; where the client wants to be told whether it may, the server has the first word. */
  start(): void {
    const { request, upstream } = this;
    if (!listOf(request.headers.expect).includes('100-continue')) {
      this.#send();
      return;
    }
    upstream.flushHeaders();
    upstream.once('continue', () => this.#send());
    this.#continueTimer = setTimeout(() => this.#send(), CONTINUE_WAIT_MS);
  }

  /** Sends nothing more: there is an answer already, or nobody to answer. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#continueTimer);
    this.request.off('data', this.#onData);
    this.request.off('end', this.#onEnd);
    this.upstream.off('drain', this.#onDrain);
  }

  #send(): void {
    if (this.#stopped || this.request.listeners('data').includes(this.#onData)) return;
    clearTimeout(this.#continueTimer);
    this.upstream.on('drain', this.#onDrain);
    this.request.on('end', this.#onEnd);
    this.request.on('data', this.#onData);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#blocked = !this.upstream.write(chunk);
    if (this.#blocked) this.request.pause();
    this.onChange();
  };

  readonly #onDrain = (): void => {
    this.#blocked = false;
    this.request.resume();
    this.onChange();
  };

  readonly #onEnd = (): void => {
    const { rawTrailers } = this.request;
    if (rawTrailers !== undefined && rawTrailers.length > 0) this.upstream.addTrailers(pairsOf(rawTrailers));
    this.upstream.end();
    this.#sent = true;
    this.onChange();
  };
}

/** Names and values in turn, as pairs. */
export function pairsOf(raw: readonly string[]): [string, string][] {
  return Array.from({ length: raw.length / 2 }, (_, index) => [raw[2 * index] as string, raw[2 * index + 1] as string]);
}

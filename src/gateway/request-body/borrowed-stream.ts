import { Readable } from 'node:stream';

export interface BorrowOptions {
  /** Makes the error that readers see from an error of the source. */
  readonly translate: (error: Error) => Error;
  /** Called once when nothing more is read. */
  readonly giveBack?: () => void;
}

/**
 * A stream of the bytes of another, with back-pressure. It begins to read when somebody reads it, and who destroys it
 * leaves the source alone: to destroy a request is to cut the connection, and with it the answer.
 */
export class BorrowedStream extends Readable {
  readonly #source: Readable;
  readonly #options: BorrowOptions;
  #reading = false;
  #whole = false;

  constructor(source: Readable, options: BorrowOptions) {
    super({ highWaterMark: source.readableHighWaterMark });
    this.#source = source;
    this.#options = options;
    // Who does not look for errors, because it never reads, must not end the process by them.
    this.on('error', () => undefined);
    source.once('error', this.#failed);
    source.once('close', this.#closed);
  }

  override _read(): void {
    if (this.#reading) {
      this.#source.resume();
      return;
    }
    this.#reading = true;
    this.#source.on('data', this.#pass).once('end', this.#ended);
    // A source that was paused by somebody else does not flow by itself.
    this.#source.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const source = this.#source;
    source.off('data', this.#pass).off('end', this.#ended).off('close', this.#closed);
    // The listener for errors stays on: an error that comes now is nobody’s.
    if (this.#reading && !this.#whole) source.pause();
    this.#options.giveBack?.();
    callback(error);
  }

  readonly #pass = (chunk: Buffer): void => {
    if (!this.push(chunk)) this.#source.pause();
  };

  readonly #ended = (): void => {
    this.#whole = true;
    this.push(null);
  };

  readonly #failed = (error: Error): void => {
    this.destroy(this.#options.translate(error));
  };

  readonly #closed = (): void => {
    if (!this.#whole) this.destroy(this.#options.translate(new Error('the stream was closed before its end')));
  };
}

/**
 * Gives the memory of a piece back that nobody uses any more. V8 would let 64 MiB of such pieces pile up before it looks
 * for them, on Node 24; Node 20, which cannot do this, looks sooner.
 */
export function giveBackMemory(piece: Uint8Array): void {
  const buffer = piece.buffer as ArrayBuffer & { transfer?: (length: number) => ArrayBuffer };
  // A piece of a larger buffer shares it with others.
  if (piece.byteLength === buffer.byteLength) buffer.transfer?.(0);
}

import { Transform, type TransformCallback } from 'node:stream';
import { createInflate, createInflateRaw, type Inflate } from 'node:zlib';

/** Decodes `deflate` with the zlib header that it should have, and without it, as some clients send it. */
export class AnyInflate extends Transform {
  #inner: Inflate | undefined;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    this.#inner ??= this.#choose(chunk);
    this.#inner.write(chunk, () => callback());
  }

  override _flush(callback: TransformCallback): void {
    if (!this.#inner) return callback();
    this.#inner.once('end', () => callback()).end();
  }

  override _read(size: number): void {
    this.#inner?.resume();
    super._read(size);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#inner?.destroy();
    callback(error);
  }

  #choose(first: Buffer): Inflate {
    const inner = hasZlibHeader(first) ? createInflate() : createInflateRaw();
    inner.on('data', (decoded: Buffer) => {
      if (!this.push(decoded)) inner.pause();
    });
    return inner.once('error', (error) => this.destroy(error));
  }
}

/** Whether deflated bytes begin with a zlib header. */
export function hasZlibHeader(bytes: Buffer): boolean {
  return ((bytes[0] ?? 8) & 0x0f) === 8;
}

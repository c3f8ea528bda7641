import { IncomingMessage } from 'node:http';

/**
 * A request as Node makes it, that comes to its end in fewer steps. When an answer is out, Node lets what is left of its request
 * flow away, which takes seven callbacks also where there never was a body. Each costs time, and twice as much where something
 * follows asynchronous code, as we do. What listeners see is the same: `end` and then `close`, each in a callback of its own.
 */
export class QuietRequest extends IncomingMessage {
  override resume(): this {
    // Nothing is left, and nobody reads: one look is enough to notice the end. The end of an upgrade belongs to its protocol.
    const isSpent = this.complete && this.readableFlowing === null && this.readableLength === 0;
    if (!isSpent || (this as { upgrade?: boolean | null }).upgrade === true) return super.resume();
    this.read();
    return this;
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    // Only a request that breaks has to take its connection with it.
    if (error === null && this.complete && this.readableEnded) done(null);
    else super._destroy(error, done);
  }
}

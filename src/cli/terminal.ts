import { once } from 'node:events';
import type { Progress } from '../host/progress';

/** Whether colours are wanted there: only on a terminal, and not with NO_COLOR or TERM=dumb. */
export function hasColours(stream: NodeJS.WriteStream): boolean {
  return Boolean(stream.isTTY) && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
}

let onBrokenPipe: () => void = () => process.exit(0);

/** Ends quietly when the reader of our output went away, as in `backlot logs | head`. */
export function endQuietlyOnBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      onBrokenPipe();
    });
  }
}

/** For a command that has something to put away before it ends. */
export function whenPipeBreaks(action: () => void): void {
  onBrokenPipe = action;
}

/** Writes, and waits while the reader is slower than we are. */
export async function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, 'drain');
}

/** A line for people on stdout. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** A line for people on stderr, where stdout belongs to something else. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Shows steps on stderr: on a terminal in one line that changes, elsewhere a line for each step without its details. */
export class ProgressLine {
  #isShown = false;

  show(progress: Progress): void {
    if (progress.phase === 'hint') {
      this.clear();
      return note(progress.message);
    }
    if (!process.stderr.isTTY) {
      if (!progress.detail) note(progress.message);
      return;
    }
    const text = progress.message.replace(/\s+/g, ' ').slice(0, Math.max(10, (process.stderr.columns || 80) - 1));
    process.stderr.write(`\r\u001b[2K${text}`);
    this.#isShown = true;
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#isShown) process.stderr.write('\r\u001b[2K');
    this.#isShown = false;
  }
}

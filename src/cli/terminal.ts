import { once } from 'node:events';
import type { Progress } from '../host/progress';
import { spinner } from './spinner';

/** Whether colours are wanted there: on a terminal, or with FORCE_COLOR; never with NO_COLOR, nor on a dumb terminal. */
export function hasColours(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR || FORCE_COLOR === '0' || FORCE_COLOR === 'false') return false;
  return Boolean(FORCE_COLOR) || (Boolean(stream.isTTY) && TERM !== 'dumb');
}

let isForPrograms = false;

/** Says whether a program reads what this command writes (`--json`): then nothing but JSON is written. */
export function speakJson(wanted: boolean): void {
  isForPrograms = wanted;
}

/** Whether nothing but JSON is to be written. */
export function speaksJson(): boolean {
  return isForPrograms;
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
export async function write(stream: NodeJS.WriteStream, content: string | Buffer): Promise<void> {
  spinner.stop();
  if (!stream.write(content)) await once(stream, 'drain');
}

/** Ends the process when all is written, and waits for nothing that is still asked for. */
export function endNow(): void {
  process.stdout.write('', () => process.exit());
}

/** A line for people on stdout. */
export function say(text: string): void {
  spinner.clear();
  process.stdout.write(`${text}\n`);
}

/** A line for people on stderr, where stdout belongs to something else. Programs do not get it. */
export function note(text: string): void {
  if (isForPrograms) return;
  spinner.clear();
  process.stderr.write(`${text}\n`);
}

/** Shows steps on stderr: on a terminal in the line of the spinner, elsewhere a line for each step without its details. */
export function showProgress({ phase, message, detail }: Progress): void {
  if (phase === 'hint') {
    spinner.clear();
    note(message);
  } else if (process.stderr.isTTY) {
    spinner.update(message);
  } else if (!detail) {
    note(message);
  }
}

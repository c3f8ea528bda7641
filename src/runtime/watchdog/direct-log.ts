import { writeSync } from 'node:fs';
import { logText } from '../log-text';
import type { LogFormat, LogLevel } from '../settings';

export interface DirectLogOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  readonly isTerminal: boolean;
}

/** How severe each level is, the most severe first. */
const LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug', 'trace'];

/** How often a write is tried when whoever reads our output does not keep up. */
const TRIES = 50;

/** A log that needs no event loop: lines look like those of the log, and are written at once. */
export class DirectLog {
  constructor(private readonly options: DirectLogOptions) {}

  write(level: 'error' | 'warn' | 'info', message: string, extension?: string): void {
    const { format, isTerminal } = this.options;
    if (LEVELS.indexOf(level) > LEVELS.indexOf(this.options.level)) return;
    const timestamp = new Date().toISOString();
    const line =
      format === 'json'
        ? JSON.stringify({
            extension,
            level,
            message,
            scope: extension === undefined ? 'runtime' : undefined,
            timestamp,
          })
        : logText({ level, message, timestamp, label: extension ?? 'runtime' }, isTerminal);
    writeWhole(level === 'info' ? 1 : 2, `${line}\n`);
  }
}

/** Writes to a descriptor, also to a pipe that is full for the moment. What nobody takes is lost. */
export function writeWhole(descriptor: number, text: string): void {
  let rest = Buffer.from(text);
  for (let tries = 0; rest.length > 0 && tries < TRIES; tries++) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

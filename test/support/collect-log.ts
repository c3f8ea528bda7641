import { Writable } from 'node:stream';
import winston, { type Logger } from 'winston';

/** One line that somebody logged. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
}

/** A winston logger whose lines can be read back. */
export function collectLog(level = 'debug'): { log: Logger; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(JSON.parse(chunk.toString()) as LogLine);
      done();
    },
  });
  const log = winston.createLogger({
    level,
    format: winston.format.json(),
    transports: [new winston.transports.Stream({ stream })],
  });
  return { log, lines };
}

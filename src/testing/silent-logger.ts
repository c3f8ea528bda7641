import type { Logger } from 'winston';
import { Logging } from '../runtime/logging';

/** A logger whose lines go nowhere. */
export function silentLogger(): Logger {
  return new Logging({ level: 'error', format: 'human', sink: () => undefined }).scope('testing');
}

import type { Attribution } from './attribution';

export interface EscapeReceivers {
  /** An error that escaped from an extension. The process goes on. */
  readonly fromExtension: (extension: string, thrown: unknown, origin: string) => void;
  /** An error of nobody’s: a mistake of the platform’s own. The state of the process is unknown from here on. */
  readonly fromPlatform: (thrown: unknown, origin: string) => void;
}

/**
 * Receives what nothing caught in this process: exceptions in timers and callbacks, `error` events that nobody listens
 * to, and rejected promises that nobody awaits; each for the extension that it came from.
 */
export function catchEscapes(attribution: Attribution, receivers: EscapeReceivers): void {
  const receive = (thrown: unknown, origin: string): void => {
    const extension = attribution.ownerOf(thrown);
    if (extension === undefined) receivers.fromPlatform(thrown, origin);
    else receivers.fromExtension(extension, thrown, origin);
  };
  process.on('uncaughtException', (thrown) => receive(thrown, 'an exception that nothing caught'));
  process.on('unhandledRejection', (reason) => receive(reason, 'a rejected promise that nothing awaited'));
}

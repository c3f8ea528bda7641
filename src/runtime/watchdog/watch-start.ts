/**
 * Watches the first start of a runtime from the init process: the thread that watches the event loop later would make that
 * start slower. Who stands still is not seen from there, but the next start has its thread from the beginning.
 */
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { StallClock } from './stall-clock';

/** What a runtime says again and again while it starts, and, with `false`, when it is done. */
interface SignOfLife {
  readonly isStarting: boolean;
}

/** The time between two signs, and between two looks, in milliseconds. Shorter limits have shorter ones. */
const PERIOD = 500;

const periodFor = (limit: number): number => Math.min(PERIOD, limit / 4);

/** Lets the init process see that the event loop of this one runs. Gives what ends it. */
export function giveSigns(limit: number): () => void {
  const give = (isStarting: boolean): unknown => process.send?.({ isStarting } satisfies SignOfLife);
  give(true);
  const timer = setInterval(() => give(true), periodFor(limit)).unref();
  return () => {
    clearInterval(timer);
    give(false);
  };
}

/** Calls a function once when a process that has begun to give signs has given none for `limit` milliseconds. */
export function watchStart(child: ChildProcess, limit: number, onStall: (still: number) => void): void {
  let signs = 0;
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => clearInterval(timer);
  const begin = (): NodeJS.Timeout => {
    const clock = new StallClock(periodFor(limit), performance.now());
    return setInterval(() => {
      const still = clock.look(signs, performance.now());
      if (still < limit || isHalted(child.pid)) return;
      end();
      onStall(still);
    }, periodFor(limit)).unref();
  };
  child.on('message', (message) => {
    const { isStarting } = message as Partial<SignOfLife>;
    if (isStarting === undefined) return;
    signs++;
    if (isStarting) timer ??= begin();
    else end();
  });
  child.once('exit', end);
}

/** True when somebody halted the process itself (SIGSTOP), as far as that can be known. */
function isHalted(pid: number | undefined): boolean {
  try {
    // The state follows the name, which stands in parentheses and may contain any.
    return /^T/i.test(readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1) ?? '');
  } catch {
    return false;
  }
}

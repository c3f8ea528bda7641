import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** What the system says about a process. */
export interface ProcessState {
  /** When it was started, as the system counts it: process ids are given out again. Empty where the system does not tell. */
  readonly started: string;
  /** Whether it has ended, and only waits for its parent to ask for its exit code. */
  readonly isZombie: boolean;
}

/** The state of the process with an id; undefined when there is none. */
export function lookAtProcess(pid: number): ProcessState | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // proc(5): fields 3 and 22, counted behind the name, which may hold blanks and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { started: fields[19] ?? '', isZombie: fields[0] === 'Z' };
  } catch {
    return isRunning(pid) ? { started: '', isZombie: false } : undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // One that we may not signal is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A process, as it is written down for others: enough to tell whether it still lives. */
export interface ProcessNote {
  /** The machine or the container. */
  readonly host: string;
  readonly pid: number;
  /** As in {@link ProcessState}. */
  readonly started: string;
}

/** What to write down of this process. */
export function noteOfThisProcess(): ProcessNote {
  const { pid } = process;
  return { host: hostname(), pid, started: lookAtProcess(pid)?.started ?? '' };
}

/** Whether a process was of this machine or container: of another one, nothing can be said. */
export function isOfThisHost({ host }: ProcessNote): boolean {
  return host === hostname();
}

/** The state of the very process that was written down on this host; undefined when it has gone. */
export function lookAgain({ pid, started }: ProcessNote): ProcessState | undefined {
  const state = lookAtProcess(pid);
  return state?.started === started ? state : undefined;
}

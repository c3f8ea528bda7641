import { readFileSync } from 'node:fs';

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

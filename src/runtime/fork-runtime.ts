import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const RUNTIME = join(__dirname, '..', 'bin', 'runtime.js');

/** Starts a runtime process, which waits for its boot report. */
export function forkRuntime(): ChildProcess {
  return fork(RUNTIME, {
    // The last is for what its watchdog reports: see ./watchdog/stall-report.
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
    // A group of its own: Ctrl-C on a terminal reaches the init process alone, which passes it on once.
    detached: true,
  });
}

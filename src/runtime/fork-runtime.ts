import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const RUNTIME = join(__dirname, '..', 'bin', 'runtime.js');

/**
 * V8 puts what lived long, made at one place, among what is old from then on. What a burst of requests made is garbage a moment later,
 * but there it keeps what came after it alive as well: each request costs a fifth more.
 */
const V8_OPTIONS = ['--no-allocation-site-pretenuring'];

/** Starts a runtime process, which waits for its boot report. */
export function forkRuntime(): ChildProcess {
  return fork(RUNTIME, {
    execArgv: [...process.execArgv, ...V8_OPTIONS],
    // The last is for what its watchdog reports: see ./watchdog/stall-report.
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
    // A group of its own: Ctrl-C on a terminal reaches the init process alone, which passes it on once.
    detached: true,
  });
}

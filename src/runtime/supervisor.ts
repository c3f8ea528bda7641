/** Keeps the runtime process alive: starts it, passes signals on, restarts it after a crash, and ends with it. */
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'winston';
import { BacklotError, type SerializedError } from '../api/errors';
import type { BackInUse, BootReport } from './boot-report';
import { EXIT } from './exit-codes';
import { forkRuntime } from './fork-runtime';
import { inSeconds, parseStallReport, REPORT_DESCRIPTOR, stallError, type StallReport } from './watchdog/stall-report';
import { watchStart } from './watchdog/watch-start';

/** The wait before the first restart, and the longest, in milliseconds; it doubles in between. */
const FIRST_BACK_OFF = 250;
const LONGEST_BACK_OFF = 10_000;

/** A runtime that lived this long, in milliseconds, has not crashed in a row with the one before. */
const STEADY_AFTER = 60_000;

/** How much longer than its own limit the runtime may take to stop before it is killed, in milliseconds. */
const KILL_AFTER = 5_000;

/** How long a report may still come after the end of the process that wrote it, in milliseconds. */
const REPORT_GRACE = 500;

export interface SupervisorOptions {
  readonly log: Logger;
  /** How often in a row a crashed runtime is restarted. */
  readonly restartLimit: number;
  /** How long an orderly stop of the runtime may take, in milliseconds. */
  readonly shutdownTimeout: number;
  /** For how long the event loop of a runtime may stand still in its first start, in milliseconds; 0 for any time. */
  readonly stallLimit: number;
}

/** How a runtime process ended. */
interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Present when its watchdog ended it, or this process for the same reason. */
  readonly stall?: StallReport;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #stopping = new AbortController();
  #child: ChildProcess;
  #ended: Promise<End>;
  #killed = false;
  /** The extensions that held the event loop; a runtime is started without them. */
  readonly #leftOut = new Map<string, SerializedError>();

  /** The first runtime process is there already: it loads its code while the extensions are being installed. */
  constructor(first: ChildProcess, options: SupervisorOptions) {
    this.#options = options;
    [this.#child, this.#ended] = this.#watch(first);
  }

  /**
   * Hands the boot report to the runtime and stays with it until it ends for good. A runtime that is restarted gets a new
   * report from `renew`: extensions may have been added or removed since. Returns the exit code for this process: 0 after an
   * orderly stop, 1 when the start was refused, the restarts did not help, or it had to be killed.
   */
  async run(first: BootReport, renew: (last: BootReport) => Promise<BootReport>): Promise<number> {
    let crashes = 0;
    let report = first;
    for (let isRestart = false; ; isRestart = true) {
      const began = Date.now();
      this.#child.send({ ...report, leftOut: Object.fromEntries(this.#leftOut), isRestart });
      const end = await this.#ended;
      if (this.#stopping.signal.aborted) return end.code === EXIT.stopped ? 0 : 1;
      if (end.code === EXIT.stopped) return 0;
      if (end.code === EXIT.refused) return 1;
      if (end.code === EXIT.restart) {
        this.#options.log.info('the runtime is restarted, as was asked for');
        this.#leftOut.clear();
      } else if (end.stall?.extension !== undefined) {
        // Each restart leaves one extension out: there is no row of crashes to end.
        this.#leaveOut(end.stall, end.stall.extension);
      } else {
        crashes = Date.now() - began > STEADY_AFTER ? 1 : crashes + 1;
        if (!(await this.#backOff(end, crashes))) return this.#stopping.signal.aborted ? 0 : 1;
      }
      [this.#child, this.#ended] = this.#watch(forkRuntime());
      report = await renew(report);
      if (this.#stopping.signal.aborted) return 0;
    }
  }

  /** Asks the runtime to stop in order; kills it when that takes too long, or when asked a second time. */
  stop(): void {
    if (this.#stopping.signal.aborted) {
      this.#kill('asked twice to stop');
      return;
    }
    this.#stopping.abort();
    this.#child.kill('SIGTERM');
    const limit = this.#options.shutdownTimeout + KILL_AFTER;
    setTimeout(() => this.#kill(`the runtime did not stop within ${limit / 1000} s`), limit).unref();
  }

  #kill(why: string): void {
    if (this.#killed) return;
    this.#killed = true;
    this.#options.log.error(`${why}: it is killed`);
    this.#child.kill('SIGKILL');
  }

  #leaveOut(stall: StallReport, extension: string): void {
    this.#leftOut.set(extension, stallError(stall, extension).toJSON());
    this.#options.log.error(`${extension} held the event loop: the runtime is restarted without it`);
  }

  /** Waits before a restart; false when there is to be none. */
  async #backOff(end: End, crashes: number): Promise<boolean> {
    const { log, restartLimit } = this.#options;
    const how = describeEnd(end);
    if (crashes > restartLimit) {
      const message = `the runtime ended with ${how}, for the ${crashes}. time in a row`;
      log.error(new BacklotError('BACKLOT_E_RUNTIME_CRASHED', message).format());
      return false;
    }
    const wait = Math.min(FIRST_BACK_OFF * 2 ** (crashes - 1), LONGEST_BACK_OFF);
    log.error(`the runtime ended with ${how}; restart ${crashes} of ${restartLimit} in ${wait} ms`);
    return delay(wait, true, { signal: this.#stopping.signal }).catch(() => false);
  }

  #watch(child: ChildProcess): [ChildProcess, Promise<End>] {
    child.on('message', (message) => {
      for (const name of (message as Partial<BackInUse>).backInUse ?? []) this.#leftOut.delete(name);
    });
    const reported = readReport(child);
    let stalled: StallReport | undefined;
    if (this.#options.stallLimit > 0) {
      watchStart(child, this.#options.stallLimit, (still) => {
        stalled = { still };
        child.kill('SIGKILL');
      });
    }
    const ended = new Promise<End>((resolve) => {
      child.once('exit', (code, signal) => {
        void Promise.race([reported, delay(REPORT_GRACE, undefined, { ref: false })]).then((stall = stalled) =>
          resolve({ code, signal, ...(stall ? { stall } : {}) }),
        );
      });
      // A process that could not be started has no exit; one that is gone cannot be sent anything: both are crashes.
      child.on('error', () => resolve({ code: null, signal: null }));
    });
    return [child, ended];
  }
}

/** What the watchdog of a process has reported when it ended; undefined when it reported nothing. */
function readReport(child: ChildProcess): Promise<StallReport | undefined> {
  const pipe = child.stdio[REPORT_DESCRIPTOR] as Readable | undefined;
  if (!pipe) return Promise.resolve(undefined);
  let text = '';
  pipe.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return new Promise((resolve) => {
    const finish = (): void => resolve(parseStallReport(text));
    pipe.once('close', finish).once('error', finish);
  });
}

function describeEnd({ code, signal, stall }: End): string {
  if (stall) return `an event loop that stood still for ${inSeconds(stall.still)}`;
  return signal === null ? `exit code ${code}` : signal;
}

import { AsyncResource } from 'node:async_hooks';
import { setImmediate as breath } from 'node:timers/promises';
import { BacklotError } from '../../api/errors';
import type { Timer } from '../../api/resources';
import type { ClockPlace, ClockState } from './clock-state';
import { Job } from './job';
import { TimerQueue, type QueuedTimer } from './timer-queue';

/** Node’s own timers wait no longer than that. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;
/** How long an advance waits for one timer, in milliseconds of real time. */
const PATIENCE_MS = 30_000;
/** The last time that a Date can show, in milliseconds since 1970. */
const END_OF_TIME = 8.64e15;
const REAL_TIME: ClockState = { ahead: 0, shift: 0 };

/** What is done at a time of the clock, and for whom. */
export interface ClockTask {
  /** Whose it is, for people: `extension shop`. */
  readonly owner: string;
  run(): unknown;
  /** Is told what `run` threw, now or through its promise. */
  report(thrown: unknown): void;
}

interface ClockTimer extends QueuedTimer {
  readonly task: ClockTask;
  /** In milliseconds; undefined for a timer that runs once. */
  readonly interval: number | undefined;
  /** The job that sleeps until it runs. */
  readonly sleeper: Job | undefined;
  /** Where it was made, so that it runs in the async context of that place. */
  readonly origin: AsyncResource;
}

/** What an advance did. */
export interface Advanced {
  /** The time that the clock shows now. */
  readonly now: number;
  /** How many timers ran. */
  readonly ran: number;
}

/**
 * The clock of one epoch of a world: what it shows, who changes that, and the timers that follow it.
 *
 * A timer runs once the clock has reached its time: while the clock runs, by a real timer; while it is frozen, when it is
 * advanced. One that is due at once runs at once, frozen or not; but a timer that is made by a timer waits at least a
 * millisecond, so that an advance comes to an end.
 */
export class WorldClock {
  readonly #place: ClockPlace;
  readonly #patience: number;
  readonly #timers = new TimerQueue<ClockTimer>();
  /** What an advance waits for before it lets time pass. */
  readonly #jobs = new Set<Job>();
  #state: ClockState;
  #made = 0;
  #alarm: NodeJS.Timeout | undefined;
  /** The ticks that an advance has come to. */
  #underWay: number | undefined;
  /** The end of the last advance that was asked for. */
  #turn: Promise<unknown> = Promise.resolve();
  readonly #epoch: AbortSignal;

  /**
   * `epoch` is aborted when the epoch is over: then no timer runs any more. `patience` is how long an advance waits for one
   * timer, in milliseconds of real time.
   */
  constructor(place: ClockPlace, epoch: AbortSignal, patience = PATIENCE_MS) {
    this.#place = place;
    this.#epoch = epoch;
    this.#patience = patience;
    this.#state = place.read() ?? REAL_TIME;
    epoch.addEventListener('abort', () => this.#end(), { once: true });
  }

  get isFrozen(): boolean {
    return this.#state.frozen !== undefined;
  }

  /** What it shows, in milliseconds since 1970. */
  now(): number {
    return this.ticks() + this.#state.shift;
  }

  /** What timers wait for, in milliseconds; see {@link ClockState}. */
  ticks(): number {
    return this.#underWay ?? this.#state.frozen ?? Date.now() + this.#state.ahead;
  }

  /** Stops it: where it stands, or at another time as by {@link set}. Throws BACKLOT_E_CLOCK_INVALID. */
  freeze(time?: number): void {
    const frozen = this.ticks();
    const shift = time === undefined ? this.#state.shift : checked(time) - frozen;
    this.#change({ ...this.#state, frozen, shift });
  }

  /**
   * Makes it show another time, later or earlier; it goes on from there, or stays frozen. That runs no timer, and each waits as
   * long as it would have. Throws BACKLOT_E_CLOCK_INVALID.
   */
  set(time: number): void {
    this.#change({ ...this.#state, shift: checked(time) - this.ticks() });
  }

  /** Lets it run on from the time that it shows. */
  unfreeze(): void {
    this.#change({ shift: this.#state.shift, ahead: this.ticks() - Date.now() });
  }

  /** Makes it show the real time, and run. Each timer waits as long as it would have. */
  showRealTime(): void {
    const ahead = this.ticks() - Date.now();
    this.#change({ shift: -ahead, ahead });
  }

  /**
   * Lets so many milliseconds pass at once. Timers that fall due run in the order of their times, each at its own time, and
   * when what runs already is over: its promise is settled, or it sleeps on this clock. Those that they make run, too. In the
   * end the clock is so much later, and runs or is frozen as before. Advances that are asked for meanwhile follow.
   *
   * Throws BACKLOT_E_CLOCK_INVALID; BACKLOT_E_CLOCK_STUCK when a timer takes too long, and the clock stays at its time;
   * BACKLOT_E_STATE_FENCED when the epoch ends. What timers throw goes to their owners, and the advance goes on.
   */
  advance(milliseconds: number): Promise<Advanced> {
    const advance = this.#turn.then(() => this.#advance(milliseconds));
    this.#turn = advance.catch(() => undefined);
    return advance;
  }

  /** Runs a task once so many milliseconds have passed; with `repeat`, again and again. */
  start(task: ClockTask, milliseconds: number, repeat = false): Timer {
    return this.#start(task, milliseconds, repeat, undefined);
  }

  /** Runs a task that wakes the running code: an advance does not wait for that code before the task has run. */
  startSleep(task: ClockTask, milliseconds: number): Timer {
    const sleeper = Job.current;
    sleeper?.sleep();
    return this.#start(task, milliseconds, false, sleeper);
  }

  /** Runs a task now. An advance waits for it, however long it takes, before it lets time pass. */
  hold(task: ClockTask): void {
    const job = new Job(task.owner, LONGEST_WAIT_MS);
    this.#jobs.add(job);
    void job.run(() => task.run(), task.report.bind(task)).then(() => this.#jobs.delete(job));
  }

  #change(state: ClockState): void {
    this.#place.write(state);
    this.#state = state;
    this.#arm();
  }

  async #advance(milliseconds: number): Promise<Advanced> {
    if (this.#epoch.aborted) throw fenced();
    const target = this.ticks() + checkedSpan(milliseconds);
    checked(target + this.#state.shift);
    let ran = 0;
    this.#underWay = this.ticks();
    this.#arm();
    try {
      await this.#quiet();
      for (let next = this.#timers.first; next && next.due <= target; next = this.#timers.first) {
        this.#underWay = Math.max(this.#underWay, next.due);
        this.#jobs.add(this.#fire(next));
        ran += 1;
        await this.#quiet();
      }
      this.#underWay = target;
    } finally {
      if (!this.#epoch.aborted) this.#land(this.#underWay);
    }
    return { now: this.now(), ran };
  }

  /** Goes on from the ticks that an advance has come to. */
  #land(ticks: number): void {
    this.#underWay = undefined;
    const place = this.isFrozen ? { frozen: ticks } : { ahead: ticks - Date.now() };
    this.#change({ ...this.#state, ...place });
  }

  /** Waits for what runs already, and for what follows from it without the clock. */
  async #quiet(): Promise<void> {
    do {
      for (const job of this.#jobs) {
        if (!(await job.quiet(this.#epoch))) throw stuck(job, this.now());
        this.#jobs.delete(job);
      }
      await breath();
      if (this.#epoch.aborted) throw fenced();
    } while (this.#jobs.size > 0);
  }

  #start(task: ClockTask, milliseconds: number, repeat: boolean, sleeper: Job | undefined): Timer {
    const least = repeat || Job.current ? 1 : 0;
    const wait = Math.max(Math.ceil(milliseconds) || 0, least);
    const timer: ClockTimer = {
      task,
      due: this.ticks() + wait,
      order: (this.#made += 1),
      interval: repeat ? wait : undefined,
      sleeper,
      origin: new AsyncResource('BacklotTimer'),
    };
    if (!this.#epoch.aborted) this.#timers.add(timer);
    this.#arm();
    return { cancel: () => this.#cancel(timer) };
  }

  #cancel(timer: ClockTimer): void {
    if (!this.#timers.remove(timer)) return;
    const { sleeper } = timer;
    sleeper?.wake();
    // It goes on although its time has not come: what it does now is to be waited for.
    if (sleeper && this.#underWay !== undefined) this.#jobs.add(sleeper);
    this.#arm();
  }

  #end(): void {
    this.#timers.clear();
    this.#arm();
  }

  /** Sets the real timer to what comes next; an advance needs none. */
  #arm(): void {
    clearTimeout(this.#alarm);
    this.#alarm = undefined;
    const next = this.#timers.first;
    if (!next || this.#underWay !== undefined) return;
    const wait = next.due - this.ticks();
    if (wait > 0 && this.isFrozen) return;
    this.#alarm = setTimeout(() => this.#runDue(), Math.min(Math.max(wait, 0), LONGEST_WAIT_MS));
  }

  #runDue(): void {
    const now = this.ticks();
    for (let next = this.#timers.first; next && next.due <= now; next = this.#timers.first) this.#fire(next);
    this.#arm();
  }

  /** Runs a timer whose time has come. */
  #fire(timer: ClockTimer): Job {
    const { task, interval, sleeper, origin } = timer;
    this.#timers.remove(timer);
    if (interval !== undefined) {
      const next = timer.due + interval;
      // A clock that was held up, as by a machine that slept, makes up for nothing.
      timer.due = next > this.ticks() ? next : this.ticks() + interval;
      this.#timers.add(timer);
    }
    sleeper?.wake();
    const job = new Job(task.owner, this.#patience);
    void origin.runInAsyncScope(() => job.run(() => task.run(), task.report.bind(task)));
    // What slept goes on by that, and is what is to be waited for.
    return sleeper ?? job;
  }
}

function checked(time: number): number {
  if (Number.isInteger(time) && Math.abs(time) <= END_OF_TIME) return time;
  throw new BacklotError('BACKLOT_E_CLOCK_INVALID', `a clock cannot show ${time} ms since 1970`);
}

function checkedSpan(milliseconds: number): number {
  if (Number.isInteger(milliseconds) && milliseconds >= 0) return milliseconds;
  throw new BacklotError('BACKLOT_E_CLOCK_INVALID', `a clock cannot be advanced by ${milliseconds} ms`);
}

function stuck({ owner, patience }: Job, now: number): BacklotError {
  const at = new Date(now).toISOString();
  const message = `a timer of ${owner} that fell due at ${at} was not over after ${patience / 1000} s of real time`;
  return new BacklotError('BACKLOT_E_CLOCK_STUCK', message);
}

function fenced(): BacklotError {
  return new BacklotError('BACKLOT_E_STATE_FENCED', 'the clock was advanced, and its world was reset meanwhile');
}

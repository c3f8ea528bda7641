import type { Collection } from 'backlot';
import type { Backend } from './backend';

/** Work that is due at a time: the end of a trial, the next invoice, a retry, an expiry. */
export interface Job {
  /** What to do; the name of a function in `jobs` of a module. */
  readonly kind: string;
  /** The identifier of the object that it is about. */
  readonly subject: string;
  /** When it is due, in seconds since 1970. */
  readonly at: number;
  /** The test clock by which it is due; null for the time of the world. */
  readonly clock: string | null;
  readonly account: string;
  readonly data?: unknown;
}

/** Does one job. It runs in the account of the job, at the time that it was due. */
export type JobHandler = (stripe: Backend, job: Job) => void;

interface Wake {
  readonly at: number;
  readonly token: string;
}

/** The clock of jobs that follow the time of the world. */
const WORLD = '';

/** Keeps jobs until they are due. They survive a restart: each call looks for what has become due. */
export class Jobs {
  readonly #stripe: Backend;
  readonly #jobs: Collection<Job>;
  readonly #wake: Collection<Wake>;
  readonly #handlers = new Map<string, JobHandler>();
  /** The timers that were set by this process and have not gone off. */
  readonly #armed = new Set<string>();

  constructor(stripe: Backend) {
    this.#stripe = stripe;
    this.#jobs = stripe.state.collection<Job>('jobs', { indexes: { subject: (job) => [[job.subject, job.kind]] } });
    this.#wake = stripe.state.collection<Wake>('wake');
  }

  define(handlers: Readonly<Record<string, JobHandler>>): void {
    for (const [kind, handler] of Object.entries(handlers)) this.#handlers.set(kind, handler);
  }

  /** Puts a job in the place of those of the same kind for the same object. It follows the clock that the call is on. */
  schedule(kind: string, subject: string, at: number, data?: unknown): void {
    this.cancel(subject, kind);
    const { account, clock } = this.#stripe;
    const order = this.#stripe.nextOrder();
    this.#jobs.put([clock ?? WORLD, at, order], {
      kind,
      subject,
      at,
      clock,
      account,
      ...(data !== undefined && { data }),
    });
  }

  /** Takes out the jobs of an object, of one kind or all. */
  cancel(subject: string, kind?: string): void {
    const range = kind === undefined ? { prefix: [subject] } : { equals: [subject, kind] };
    for (const key of [...this.#jobs.by('subject').keys(range)]) this.#jobs.delete(key);
  }

  /** The jobs of an object, soonest first. */
  of(subject: string): Job[] {
    return [...this.#jobs.by('subject').values({ prefix: [subject] })].sort((one, other) => one.at - other.at);
  }

  /** When the next job by a clock is due; undefined where there is none. */
  nextAt(clock: string | null): number | undefined {
    if (this.#jobs.count() === 0) return undefined;
    for (const job of this.#jobs.values({ prefix: [clock ?? WORLD], limit: 1 })) return job.at;
    return undefined;
  }

  /**
   * Does what is due by a clock until a time (in seconds, included), in its order, and what that makes due. Asks before each job
   * but the first whether to go on, and gives false when something is left.
   */
  run(clock: string | null, until: number, goesOn: () => boolean = () => true): boolean {
    for (let isFirst = true; ; isFirst = false) {
      const next = [...this.#jobs.entries({ prefix: [clock ?? WORLD], limit: 1 })][0];
      if (next === undefined || next[1].at > until) return true;
      if (!isFirst && !goesOn()) return false;
      const [key, job] = next;
      this.#jobs.delete(key);
      this.#stripe.as({ account: job.account, clock: job.clock, time: job.at }, () => this.#do(job));
    }
  }

  /** Sees to it that the process wakes up when the next job of the world is due. */
  arm(): void {
    const at = this.nextAt(null);
    if (at === undefined) return;
    const wake = this.#wake.get('next');
    if (wake && wake.at <= at && this.#armed.has(wake.token)) return;
    const { ids, clock } = this.#stripe.platform;
    const token = ids.next('wake');
    this.#wake.put('next', { at, token });
    this.#armed.add(token);
    const wait = Math.max(0, at * 1000 - clock.now());
    const disarm = (): boolean => this.#armed.delete(token);
    clock.setTimeout(() => (disarm(), this.#stripe.settle()), wait);
    // A timer goes without a word when the state is reset or restored; what was restored may name it all the same.
    clock.sleep(wait).catch(disarm);
  }

  /** One job that fails is reported and given up; the others are done. */
  #do(job: Job): void {
    try {
      const handler = this.#handlers.get(job.kind);
      if (handler === undefined) throw new Error(`nothing does jobs of the kind ${job.kind}`);
      this.#stripe.state.transaction(() => handler(this.#stripe, job));
    } catch (error) {
      this.#stripe.platform.log.error(`the job ${job.kind} for ${job.subject} failed`, { error });
    }
  }
}

import type { Clock, Ids, State, Timers, Webhooks } from 'backlot';
import type Stripe from 'stripe';
import type { Logger } from 'winston';
import { CommandLines } from '../cli/command-lines';
import type { StripeConfig } from '../config';
import { baseIn } from '../http/sandbox';
import { ID_PREFIXES } from '../spec/shapes';
import { emitEvent } from '../webhooks/emit';
import { Advances } from './advances';
import { Jobs } from './jobs';
import { KINDS } from './kinds';
import type { Reaction } from './module';
import { previousAttributes, type StripeObject } from './objects';
import { Table } from './table';

/** What the platform gives to the extension. */
export interface PlatformServices {
  readonly state: State;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly webhooks: Webhooks;
  readonly timers: Timers;
  readonly log: Logger;
  /** Aborted when the extension goes. */
  readonly signal: AbortSignal;
  /** Where the extension is reached when no request tells, without a slash at the end. */
  readonly webUrl: string;
}

/** On whose behalf code runs, and at what time. */
export interface Scope {
  /** The account whose objects are seen and made. */
  readonly account: string;
  /** The test clock whose time it is; null for the time of the world. */
  readonly clock: string | null;
  /** The time in seconds since 1970; undefined for that of the clock. */
  readonly time?: number | undefined;
  /** The API version that the client asked for. */
  readonly version?: string | undefined;
  /** Where the client reached the API, without a slash at the end: pages are below it. */
  readonly base?: string | undefined;
  /** The request that this is part of; events name it. */
  readonly request?: { readonly id: string; readonly idempotency_key: string | null } | undefined;
}

/** The account that API keys belong to. Connected accounts are made by `POST /v1/accounts`. */
export const PLATFORM_ACCOUNT = 'acct_1BacklotPlatform';

const ID_LENGTH = 24;

/**
 * Everything that the code of a resource needs: the tables of all kinds of objects, time, identifiers, events and jobs.
 * Everything is synchronous, so a call sees nothing of another one; each call is one transaction.
 */
export class Backend {
  readonly state: State;
  readonly jobs: Jobs;
  readonly advances: Advances;
  /** The command lines of developers that listen to events. */
  readonly commandLines: CommandLines;
  readonly #tables = new Map<string, Table<never>>();
  #scope: Scope = { account: PLATFORM_ACCOUNT, clock: null };
  readonly #reactions = new Map<string, readonly Reaction[]>();
  #afterwards: (() => void)[] = [];

  constructor(
    readonly platform: PlatformServices,
    readonly config: StripeConfig,
  ) {
    this.state = platform.state;
    this.jobs = new Jobs(this);
    this.advances = new Advances(this);
    this.commandLines = new CommandLines(this);
  }

  /** The account that the running code acts for. */
  get account(): string {
    return this.#scope.account;
  }

  /** The test clock that the running code follows, or null. */
  get clock(): string | null {
    return this.#scope.clock;
  }

  /** Whether the looser rules of localstripe hold, besides its shapes. */
  get isLoose(): boolean {
    return this.config.compat === 'localstripe';
  }

  get scope(): Scope {
    return this.#scope;
  }

  /** The objects of a kind. `T` is the type of the official package: `stripe.table<Stripe.Customer>('customer')`. */
  table<T extends StripeObject, Hidden extends object = Record<string, unknown>>(kind: string): Table<T, Hidden> {
    let table = this.#tables.get(kind);
    if (table === undefined) {
      table = new Table(kind, this) as unknown as Table<never>;
      this.#tables.set(kind, table);
    }
    return table as unknown as Table<T, Hidden>;
  }

  /** The time in whole seconds since 1970: that of the test clock which the running code follows, or of the world. */
  now(): number {
    const { time, clock } = this.#scope;
    if (time !== undefined) return time;
    if (clock !== null) {
      const testClock = this.table<StripeObject & { frozen_time: number }>('test_helpers.test_clock').find(clock);
      if (testClock) return testClock.frozen_time;
    }
    return this.platform.clock.seconds();
  }

  /** A new identifier for an object of a kind. */
  newId(kind: string): string {
    return this.platform.ids.next(ID_PREFIXES[kind] ?? kind, KINDS[kind]?.idLength ?? ID_LENGTH);
  }

  /** Random letters and digits, for secrets and the like. */
  secret(length = ID_LENGTH): string {
    return this.platform.ids.next(undefined, length);
  }

  /** Counts up through all kinds of objects. */
  nextOrder(): number {
    return this.platform.ids.number('order');
  }

  /** Runs a function for another account, or on another clock, or at another time. What is left out stays as it is. */
  as<R>(scope: Partial<Scope>, work: () => R): R {
    const outer = this.#scope;
    const { account = outer.account, clock = outer.clock, version = outer.version } = scope;
    this.#scope = {
      account,
      clock,
      time: 'time' in scope || scope.clock !== undefined ? scope.time : outer.time,
      version,
      base: 'base' in scope ? scope.base : outer.base,
      request: 'request' in scope ? scope.request : outer.request,
    };
    try {
      return work();
    } finally {
      this.#scope = outer;
    }
  }

  /** Runs a function at the time of a customer's test clock, if the customer has one. */
  onClockOf<R>(customer: string | undefined, work: () => R): R {
    if (customer === undefined) return work();
    const clock = this.table<StripeObject & { test_clock?: string | null }>('customer').find(customer)?.test_clock;
    return clock === undefined || clock === null || clock === this.clock ? work() : this.as({ clock }, work);
  }

  /**
   * Keeps an event and delivers it to the webhook endpoints that want it. `object` is the object as it is now; give the
   * former values of what changed as `previous`. Gives the event.
   */
  emit(type: string, object: object, previous?: Record<string, unknown>): Stripe.Event {
    const event = emitEvent(this, type, object, previous);
    for (const react of this.#reactions.get(type) ?? []) react(object as never);
    return event;
  }

  /** Does something whenever an event of a type is made. */
  react(type: string, reaction: Reaction): void {
    this.#reactions.set(type, [...(this.#reactions.get(type) ?? []), reaction]);
  }

  /** The URL of a page for people: `pageUrl('pay/cs_test_1')`. */
  pageUrl(path: string): string {
    return `${baseIn(this.#scope.base ?? this.platform.webUrl, this.state.sandbox)}/${path}`;
  }

  emitChange(type: string, before: StripeObject, after: StripeObject): void {
    const previous = previousAttributes(before, after);
    if (previous) this.emit(type, after, previous);
  }

  /** Calls a function once the running call has succeeded, and not at all when its writes are undone. */
  afterwards(work: () => void): void {
    this.#afterwards.push(work);
  }

  /**
   * Runs a function as one step: what it writes is kept together or, when it throws, undone. Then does what was put off until
   * afterwards, and looks for the next job.
   */
  step<R>(scope: Scope, work: () => R): R {
    const outer = this.#afterwards;
    this.#afterwards = [];
    try {
      const result = this.as(scope, () => this.state.transaction(work));
      for (const each of this.#afterwards) each();
      return result;
    } finally {
      this.#afterwards = outer;
    }
  }

  /** Goes on with clocks that are being advanced, does the jobs of the world that have become due, and sets the alarm for the next. */
  settle(): void {
    this.advances.resume();
    const due = this.jobs.nextAt(null);
    if (due === undefined) return;
    const now = this.platform.clock.seconds();
    if (due <= now) this.step({ account: PLATFORM_ACCOUNT, clock: null }, () => this.jobs.run(null, now));
    this.jobs.arm();
  }
}

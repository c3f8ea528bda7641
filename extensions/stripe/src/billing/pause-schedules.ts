/** When the subscription of a schedule pauses, and goes on: https://docs.stripe.com/billing/subscriptions/pause/schedules. */
import type Stripe from 'stripe';
import { invalidRequest, parameterMissing, StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import type { JobHandler } from '../kernel/jobs';
import { idOf } from '../kernel/objects';
import { pauseSubscription } from './pausing';
import { addIntervals } from './periods';
import { resume } from './resumption';
import { subscriptionTable } from './subscription-data';

type Schedule = Stripe.SubscriptionSchedule;
type Entry = Stripe.SubscriptionSchedule.PauseSchedule;
type Given = Stripe.SubscriptionScheduleUpdateParams.PauseSchedule;

const KEY_LENGTH = 24;
const PAUSE = 'subscription_schedule.pause';
const RESUME = 'subscription_schedule.resume';

/** The pause schedules that parameters describe; left out, those that there were. Throws for more than one, and for times that cannot be. */
export function readPauses(
  stripe: Backend,
  given: readonly Given[] | '' | undefined | null,
  schedule: Pick<Schedule, 'billing_mode' | 'pause_schedules' | 'subscription'>,
): Entry[] {
  if (given === undefined) return schedule.pause_schedules;
  if (!given || given.length === 0) return [];
  if (given.length > 1) throw invalidRequest('You can provide one pause schedule.', { param: 'pause_schedules' });
  if (schedule.billing_mode.type !== 'flexible') {
    throw invalidRequest('Pause schedules need the billing mode `flexible`.', { param: 'pause_schedules' });
  }
  const [{ key, pause, resume: end }] = given as readonly [Given];
  const known = schedule.pause_schedules.find((each) => each.key === key);
  const paused = pause ? pauseOf(stripe, pause, known) : (known?.pause ?? pausedAlready(stripe, schedule));
  if (paused === undefined) throw parameterMissing('pause_schedules[0][pause]');
  const resumed = end === undefined ? (known?.resume ?? null) : end ? resumeOf(stripe, end, paused, known) : null;
  if (resumed !== null && resumed.resume_at < paused.pause_at) {
    throw invalidRequest('A subscription resumes after it has paused.', {
      param: 'pause_schedules[0][resume][resume_at]',
    });
  }
  return [{ key: key ?? stripe.secret(KEY_LENGTH), pause: paused, resume: resumed }];
}

function pauseOf(
  stripe: Backend,
  { pause_at: at, settings }: NonNullable<Given['pause']>,
  known?: Entry,
): Entry['pause'] {
  const { bill_for: bill, invoicing_behavior: behavior } = settings ?? {};
  const before = known?.pause.settings;
  return {
    pause_at: at ? timeOf(stripe, at, 'pause_schedules[0][pause][pause_at]') : (known?.pause.pause_at ?? stripe.now()),
    settings: {
      bill_for: {
        outstanding_usage_through: {
          type: bill?.outstanding_usage_through?.type ?? before?.bill_for.outstanding_usage_through.type ?? 'pause_at',
        },
        unused_time_from: {
          type: bill?.unused_time_from?.type ?? before?.bill_for.unused_time_from.type ?? 'pause_at',
        },
      },
      invoicing_behavior: behavior ?? before?.invoicing_behavior ?? 'pending_invoice_item',
      type: 'subscription',
    },
    status: { type: 'scheduled' },
  };
}

function resumeOf(
  stripe: Backend,
  { resume_at: at, settings }: Exclude<NonNullable<Given['resume']>, ''>,
  pause: Entry['pause'],
  known?: Entry,
): NonNullable<Entry['resume']> {
  const before = known?.resume?.settings;
  const param = 'pause_schedules[0][resume][resume_at]';
  return {
    resume_at: at ? timeOf(stripe, at, param, pause.pause_at) : (known?.resume?.resume_at ?? stripe.now()),
    settings: {
      billing_cycle_anchor: settings?.billing_cycle_anchor ?? before?.billing_cycle_anchor ?? 'resume_at',
      payment_behavior: settings?.payment_behavior ?? before?.payment_behavior ?? 'resume_on_payment_success',
      proration_behavior: settings?.proration_behavior ?? before?.proration_behavior ?? 'create_prorations',
    },
    status: { type: 'scheduled' },
  };
}

interface GivenTime {
  readonly type: string;
  readonly timestamp?: number;
  readonly duration?: {
    readonly interval: 'day' | 'week' | 'month' | 'year' | (string & {});
    readonly interval_count?: number;
  };
}

function timeOf(stripe: Backend, { type, timestamp, duration }: GivenTime, param: string, from = stripe.now()): number {
  if (type === 'now') return stripe.now();
  if (type === 'duration' && duration) {
    return addIntervals(from, { interval: duration.interval, interval_count: duration.interval_count ?? 1 }, 1);
  }
  if (type !== 'timestamp' || timestamp === undefined) throw parameterMissing(`${param}[${type}]`);
  if (timestamp < stripe.now())
    throw invalidRequest('This time must be in the future.', { param: `${param}[timestamp]` });
  return timestamp;
}

/** A subscription that is paused already only has to be told when it goes on. */
function pausedAlready(stripe: Backend, { subscription }: Pick<Schedule, 'subscription'>): Entry['pause'] | undefined {
  const found = subscriptionTable(stripe).find(idOf(subscription) ?? '');
  const { paused } = found?.status_details ?? {};
  return paused && { pause_at: paused.transitioned_at, settings: null, status: { type: 'succeeded' } };
}

/** Puts in the calendar when the subscription pauses and goes on, and does what is due now. */
export function planPauses(stripe: Backend, { id, pause_schedules: [entry], status }: Schedule): void {
  for (const kind of [PAUSE, RESUME]) stripe.jobs.cancel(id, kind);
  if (!entry || (status !== 'active' && status !== 'not_started')) return;
  const now = stripe.now();
  const { pause, resume: end } = entry;
  if (pause.status.type === 'scheduled') {
    if (pause.pause_at > now) stripe.jobs.schedule(PAUSE, id, pause.pause_at);
    else run(stripe, id, 'pause');
  }
  if (end?.status.type === 'scheduled') {
    if (end.resume_at > now) stripe.jobs.schedule(RESUME, id, end.resume_at);
    else run(stripe, id, 'resume');
  }
}

export const pauseJobs: Readonly<Record<string, JobHandler>> = {
  [PAUSE]: (stripe, { subject }) => run(stripe, subject, 'pause'),
  [RESUME]: (stripe, { subject }) => run(stripe, subject, 'resume'),
};

/** Pauses or resumes, and writes down how that went. */
function run(stripe: Backend, id: string, part: 'pause' | 'resume'): void {
  const table = stripe.table<Schedule>('subscription_schedule');
  const [entry] = table.find(id)?.pause_schedules ?? [];
  const subscription = idOf(table.find(id)?.subscription);
  if (!entry || subscription === undefined) return;
  const status = outcomeOf(() =>
    part === 'pause' ? pauseNow(stripe, subscription, entry) : resumeNow(stripe, subscription, entry),
  );
  const after = { ...entry, [part]: { ...entry[part], status } };
  table.update(id, { pause_schedules: [after] }, 'subscription_schedule.updated');
}

function outcomeOf(work: () => unknown): Entry['pause']['status'] {
  try {
    work();
    return { type: 'succeeded' };
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    const { code } = error.fields;
    return { error: { message: error.message, ...(code !== undefined && { code }) }, type: 'error' };
  }
}

function pauseNow(stripe: Backend, id: string, { pause: { settings } }: Entry): void {
  const at = (type: string | undefined): string => (type === undefined || type === 'pause_at' ? 'now' : type);
  pauseSubscription(stripe, id, {
    bill_for: {
      outstanding_usage_through: { type: at(settings?.bill_for.outstanding_usage_through.type) as 'now' },
      unused_time_from: { type: at(settings?.bill_for.unused_time_from.type) as 'now' },
    },
    invoicing_behavior: settings?.invoicing_behavior ?? 'pending_invoice_item',
  });
}

function resumeNow(stripe: Backend, id: string, { resume: end }: Entry): void {
  const { billing_cycle_anchor: anchor, payment_behavior, proration_behavior } = end!.settings;
  resume(stripe, id, {
    billing_cycle_anchor: { type: anchor === 'unchanged' ? 'unchanged' : 'now' },
    payment_behavior: payment_behavior,
    proration_behavior: proration_behavior,
  });
}

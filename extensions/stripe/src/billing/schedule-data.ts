import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import type { Table } from '../kernel/table';
import type { Phase } from './schedule-phases';

type Schedule = Stripe.SubscriptionSchedule;

export function scheduleTable(stripe: Backend): Table<Schedule> {
  return stripe.table<Schedule>('subscription_schedule');
}

export function phaseAt({ phases }: Schedule, time: number): Phase | undefined {
  return phases.find(({ start_date, end_date }) => start_date <= time && time < end_date);
}

export function checkOpen({ status }: Schedule, action: string, done: string): void {
  if (status === 'active' || status === 'not_started') return;
  throw invalidRequest(
    `You cannot ${action} a subscription schedule that is currently in the \`${status}\` status. It must be in \`not_started, active\` status to be ${done}.`,
  );
}

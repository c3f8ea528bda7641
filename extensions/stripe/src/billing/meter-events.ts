/** What was used, as events report it: https://docs.stripe.com/billing/subscriptions/usage-based/recording-usage. */
import type { Collection } from 'backlot';
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';

/** One report of usage, as it is kept. */
export interface Usage {
  readonly account: string;
  readonly event: string;
  readonly identifier: string;
  readonly customer: string;
  readonly timestamp: number;
  readonly value: number;
  /** Counts up: the last of two at the same time is the later one. */
  readonly order: number;
}

/** All reports of usage, by account, event, customer and time. */
export function usages(stripe: Backend): Collection<Usage> {
  return stripe.state.collection<Usage>('meter_usage', {
    indexes: {
      time: (usage) => [[usage.account, usage.event, usage.customer, usage.timestamp, usage.order]],
    },
  });
}

/** The reports of a customer from one time until another, soonest first; the end is not included. */
export function eventsOf(stripe: Backend, event: string, customer: string, from: number, to: number): Usage[] {
  const start = [stripe.account, event, customer];
  return [
    ...usages(stripe)
      .by('time')
      .values({ from: [...start, from], before: [...start, to] }),
  ];
}

/** Decimals beyond these are noise of adding up. */
const DECIMALS = 1e9;

/** What a meter makes of reports: their sum, their number, or the last. */
export function aggregate(meter: Pick<Stripe.Billing.Meter, 'default_aggregation'>, events: readonly Usage[]): number {
  switch (meter.default_aggregation.formula) {
    case 'count':
      return events.length;
    case 'last':
      return events.at(-1)?.value ?? 0;
    case 'sum':
    default:
      return Math.round(events.reduce((sum, { value }) => sum + value, 0) * DECIMALS) / DECIMALS;
  }
}

/** Usage that is recorded for an item of a subscription, as it was before there were meters: https://docs.stripe.com/api/usage_records. */
import type { Collection } from 'backlot';
import type { Backend } from '../kernel/backend';
import { aggregateOf } from '../resources/prices';
import type { Item } from './subscription-data';

interface UsageRecord {
  readonly account: string;
  readonly item: string;
  readonly timestamp: number;
  readonly quantity: number;
}

/** All records, by account, item and time. */
export function records(stripe: Backend): Collection<UsageRecord> {
  return stripe.state.collection<UsageRecord>('usage_record', {
    indexes: { time: (record) => [[record.account, record.item, record.timestamp]] },
  });
}

/** What an item used from one time until another, as its price counts it; the end is not included. */
export function recordedUsage(stripe: Backend, item: Item, from: number, to: number): number {
  const how = aggregateOf(stripe, item.price.id);
  const start = [stripe.account, item.id];
  const quantities = [
    ...records(stripe)
      .by('time')
      .values({ from: [...start, how === 'last_ever' ? 0 : from], before: [...start, to] }),
  ].map(({ quantity }) => quantity);
  switch (how) {
    case 'sum':
      return quantities.reduce((sum, quantity) => sum + quantity, 0);
    case 'max':
      return Math.max(0, ...quantities);
    case 'last_during_period':
    case 'last_ever':
      return quantities.at(-1) ?? 0;
  }
}

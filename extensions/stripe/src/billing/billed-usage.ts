/** What of the usage of a period was billed before its end, because a threshold was reached. */
import type { Collection } from 'backlot';
import type { Backend } from '../kernel/backend';
import type { Item } from './subscription-data';

interface BilledUsage {
  readonly quantity: number;
}

function billed(stripe: Backend): Collection<BilledUsage> {
  return stripe.state.collection<BilledUsage>('billed_usage');
}

function keyOf(stripe: Backend, { id, current_period_start: start }: Item): [string, string, number] {
  return [stripe.account, id, start];
}

/** How much of what an item used in its current period was billed already. */
export function billedOf(stripe: Backend, item: Item): number {
  return billed(stripe).get(keyOf(stripe, item))?.quantity ?? 0;
}

/** Keeps that so much of what an item used in its current period was billed. */
export function keepBilled(stripe: Backend, item: Item, quantity: number): void {
  billed(stripe).put(keyOf(stripe, item), { quantity });
}

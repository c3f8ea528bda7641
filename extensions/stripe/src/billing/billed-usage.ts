/** What of the usage of a period was billed before its end, because a threshold was reached. */
import type { Collection } from 'backlot';
import type { Backend } from '../kernel/backend';
import type { Item } from './subscription-data';
import { usageFor } from './usage';

interface BilledUsage {
  readonly quantity: number;
  /** From when on the usage of the period counts: it was used at another price before. */
  readonly since?: number;
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

/** From when on what an item uses in its current period is billed at its price. */
export function usedSince(stripe: Backend, item: Item): number {
  return billed(stripe).get(keyOf(stripe, item))?.since ?? item.current_period_start;
}

/** What an item used since then, up to the end of its current period. */
export function usedOf(stripe: Backend, item: Item): number {
  return usageFor(stripe, item, usedSince(stripe, item), item.current_period_end);
}

/** Keeps that so much of what an item used in its current period was billed. */
export function keepBilled(stripe: Backend, item: Item, quantity: number): void {
  const key = keyOf(stripe, item);
  billed(stripe).put(key, { ...billed(stripe).get(key), quantity });
}

/** The usage of an item counts from a time on: what was used before was another price's. */
export function countAnew(stripe: Backend, item: Item, since: number): void {
  billed(stripe).put(keyOf(stripe, item), { quantity: 0, since });
}

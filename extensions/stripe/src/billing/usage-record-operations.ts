/** Recording usage, and what was recorded: https://docs.stripe.com/api/usage_records. */
import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { pageOf } from '../kernel/page-of';
import { isMetered } from './prices';
import { customerOf, findItem, type Item, type Subscription } from './subscription-data';
import { billAtThresholds } from './thresholds';
import { recordedUsage, records } from './usage-records';

/** How far ahead of the clock usage may be recorded, in seconds. */
const AHEAD = 300;
const INTEGER = /^\d{1,15}$/;

interface Given {
  readonly action?: unknown;
  readonly quantity?: unknown;
  readonly timestamp?: unknown;
}

/** Keeps how much was used at a time; at the same time it adds up, or is set anew. */
function record(stripe: Backend, item: Item, given: Given): object {
  if (!isMetered(item.price) || item.price.recurring?.meter) {
    throw invalidRequest(
      'Usage records can only be created for subscription items with a metered price that has no meter.',
    );
  }
  if (given.quantity === undefined) throw parameterMissing('quantity');
  const quantity = integer(given.quantity, 'quantity');
  const now = stripe.now();
  const timestamp =
    given.timestamp === undefined || given.timestamp === 'now' ? now : integer(given.timestamp, 'timestamp');
  if (timestamp < item.current_period_start || timestamp > now + AHEAD) {
    throw invalidRequest(
      `Cannot create the usage record with this timestamp because timestamps must be after the subscription's last invoice period (or current period start time), and not more than 5 minutes in the future.`,
      { param: 'timestamp' },
    );
  }
  const { action = 'increment' } = given;
  if (action !== 'increment' && action !== 'set') {
    throw invalidRequest('Invalid action: must be one of increment or set', { param: 'action' });
  }
  const key = [stripe.account, item.id, timestamp];
  const before = action === 'increment' ? (records(stripe).get(key)?.quantity ?? 0) : 0;
  const kept = { account: stripe.account, item: item.id, timestamp, quantity: before + quantity };
  records(stripe).put(key, kept);
  return {
    id: stripe.platform.ids.next('mbur', 24),
    object: 'usage_record',
    livemode: false,
    quantity: kept.quantity,
    subscription_item: item.id,
    timestamp,
  };
}

function integer(value: unknown, param: string): number {
  if (typeof value === 'string' && INTEGER.test(value)) return Number(value);
  throw invalidRequest(`Invalid integer: ${typeof value === 'string' ? value.slice(0, 60) : 'a list or hash'}`, {
    code: 'parameter_invalid_integer',
    param,
  });
}

/** What an item used in the period that it has, and in those that were billed, the latest first. */
function summaries(stripe: Backend, item: Item, subscription: Subscription): { readonly id: string }[] {
  const summary = (period: { start: number | null; end: number | null }, used: number, invoice: string | null) => ({
    id: `sis_${item.id.slice(3)}${period.start ?? ''}`,
    object: 'usage_record_summary',
    invoice,
    livemode: false,
    period,
    subscription_item: item.id,
    total_usage: used,
  });
  const { current_period_start: start, current_period_end: end } = item;
  const invoices = stripe.table<Stripe.Invoice>('invoice').values({
    by: { 'parent.subscription_details.subscription': subscription.id },
    // The first invoice may have a line for what will be used; it bills none of it.
    where: ({ billing_reason: reason }) => reason !== 'subscription_create',
  });
  const billed = [...invoices].flatMap((invoice) => {
    const lines = invoice.lines.data.filter(
      ({ parent }) => parent?.subscription_item_details?.subscription_item === item.id,
    );
    const [first] = lines;
    // A tier has a line of its own.
    const used = lines.reduce((sum, { quantity }) => sum + (quantity ?? 0), 0);
    return first ? [summary(first.period, used, invoice.id)] : [];
  });
  return [summary({ start, end: null }, recordedUsage(stripe, item, start, end), null), ...billed];
}

/** https://docs.stripe.com/api/usage_records and usage_record_summaries, which versions before basil have. */
export const usageRecords: DefineModule = (stripe) => ({
  operations: {
    'POST /v1/subscription_items/{item}/usage_records': ({ path, params }) => {
      const { item, subscription } = findItem(stripe, path['item']!);
      const customer = customerOf(subscription);
      return stripe.onClockOf(customer, () => {
        const recorded = record(stripe, item, params);
        billAtThresholds(stripe, customer);
        return recorded;
      });
    },
    'GET /v1/subscription_items/{item}/usage_record_summaries': ({ path, params, url }) => {
      const { item, subscription } = findItem(stripe, path['item']!);
      return pageOf(summaries(stripe, item, subscription), url, params);
    },
  },
});

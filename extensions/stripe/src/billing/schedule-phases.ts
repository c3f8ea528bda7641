/** The phases of a subscription schedule: when each begins and ends, and what the subscription is in it. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import { idOf } from '../kernel/objects';
import { addIntervals } from './periods';
import { planOf, resolvePrice, shownPrice } from './prices';

export type Phase = Stripe.SubscriptionSchedule.Phase;
/** Settings of invoices where nobody gives any. */
export const NO_INVOICE_SETTINGS = {
  account_tax_ids: null,
  custom_fields: null,
  days_until_due: null,
  description: null,
  footer: null,
};

type GivenPhase = Stripe.SubscriptionScheduleCreateParams.Phase;

/** The phases that parameters describe, one after the other from a time on. */
export function readPhases(stripe: Backend, given: readonly GivenPhase[], start: number): Phase[] {
  let from = start;
  return given.map((phase, index) => {
    const made = readPhase(stripe, phase, from, `phases[${index}]`);
    if (made.end_date <= made.start_date) {
      throw invalidRequest('The end date of a phase must be after its start date.', {
        param: `phases[${index}][end_date]`,
      });
    }
    from = made.end_date;
    return made;
  });
}

function readPhase(stripe: Backend, given: GivenPhase, from: number, at: string): Phase {
  const prices = given.items.map((item, index) => {
    const price = resolvePrice(stripe, item, `${at}[items][${index}]`);
    if (price?.recurring) return shownPrice(price);
    throw invalidRequest('A phase needs recurring prices.', { param: `${at}[items][${index}][price]` });
  });
  const [first] = prices;
  if (first === undefined)
    throw invalidRequest(`Missing required param: ${at}[items].`, { code: 'parameter_missing', param: `${at}[items]` });
  const { duration } = given;
  const end =
    given.end_date ??
    (duration
      ? addIntervals(from, { interval: duration.interval, interval_count: duration.interval_count ?? 1 }, 1)
      : addIntervals(from, first.recurring!, 1));
  const discountsOf = (
    each: readonly { coupon?: string; discount?: string; promotion_code?: string }[] | '' | null | undefined,
  ) =>
    (each || []).map(({ coupon = null, discount = null, promotion_code = null }) => ({
      coupon,
      discount,
      promotion_code,
    }));
  return {
    add_invoice_items: given.add_invoice_items ?? [],
    application_fee_percent: given.application_fee_percent ?? null,
    ...(given.automatic_tax && {
      automatic_tax: { disabled_reason: null, enabled: given.automatic_tax.enabled, liability: null },
    }),
    billing_cycle_anchor: given.billing_cycle_anchor ?? null,
    billing_thresholds: given.billing_thresholds || null,
    collection_method: given.collection_method ?? null,
    currency: given.currency?.toLowerCase() ?? first.currency,
    default_payment_method: given.default_payment_method ?? null,
    default_tax_rates: (given.default_tax_rates || []).map((id) =>
      stripe.table<Stripe.TaxRate>('tax_rate').get(id, `${at}[default_tax_rates]`),
    ),
    description: given.description || null,
    discounts: discountsOf(given.discounts),
    end_date: end,
    invoice_settings: given.invoice_settings
      ? { ...NO_INVOICE_SETTINGS, issuer: null, ...given.invoice_settings }
      : null,
    items: given.items.map((item, index) => ({
      billing_thresholds: null,
      discounts: discountsOf(item.discounts),
      metadata: mergeMetadata(undefined, item.metadata),
      plan: planOf(prices[index]!).id,
      price: prices[index]!.id,
      ...(prices[index]!.recurring!.usage_type !== 'metered' && { quantity: item.quantity ?? 1 }),
      tax_rates: (item.tax_rates || []).map((id) =>
        stripe.table<Stripe.TaxRate>('tax_rate').get(id, `${at}[items][${index}][tax_rates]`),
      ),
    })),
    metadata: mergeMetadata(undefined, given.metadata),
    on_behalf_of: given.on_behalf_of ?? null,
    proration_behavior: given.proration_behavior ?? 'create_prorations',
    start_date: from,
    transfer_data: given.transfer_data ? { amount_percent: null, ...given.transfer_data } : null,
    trial_end: given.trial === true ? end : (given.trial_end ?? null),
  } as unknown as Phase;
}

/** The phase that a subscription is in by itself: its period. */
export function phaseOf(subscription: Stripe.Subscription): Phase {
  const [first] = subscription.items.data;
  return {
    add_invoice_items: [],
    application_fee_percent: null,
    billing_cycle_anchor: null,
    billing_thresholds: null,
    collection_method: subscription.collection_method,
    currency: subscription.currency,
    default_payment_method: idOf(subscription.default_payment_method) ?? null,
    default_tax_rates: subscription.default_tax_rates,
    description: null,
    discounts: subscription.discounts.map((discount) => ({
      coupon: null,
      discount: idOf(discount)!,
      promotion_code: null,
    })),
    end_date: first!.current_period_end,
    invoice_settings: null,
    items: subscription.items.data.map((item) => ({
      billing_thresholds: null,
      discounts: item.discounts.map((discount) => ({ coupon: null, discount: idOf(discount)!, promotion_code: null })),
      metadata: item.metadata,
      plan: item.price.id,
      price: item.price.id,
      ...(item.quantity !== undefined && { quantity: item.quantity }),
      tax_rates: item.tax_rates,
    })),
    metadata: subscription.metadata,
    on_behalf_of: null,
    proration_behavior: 'create_prorations',
    start_date: first!.current_period_start,
    transfer_data: null,
    trial_end: subscription.trial_end,
  };
}

/**
 * What the parameters of a subscription are in a phase, beside its items. What the phase does not say, the default settings of its schedule
 * do.
 */
export function subscriptionParams(
  phase: Phase,
  defaults: Stripe.SubscriptionSchedule['default_settings'],
): Stripe.SubscriptionUpdateParams {
  const named = (discounts: readonly Stripe.SubscriptionSchedule.Phase.Discount[]) =>
    discounts.map(({ coupon, discount, promotion_code }) => ({
      ...(coupon !== null && { coupon: idOf(coupon)! }),
      ...(discount !== null && { discount: idOf(discount)! }),
      ...(promotion_code !== null && { promotion_code: idOf(promotion_code)! }),
    }));
  const { days_until_due: days, ...texts } = { ...defaults.invoice_settings, ...given(phase.invoice_settings ?? {}) };
  const method = idOf(phase.default_payment_method ?? defaults.default_payment_method);
  const account = idOf(phase.on_behalf_of ?? defaults.on_behalf_of);
  const transfer = phase.transfer_data ?? defaults.transfer_data;
  const settings = given({
    application_fee_percent: phase.application_fee_percent ?? defaults.application_fee_percent,
    billing_thresholds: phase.billing_thresholds ?? defaults.billing_thresholds,
    collection_method: phase.collection_method ?? defaults.collection_method,
    default_payment_method: method,
    description: phase.description ?? defaults.description,
    on_behalf_of: account,
    transfer_data: transfer && given({ ...transfer, destination: idOf(transfer.destination) }),
  });
  const automatic = phase.automatic_tax ?? defaults.automatic_tax;
  return {
    ...settings,
    ...(settings['collection_method'] === 'send_invoice' && days && { days_until_due: days }),
    invoice_settings: given(texts),
    ...(automatic && { automatic_tax: { enabled: automatic.enabled } }),
    ...(phase.default_tax_rates && { default_tax_rates: phase.default_tax_rates.map(({ id }) => id) }),
    discounts: named(phase.discounts),
    ...(phase.metadata && { metadata: phase.metadata }),
    ...(phase.add_invoice_items.length > 0 && { add_invoice_items: phase.add_invoice_items as never }),
  };
}

/** The fields that say something. */
function given(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
}

/** The items of a phase as parameters of a subscription. */
export function itemParams(phase: Phase): Stripe.SubscriptionCreateParams.Item[] {
  return phase.items.map(({ price, quantity, metadata, tax_rates, discounts }) => ({
    price: idOf(price)!,
    ...(quantity !== undefined && { quantity }),
    ...(metadata && { metadata }),
    ...(tax_rates && { tax_rates: tax_rates.map(({ id }) => id) }),
    ...(discounts.length > 0 && {
      discounts: discounts.map(({ coupon, promotion_code, discount }) => ({
        ...(coupon !== null && { coupon: idOf(coupon)! }),
        ...(discount !== null && { discount: idOf(discount)! }),
        ...(promotion_code !== null && { promotion_code: idOf(promotion_code)! }),
      })),
    }),
  }));
}

import type Stripe from 'stripe';
import { checkFeePercent, checkRecipients } from '../connect/recipients';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import { checkLength } from '../parameters/validate';
import { subscriptionOptions } from './payment-options';
import { addIntervals } from './periods';
import { ratesOf, type Subscription } from './subscription-data';

type Given = Omit<Stripe.SubscriptionCreateParams, 'cancel_at' | 'trial_end'> | Stripe.SubscriptionUpdateParams;

const LONGEST_DESCRIPTION = 500;

const SAME = [
  'application_fee_percent', 'collection_method', 'days_until_due', 'default_payment_method', 'default_source',
  'description', 'on_behalf_of',
] as const; // prettier-ignore

/** The fields of a subscription that are as parameters give them. An empty one takes a value out. */
export function plainFields(stripe: Backend, given: Given, before?: Subscription): Partial<Subscription> {
  const fields: Record<string, unknown> = {};
  for (const name of SAME) {
    const value = (given as Record<string, unknown>)[name];
    if (value !== undefined) fields[name] = value === '' ? null : value;
  }
  checkLength(given.description ?? '', LONGEST_DESCRIPTION, 'description');
  if (given.metadata !== undefined) fields['metadata'] = mergeMetadata(before?.metadata, given.metadata);
  if (given.default_tax_rates !== undefined) {
    fields['default_tax_rates'] = ratesOf(
      stripe,
      given.default_tax_rates,
      'default_tax_rates',
      before?.default_tax_rates,
    );
  }
  if (given.automatic_tax) {
    const { enabled } = given.automatic_tax;
    fields['automatic_tax'] = { disabled_reason: null, enabled, liability: enabled ? { type: 'self' } : null };
  }
  if (given.payment_settings) fields['payment_settings'] = paymentSettings(given.payment_settings, before);
  if (given.trial_settings) {
    const { end_behavior: behavior } = given.trial_settings;
    fields['trial_settings'] = {
      end_behavior: {
        billing_cycle_anchor: 'now',
        ...behavior,
        missing_payment_method: behavior.missing_payment_method ?? 'create_invoice',
      },
    };
  }
  checkFeePercent(given.application_fee_percent);
  if (given.transfer_data || given.on_behalf_of) checkRecipients(stripe, given);
  if (given.transfer_data !== undefined) {
    fields['transfer_data'] = given.transfer_data ? { amount_percent: null, ...given.transfer_data } : null;
  }
  if (given.billing_thresholds !== undefined) {
    fields['billing_thresholds'] = thresholdsOf(given.billing_thresholds);
  }
  if (given.pending_invoice_item_interval !== undefined) {
    const interval = given.pending_invoice_item_interval;
    const every = interval ? { interval_count: 1, ...interval } : null;
    fields['pending_invoice_item_interval'] = every;
    fields['next_pending_invoice_item_invoice'] = every && addIntervals(stripe.now(), every, 1);
  }
  if (given.invoice_settings) {
    const settings: Record<string, unknown> = { ...(before?.invoice_settings ?? emptyInvoiceSettings()) };
    for (const [name, value] of Object.entries(given.invoice_settings)) settings[name] = value === '' ? null : value;
    fields['invoice_settings'] = settings;
  }
  checkCollection(fields, before);
  return fields;
}

/** How prorations and invoices are reckoned: flexibly, with discounts in the amounts of prorations, where nothing is said. `since` is when that began. */
export function billingModeOf(
  given: Stripe.SubscriptionCreateParams.BillingMode | undefined,
  since?: number,
): Subscription['billing_mode'] {
  const { type = 'flexible', flexible } = given ?? {};
  return type === 'flexible'
    ? {
        flexible: { proration_discounts: 'included', ...flexible },
        type,
        ...(since !== undefined && { updated_at: since }),
      }
    : { flexible: null, type };
}

/** A billing mode as a parameter. */
export function billingModeParams({
  type,
  flexible,
}: Pick<Subscription['billing_mode'], 'type' | 'flexible'>): Stripe.SubscriptionCreateParams.BillingMode {
  return { type: type, ...(flexible && { flexible }) };
}

/** Thresholds as they are shown; null for an empty parameter, which takes them out. */
export function thresholdsOf(given: Given['billing_thresholds']): Subscription['billing_thresholds'] {
  if (!given) return null;
  const { amount_gte = null, reset_billing_cycle_anchor = null } = given;
  return { amount_gte, reset_billing_cycle_anchor };
}

/** What every subscription has when it is made. */
export function emptyPaymentSettings(): Record<string, unknown> {
  return { payment_method_options: null, payment_method_types: null, save_default_payment_method: 'off' };
}

export function emptyInvoiceSettings(): Record<string, unknown> {
  return { account_tax_ids: null, custom_fields: null, description: null, footer: null, issuer: { type: 'self' } };
}

function paymentSettings(given: object, before?: Subscription): Record<string, unknown> {
  const settings: Record<string, unknown> = { ...emptyPaymentSettings(), ...before?.payment_settings };
  for (const [name, value] of Object.entries(given) as [string, unknown][]) {
    if (value === '') settings[name] = null;
    else if (name !== 'payment_method_options') settings[name] = value;
    else settings[name] = subscriptionOptions(value as object, before?.payment_settings?.payment_method_options);
  }
  return settings;
}

function checkCollection(fields: Record<string, unknown>, before?: Subscription): void {
  const method = fields['collection_method'] ?? before?.collection_method ?? 'charge_automatically';
  const days = fields['days_until_due'];
  if (method === 'send_invoice') {
    if (days === undefined && (before === undefined || before.days_until_due === null)) {
      throw invalidRequest('You must pass `days_until_due` when `collection_method` is set to `send_invoice`.', {
        param: 'days_until_due',
      });
    }
  } else if (typeof days === 'number') {
    throw invalidRequest('You can only pass `days_until_due` when `collection_method` is set to `send_invoice`.', {
      param: 'days_until_due',
    });
  } else if (fields['collection_method'] !== undefined) {
    fields['days_until_due'] = null;
  }
}

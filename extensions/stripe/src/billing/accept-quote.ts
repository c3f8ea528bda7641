import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { readDiscounts } from './discounts';
import { createInvoice } from './invoice-drafts';
import { addInvoiceItem } from './invoice-items';
import { checkStatus, quoteTable } from './quote-data';
import { priceOf, type QuoteLine } from './quote-lines';
import { createSchedule } from './new-schedules';
import { billingModeParams } from './subscription-fields';
import { createSubscription } from './subscriptions';

type Quote = Stripe.Quote;

/** An accepted quote becomes a subscription, now or later, or a draft of an invoice where nothing recurs. */
export function accept(stripe: Backend, quote: Quote): Quote {
  checkStatus(quote, ['open'], 'accept');
  const { lines = [] } = quoteTable(stripe).hidden(quote.id) ?? {};
  const recurring = lines.filter((line) => priceOf(stripe, line).recurring !== null);
  const made = recurring.length > 0 ? subscribe(stripe, quote, lines, recurring) : invoice(stripe, quote, lines);
  stripe.jobs.cancel(quote.id);
  const accepted = quoteTable(stripe).update(quote.id, {
    ...made,
    status: 'accepted',
    status_transitions: { ...quote.status_transitions, accepted_at: stripe.now() },
  });
  stripe.emit('quote.accepted', accepted);
  return accepted;
}

function subscribe(
  stripe: Backend,
  quote: Quote,
  lines: readonly QuoteLine[],
  recurring: readonly QuoteLine[],
): Partial<Quote> {
  const { discounts = [] } = quoteTable(stripe).hidden(quote.id) ?? {};
  const { effective_date: effective, trial_period_days: trial, description, metadata } = quote.subscription_data;
  const items = recurring.map((line) => ({
    price: line.price,
    isAgreed: true,
    ...(priceOf(stripe, line).recurring?.usage_type !== 'metered' && { quantity: line.quantity }),
    tax_rates: [...line.taxRates],
    ...(line.discountParams.length > 0 && { discounts: [...line.discountParams] }),
  }));
  const once = lines
    .filter((line) => !recurring.includes(line))
    .map((line) => ({
      price: line.price,
      quantity: line.quantity,
      tax_rates: [...line.taxRates],
      discounts: [...line.discountParams],
    }));
  const common = {
    collection_method: quote.collection_method as 'send_invoice',
    ...(quote.collection_method === 'send_invoice' && { days_until_due: quote.invoice_settings.days_until_due ?? 30 }),
    default_tax_rates: (quote.default_tax_rates ?? []).map((each) => idOf(each)!),
    discounts: [...discounts],
    ...(description !== null && { description }),
    metadata: metadata ?? {},
    ...(once.length > 0 && { add_invoice_items: once }),
  };
  const customer = idOf(quote.customer)!;
  if (typeof effective === 'number' && effective > stripe.now()) {
    const { collection_method, days_until_due, ...phase } = common as typeof common & { days_until_due?: number };
    const schedule = createSchedule(stripe, {
      customer,
      billing_mode: billingModeParams(quote.subscription_data.billing_mode as Stripe.Subscription.BillingMode),
      start_date: effective,
      phases: [
        {
          ...phase,
          items,
          collection_method,
          ...(days_until_due !== undefined && { invoice_settings: { days_until_due } }),
        },
      ],
    });
    return { subscription_schedule: schedule.id };
  }
  const subscription = createSubscription(stripe, {
    customer,
    items,
    ...common,
    payment_behavior: 'allow_incomplete',
    billing_mode: billingModeParams(quote.subscription_data.billing_mode as Stripe.Subscription.BillingMode),
    ...(trial !== null && trial > 0 && { trial_period_days: trial }),
  });
  return { subscription: subscription.id, invoice: idOf(subscription.latest_invoice) ?? null };
}

function invoice(stripe: Backend, quote: Quote, lines: readonly QuoteLine[]): Partial<Quote> {
  const customer = idOf(quote.customer)!;
  const { discounts = [] } = quoteTable(stripe).hidden(quote.id) ?? {};
  const currency = quote.currency ?? 'usd';
  const draft = createInvoice(
    stripe,
    {
      billing_reason: 'manual',
      collection_method: quote.collection_method,
      currency,
      customer,
      days_until_due:
        quote.collection_method === 'send_invoice' ? (quote.invoice_settings.days_until_due ?? 30) : undefined,
      default_tax_rates: (quote.default_tax_rates ?? []) as Stripe.TaxRate[],
      description: quote.invoice_settings.description,
      discounts: readDiscounts(stripe, discounts, { customer, invoice: '' }, { currency }).map(({ id }) => id),
      footer: quote.invoice_settings.footer,
      parent: { quote_details: { quote: quote.id }, subscription_details: null, type: 'quote_details' },
    },
    [],
  );
  for (const line of lines) {
    addInvoiceItem(stripe, {
      customer,
      invoice: draft.id,
      currency,
      pricing: { price: line.price },
      quantity: line.quantity,
      tax_rates: [...line.taxRates],
      discounts: [...line.discountParams],
    });
  }
  return { invoice: draft.id };
}

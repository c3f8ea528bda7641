import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { quoteTable } from './quote-data';
import { priceOf, type QuoteLine, type Sums, sumsOf } from './quote-lines';

type Quote = Stripe.Quote;

export function sums(stripe: Backend, quote: Quote, wanted: (line: QuoteLine) => boolean = () => true) {
  const lines = (quoteTable(stripe).hidden(quote.id)?.lines ?? []).filter(wanted);
  return sumsOf(stripe, lines, {
    discounts: quote.discounts.map((each) => idOf(each)!),
    taxRates: (quote.default_tax_rates ?? []).map((each) => idOf(each)!),
    currency: currencyOf(stripe, quote) ?? 'usd',
    customer: idOf(quote.customer),
  });
}

function currencyOf(stripe: Backend, quote: Quote): string | null {
  const [first] = quoteTable(stripe).hidden(quote.id)?.lines ?? [];
  return first ? priceOf(stripe, first).currency : null;
}

/** Which lines are paid at once: in a trial, only those that do not recur. */
export function isUpfront(stripe: Backend, { subscription_data: data }: Quote): (line: QuoteLine) => boolean {
  const isTrial = (data.trial_period_days ?? 0) > 0;
  return (line) => !isTrial || priceOf(stripe, line).recurring === null;
}

/** What a quote adds up to: at once, and again and again. */
export function amountsOf(stripe: Backend, quote: Quote): Partial<Quote> {
  const isRecurring = (line: QuoteLine): boolean => priceOf(stripe, line).recurring !== null;
  const whole = sums(stripe, quote);
  const upfront = sums(stripe, quote, isUpfront(stripe, quote));
  const recurring = sums(stripe, quote, isRecurring);
  const interval = recurring.items[0]?.price?.recurring;
  return {
    amount_subtotal: whole.amount_subtotal,
    amount_total: whole.amount_total,
    computed: {
      recurring: interval
        ? { ...amounts(recurring), interval: interval.interval, interval_count: interval.interval_count }
        : null,
      upfront: amounts(upfront),
    },
    currency: currencyOf(stripe, quote),
    total_details: whole.total_details,
  };
}

function amounts({ amount_subtotal, amount_total, total_details }: Sums): Omit<Sums, 'items'> {
  return { amount_subtotal, amount_total, total_details };
}

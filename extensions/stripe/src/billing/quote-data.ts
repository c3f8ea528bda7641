import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import type { Table } from '../kernel/table';
import type { DiscountParams } from './discounts';
import type { QuoteLine } from './quote-lines';

type Quote = Stripe.Quote;

/** What the API does not show of a quote. */
export interface QuoteHidden {
  readonly lines: readonly QuoteLine[];
  /** How the discounts were asked for: they are redeemed when the quote is accepted. */
  readonly discounts: readonly DiscountParams[];
}

export function quoteTable(stripe: Backend): Table<Quote, QuoteHidden> {
  return stripe.table<Quote, QuoteHidden>('quote');
}

export function checkStatus({ status }: Quote, allowed: readonly string[], action: string): void {
  if (allowed.includes(status)) return;
  throw invalidRequest(
    `You cannot ${action} a quote that is in the status \`${status}\`; it must be ${allowed.map((each) => `\`${each}\``).join(' or ')}.`,
  );
}

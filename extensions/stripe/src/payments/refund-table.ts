/** What is kept of refunds, and what they are made of. */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import type { Table } from '../kernel/table';

export interface RefundParams {
  readonly charge?: string | undefined;
  readonly payment_intent?: string | undefined;
  readonly amount?: number | undefined;
  readonly reason?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | '' | undefined;
  readonly instructions_email?: string | undefined;
  /** Where the money comes from, when it is no payment that is given back. */
  readonly origin?: string | undefined;
  readonly customer?: string | undefined;
  readonly currency?: string | undefined;
}

export function refundTable(stripe: Backend): Table<Stripe.Refund> {
  return stripe.table<Stripe.Refund>('refund');
}

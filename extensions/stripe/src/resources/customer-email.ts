import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';

/** The email address of a customer; undefined where there is none, and for nobody. */
export function emailOf(stripe: Backend, customer: string | null | undefined): string | undefined {
  return stripe.table<Stripe.Customer>('customer').find(customer ?? '')?.email ?? undefined;
}

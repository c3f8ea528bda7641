import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';

/** A customer is billed in the currency of their first invoice or subscription from then on. */
export function settleCurrency(
  stripe: Backend,
  { customer, currency }: Pick<Stripe.Invoice | Stripe.Subscription, 'customer' | 'currency'>,
): void {
  const customers = stripe.table<Stripe.Customer>('customer');
  const found = customers.find(idOf(customer) ?? '');
  if (!found || (found.currency ?? null) !== null) return;
  customers.update(found.id, { currency }, 'customer.updated');
}

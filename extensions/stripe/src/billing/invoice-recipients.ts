import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';

/** Throws for a customer without an email address, to whom no invoice can be sent. localstripe takes them all the same. */
export function checkRecipient(stripe: Backend, customer: string): void {
  if (stripe.isLoose || stripe.table<Stripe.Customer>('customer').get(customer, 'customer').email) return;
  throw invalidRequest(
    'Missing email. In order to create invoices that are sent to the customer, the customer must have a valid email.',
  );
}

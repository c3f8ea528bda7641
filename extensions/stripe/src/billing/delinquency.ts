/** Whether a customer is behind with payments, by what happened last to any of their invoices: `delinquent` of https://docs.stripe.com/api/customers/object. */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';

export const delinquency: DefineModule = (stripe) => ({
  reactions: {
    'invoice.payment_failed': (invoice: Stripe.Invoice) => {
      // A payment that somebody tries at the counter, as the first of a subscription, is no debt yet.
      if (invoice.auto_advance === true) mark(stripe, invoice, true);
    },
    'invoice.overdue': (invoice: Stripe.Invoice) => mark(stripe, invoice, true),
    'invoice.paid': (invoice: Stripe.Invoice) => mark(stripe, invoice, false),
    'invoice.marked_uncollectible': (invoice: Stripe.Invoice) => mark(stripe, invoice, false),
  },
});

function mark(stripe: Backend, { customer }: Stripe.Invoice, delinquent: boolean): void {
  const customers = stripe.table<Stripe.Customer>('customer');
  const found = customers.find(idOf(customer) ?? '');
  if (!found || (found.delinquent ?? false) === delinquent) return;
  customers.update(found.id, { delinquent }, 'customer.updated');
}

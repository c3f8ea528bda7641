import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { subscriptionOf } from './invoice-data';

/** With what an invoice is paid when nobody says: its own method, that of its subscription, then that of its customer. */
export function methodForInvoice(stripe: Backend, invoice: Stripe.Invoice): string | undefined {
  const own = idOf(invoice.default_payment_method) ?? idOf(invoice.default_source);
  if (own !== undefined) return own;
  const subscription = subscriptionOf(invoice);
  return methodFor(stripe, idOf(invoice.customer)!, subscription);
}

/** With what a subscription is paid; without one, with what its customer pays. */
export function methodFor(stripe: Backend, customerId: string, subscriptionId?: string): string | undefined {
  const subscription =
    subscriptionId === undefined ? undefined : stripe.table<Stripe.Subscription>('subscription').find(subscriptionId);
  const customer = stripe.table<Stripe.Customer>('customer').find(customerId);
  return (
    idOf(subscription?.default_payment_method) ??
    idOf(subscription?.default_source) ??
    idOf(customer?.invoice_settings?.default_payment_method) ??
    idOf(customer?.default_source)
  );
}

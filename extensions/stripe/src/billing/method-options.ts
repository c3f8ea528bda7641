/** `payment_settings[payment_method_options]` of invoices and subscriptions: all types are there, those of which nothing was said as null. */
import type Stripe from 'stripe';
import { omit } from '../kernel/omit';

type InvoiceOptions = Stripe.Invoice.PaymentSettings.PaymentMethodOptions;
type SubscriptionOptions = Stripe.Subscription.PaymentSettings.PaymentMethodOptions;

const NONE = {
  acss_debit: null,
  bancontact: null,
  card: null,
  customer_balance: null,
  konbini: null,
  payto: null,
  pix: null,
  sepa_debit: null,
  upi: null,
  us_bank_account: null,
};

/** As a subscription shows them; null for none. An empty value of a type takes it out. */
export function subscriptionOptions(given: object | '' | null | undefined): SubscriptionOptions | null {
  const options = named(given);
  const card = options?.['card'];
  return (
    options && {
      ...NONE,
      ...options,
      ...(card && { card: { network: null, request_three_d_secure: 'automatic', ...card } }),
    }
  );
}

/** As an invoice shows them, its own or those of its subscription; null for none. */
export function invoiceOptions(given: object | '' | null | undefined): InvoiceOptions | null {
  const options = named(given);
  const card = options?.['card'] as
    { readonly network?: unknown; readonly mandate_options?: unknown } | null | undefined;
  return (
    options && {
      ...NONE,
      ...options,
      ...(card && { card: { request_three_d_secure: 'automatic', ...omit(card, 'network', 'mandate_options') } }),
    }
  );
}

function named(given: object | '' | null | undefined): Record<string, object | null> | null {
  if (!given) return null;
  const values = Object.entries(given) as [string, object | '' | null][];
  return Object.fromEntries(values.map(([name, value]) => [name, value === '' ? null : value]));
}

/** Options of payment methods, as subscriptions and invoices show them: once any were given, every type has a field. */
import type Stripe from 'stripe';
import { omit } from '../kernel/omit';

type Options = Readonly<Record<string, unknown>>;
type InvoiceOptions = Stripe.Invoice['payment_settings']['payment_method_options'];

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

/** What the options of a type always have. */
const ALWAYS: Readonly<Record<string, object>> = {
  card: { network: null, request_three_d_secure: null },
  customer_balance: { funding_type: null },
};

/** The options of a subscription after some were given. */
export function subscriptionOptions(given: object, before?: object | null): Options {
  const shown: Record<string, unknown> = { ...NONE, ...before };
  for (const [type, value] of Object.entries(given)) {
    shown[type] = value ? { ...ALWAYS[type], ...(value as object) } : null;
  }
  return shown;
}

/** The options of an invoice, by those of its subscription or the ones that were given; null where there are none. */
export function invoiceOptions(given: object | null | undefined): InvoiceOptions {
  if (!given) return null;
  const { card, ...others } = subscriptionOptions(given);
  // The network is for what a subscription sets up.
  return {
    ...others,
    card: card === null ? null : omit(card as object, 'network', 'mandate_options'),
  } as InvoiceOptions;
}

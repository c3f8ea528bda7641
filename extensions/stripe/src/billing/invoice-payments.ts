import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import type { Table } from '../kernel/table';
import { createIntent } from '../payments/create-intent';
import { takesCurrency } from '../payments/method-types';
import { blank } from '../spec/shapes';
import { methodTable } from '../resources/method-table';
import { shareOf } from './amounts';
import { invoiceTable, subscriptionOf } from './invoice-data';
import { methodForInvoice } from './methods';

type Payment = Stripe.InvoicePayment;

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  subscription_create: 'Subscription creation',
  subscription_cycle: 'Subscription update',
  subscription_update: 'Subscription update',
};

export function paymentTable(stripe: Backend): Table<Payment> {
  return stripe.table<Payment>('invoice_payment');
}

/** Makes the intent that an invoice is paid with, and keeps that it is for this invoice. */
export function openPayment(stripe: Backend, invoice: Stripe.Invoice): Payment {
  const subscription = subscriptionOf(invoice);
  // An invoice may name types for other currencies than its own.
  const types = invoice.payment_settings.payment_method_types?.filter((type) => takesCurrency(type, invoice.currency));
  const named = types && types.length > 0 ? types : ['card'];
  const method = waitingMethod(stripe, invoice, named);
  const intent = createIntent(stripe, {
    amount: invoice.amount_remaining,
    capture_method: 'automatic',
    currency: invoice.currency,
    customer: idOf(invoice.customer)!,
    description: invoice.description ?? DESCRIPTIONS[String(invoice.billing_reason)] ?? 'Payment for Invoice',
    payment_details: { order_reference: invoice.id },
    ...(method !== undefined && { payment_method: method }),
    payment_method_types: named,
    ...authenticationOf(invoice, named),
    ...(subscription !== undefined && { setup_future_usage: 'off_session' as const }),
    ...(invoice.statement_descriptor !== null && { statement_descriptor: invoice.statement_descriptor }),
    ...(idOf(invoice.on_behalf_of) !== undefined && { on_behalf_of: idOf(invoice.on_behalf_of)! }),
    ...sharesOf(stripe, invoice),
  });
  return keepPayment(stripe, invoice, intent.id, true);
}

/** How often cards are to be authenticated, where the invoice says so. */
function authenticationOf(
  { payment_settings: { payment_method_options: options } }: Stripe.Invoice,
  types: readonly string[],
): Pick<Stripe.PaymentIntentCreateParams, 'payment_method_options'> {
  const wanted = options?.card?.request_three_d_secure;
  if (!wanted || !types.includes('card')) return {};
  return { payment_method_options: { card: { request_three_d_secure: wanted as 'any' } } };
}

/** The method that an invoice which is collected by itself will be paid with, where its intent takes it: it waits to be confirmed. */
function waitingMethod(stripe: Backend, invoice: Stripe.Invoice, types: readonly string[]): string | undefined {
  if (invoice.collection_method !== 'charge_automatically') return undefined;
  const id = methodForInvoice(stripe, invoice);
  const method = id === undefined ? undefined : methodTable(stripe).find(id);
  return method !== undefined && types.includes(method.type) ? method.id : undefined;
}

/** What of a payment goes to the platform, and to a connected account: as the invoice says, or its subscription. */
function sharesOf(
  stripe: Backend,
  invoice: Stripe.Invoice,
): Pick<Stripe.PaymentIntentCreateParams, 'application_fee_amount' | 'transfer_data'> {
  const { application_fee_amount: fee, transfer_data: transfer } = invoiceTable(stripe).hidden(invoice.id) ?? {};
  const id = subscriptionOf(invoice);
  const subscription = id === undefined ? undefined : stripe.table<Stripe.Subscription>('subscription').find(id);
  const percent = subscription?.application_fee_percent ?? null;
  const amount = fee ?? (percent === null ? undefined : percentOf(invoice.amount_remaining, percent));
  const share = subscription?.transfer_data;
  const shared = share && {
    destination: idOf(share.destination)!,
    ...(share.amount_percent !== null && { amount: percentOf(invoice.amount_remaining, share.amount_percent) }),
  };
  const data = transfer ?? shared ?? undefined;
  return {
    ...(amount !== undefined && { application_fee_amount: amount }),
    ...(data && { transfer_data: data }),
  };
}

/** A percentage with up to two decimals. */
function percentOf(amount: number, percent: number): number {
  return shareOf(amount, Math.round(percent * 100), 10_000);
}

/** Keeps that an intent pays an invoice. */
export function keepPayment(stripe: Backend, invoice: Stripe.Invoice, intent: string, isDefault: boolean): Payment {
  const payment = {
    ...blank('invoice_payment'),
    id: stripe.newId('invoice_payment'),
    amount_requested: invoice.amount_remaining,
    created: stripe.now(),
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: isDefault,
    payment: { type: 'payment_intent', payment_intent: intent },
    status: 'open',
  } as unknown as Payment;
  return paymentTable(stripe).insert(payment);
}

/** The payment that an invoice is to be paid with. */
export function paymentOf(stripe: Backend, invoice: string): Payment | undefined {
  return paymentTable(stripe).first({ by: { invoice }, where: ({ is_default }) => is_default });
}

/** Writes down how a payment ended. */
export function paidOf(
  stripe: Backend,
  id: string,
  {
    status,
    amount_paid = null,
    canceled_at = null,
    paid_at = null,
  }: { status: string; amount_paid?: number | null; canceled_at?: number | null; paid_at?: number | null },
): Payment {
  const payment = paymentTable(stripe).update(id, {
    status,
    amount_paid,
    status_transitions: { canceled_at, paid_at },
  });
  if (status === 'paid') stripe.emit('invoice_payment.paid', payment);
  return payment;
}

/** https://docs.stripe.com/api/invoice-payment */
export const invoicePayments: DefineModule = (stripe) => ({
  operations: {
    'GET /v1/invoice_payments/{invoice_payment}': ({ path }) => paymentTable(stripe).get(path['invoice_payment']!),
    'GET /v1/invoice_payments': ({ params, url }) => {
      const { invoice, payment, status } = params as Stripe.InvoicePaymentListParams;
      const by = { 'payment.payment_intent': payment?.payment_intent, invoice };
      return paymentTable(stripe).page(url, params, {
        by,
        where: (each) => status === undefined || each.status === status,
      });
    },
  },
  includes: {
    'invoice payments': (invoice: Stripe.Invoice) =>
      paymentTable(stripe).page('/v1/invoice_payments', {}, { by: { invoice: invoice.id } }),
    'invoice confirmation_secret': (invoice: Stripe.Invoice) => {
      const intent = idOf(paymentOf(stripe, invoice.id)?.payment.payment_intent);
      const found =
        intent === undefined ? undefined : stripe.table<Stripe.PaymentIntent>('payment_intent').find(intent);
      return found?.client_secret ? { client_secret: found.client_secret, type: 'payment_intent' } : null;
    },
  },
});

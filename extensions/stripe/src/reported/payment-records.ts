/** Payments that were made elsewhere and reported here: https://docs.stripe.com/api/payment-record. */
import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { omit } from '../kernel/omit';
import { newObject } from '../kernel/resource';
import { readCurrency } from '../payments/money';
import { resolvePaymentMethod } from '../resources/resolve-method';

type PaymentRecord = Stripe.PaymentRecord;
type AttemptRecord = Stripe.PaymentAttemptRecord;
type Amounts = Partial<Record<(typeof AMOUNTS)[number], Stripe.PaymentRecord.Amount>>;
type GivenPayment = Stripe.PaymentRecordReportPaymentParams;
type GivenAttempt = Stripe.PaymentRecordReportPaymentAttemptParams;
type GivenRefund = Stripe.PaymentRecordReportRefundParams;

const AMOUNTS = [
  'amount',
  'amount_authorized',
  'amount_canceled',
  'amount_failed',
  'amount_guaranteed',
  'amount_refunded',
  'amount_requested',
] as const;

type Outcome = 'canceled' | 'failed' | 'guaranteed';

export const paymentRecords: DefineModule = (stripe) => {
  const records = stripe.table<PaymentRecord>('payment_record');
  const attempts = stripe.table<AttemptRecord>('payment_attempt_record');
  const decide =
    (outcome: Outcome) =>
    ({ path, params }: { path: Readonly<Record<string, string>>; params: object }) =>
      settle(stripe, records.get(path['id']!), outcome, (params as { metadata?: Stripe.MetadataParam }).metadata);
  return {
    operations: {
      'POST /v1/payment_records/report_payment': ({ params }) =>
        reportPayment(stripe, params as unknown as GivenPayment),
      'GET /v1/payment_records': ({ params, url }) => records.page(url, params),
      'GET /v1/payment_records/{id}': ({ path }) => records.get(path['id']!),
      'GET /v1/payment_attempt_records': ({ params, url }) => {
        const { payment_record } = params as unknown as Stripe.PaymentAttemptRecordListParams;
        records.get(payment_record, 'payment_record');
        return attempts.page(url, params, { by: { payment_record } });
      },
      'GET /v1/payment_attempt_records/{id}': ({ path }) => attempts.get(path['id']!),
      'POST /v1/payment_records/{id}/report_payment_attempt': ({ path, params }) =>
        reportAttempt(stripe, records.get(path['id']!), params as unknown as GivenAttempt),
      'POST /v1/payment_records/{id}/report_payment_attempt_canceled': decide('canceled'),
      'POST /v1/payment_records/{id}/report_payment_attempt_failed': decide('failed'),
      'POST /v1/payment_records/{id}/report_payment_attempt_guaranteed': decide('guaranteed'),
      'POST /v1/payment_records/{id}/report_payment_attempt_informational': ({ path, params }) => {
        const { customer_details, description, metadata, shipping_details } =
          params as Stripe.PaymentRecordReportPaymentAttemptInformationalParams;
        return change(stripe, records.get(path['id']!), (before) => ({
          ...(customer_details && {
            customer_details: { ...nobody(), ...before.customer_details, ...customer_details },
          }),
          ...(description !== undefined && { description: description || null }),
          ...(shipping_details !== undefined && { shipping_details: shippingOf(shipping_details) }),
          metadata: mergeMetadata(before.metadata, metadata),
        }));
      },
      'POST /v1/payment_records/{id}/report_refund': ({ path, params }) =>
        reportRefund(stripe, records.get(path['id']!), params as unknown as GivenRefund),
    },
  };
};

function reportPayment(stripe: Backend, given: GivenPayment): PaymentRecord {
  const currency = readCurrency(given.amount_requested.currency, 'amount_requested[currency]');
  const { value } = given.amount_requested;
  if (value < 1) {
    throw invalidRequest('This value must be greater than or equal to 1.', { param: 'amount_requested[value]' });
  }
  const { customer } = given.customer_details ?? {};
  if (customer !== undefined) stripe.table('customer').get(customer, 'customer_details[customer]');
  const record = newObject<PaymentRecord>(
    stripe,
    'payment_record',
    {},
    {
      ...amountsAtFirst(currency, value),
      customer_details: given.customer_details ? { ...nobody(), ...given.customer_details } : null,
      customer_presence: given.customer_presence ?? null,
      description: given.description ?? null,
      metadata: mergeMetadata(undefined, given.metadata),
      payment_method_details: methodDetails(stripe, given.payment_method_details),
      processor_details: processorOf(given.processor_details),
      reported_by: 'self',
      shipping_details: shippingOf(given.shipping_details),
    },
  );
  stripe.table<PaymentRecord>('payment_record').insert(record);
  return reportAttempt(stripe, record, given);
}

/** A new attempt to make the payment. It begins anew: only one attempt can be under way. */
function reportAttempt(stripe: Backend, record: PaymentRecord, given: GivenAttempt | GivenPayment): PaymentRecord {
  if (record.latest_payment_attempt_record !== null && !isOver(record)) {
    throw invalidRequest('The latest attempt of the payment record has not ended.');
  }
  if (record.amount_guaranteed.value > 0) throw invalidRequest('The payment of the payment record is guaranteed.');
  const { currency, value } = record.amount_requested;
  const { outcome } = given;
  if (outcome !== undefined && given[outcome as Outcome] === undefined) throw parameterMissing(outcome);
  const details = given.payment_method_details && methodDetails(stripe, given.payment_method_details);
  const change = {
    ...amountsAtFirst(currency, value),
    ...(given.description !== undefined && { description: given.description }),
    ...(details && { payment_method_details: details }),
    ...(given.shipping_details && { shipping_details: shippingOf(given.shipping_details) }),
    metadata: mergeMetadata(record.metadata, given.metadata),
  };
  const attempt = {
    ...omit(record, 'latest_payment_attempt_record'),
    ...change,
    id: stripe.newId('payment_attempt_record'),
    object: 'payment_attempt_record',
    created: stripe.now(),
    payment_record: record.id,
  } as unknown as AttemptRecord;
  stripe.table<AttemptRecord>('payment_attempt_record').insert(attempt);
  const begun = stripe
    .table<PaymentRecord>('payment_record')
    .update(record.id, { ...(change as Partial<PaymentRecord>), latest_payment_attempt_record: attempt.id });
  return outcome === undefined ? begun : settle(stripe, begun, outcome as Outcome, undefined);
}

function settle(
  stripe: Backend,
  record: PaymentRecord,
  outcome: Outcome,
  metadata: Stripe.PaymentRecordReportPaymentAttemptFailedParams['metadata'],
): PaymentRecord {
  if (isOver(record)) throw invalidRequest('The latest attempt of the payment record has ended already.');
  const { currency, value } = record.amount_requested;
  const amount = { currency, value };
  const amounts: Amounts = {
    [`amount_${outcome}`]: amount,
    ...(outcome === 'guaranteed' && { amount_authorized: amount }),
  };
  return change(stripe, record, (before) => ({ ...amounts, metadata: mergeMetadata(before.metadata, metadata) }));
}

function reportRefund(stripe: Backend, record: PaymentRecord, given: GivenRefund): PaymentRecord {
  const { currency, value: paid } = record.amount_guaranteed;
  const left = paid - record.amount_refunded.value;
  const amount = given.amount?.value ?? left;
  if (given.amount && given.amount.currency.toLowerCase() !== currency) {
    throw invalidRequest(`The payment was made in ${currency}.`, { param: 'amount[currency]' });
  }
  if (given.refunded === undefined) throw parameterMissing('refunded');
  if (amount < 1 || amount > left) {
    throw invalidRequest(`The refund (${amount}) is more than what is left of the payment (${left}).`, {
      param: 'amount[value]',
    });
  }
  return change(stripe, record, (before) => ({
    amount_refunded: { currency, value: before.amount_refunded.value + amount },
    metadata: mergeMetadata(before.metadata, given.metadata),
  }));
}

/** Changes a record and its latest attempt in the same way. */
function change(stripe: Backend, record: PaymentRecord, changes: (before: PaymentRecord) => object): PaymentRecord {
  const attempt = record.latest_payment_attempt_record;
  const changed = changes(record);
  if (attempt !== null) {
    stripe.table<AttemptRecord>('payment_attempt_record').update(attempt, changed);
  }
  return stripe.table<PaymentRecord>('payment_record').update(record.id, changed);
}

function isOver({ amount_canceled, amount_failed, amount_guaranteed }: PaymentRecord): boolean {
  return [amount_canceled, amount_failed, amount_guaranteed].some(({ value }) => value > 0);
}

function amountsAtFirst(currency: string, requested: number): Amounts {
  const amounts = AMOUNTS.map((name) => {
    const value = name === 'amount' || name === 'amount_requested' ? requested : 0;
    return [name, { currency, value }] as const;
  });
  return Object.fromEntries(amounts);
}

function methodDetails(stripe: Backend, given: NonNullable<GivenAttempt['payment_method_details']>): object {
  const { billing_details: billing, custom, payment_method: id, type = 'custom' } = given;
  const method = id === undefined ? undefined : resolvePaymentMethod(stripe, id).id;
  return {
    billing_details: billing ? { address: null, email: null, name: null, phone: null, ...billing } : null,
    ...(custom && { custom: { display_name: custom.display_name ?? null, type: custom.type ?? null } }),
    payment_method: method ?? null,
    type,
  };
}

function processorOf(given: GivenPayment['processor_details']): object {
  return { custom: { payment_reference: given?.custom?.payment_reference ?? null }, type: 'custom' };
}

function shippingOf(given: GivenPayment['shipping_details'] | '' | null): PaymentRecord['shipping_details'] {
  if (!given) return null;
  return { address: null, name: null, phone: null, ...given } as unknown as PaymentRecord['shipping_details'];
}

function nobody(): { customer: null; email: null; name: null; phone: null } {
  return { customer: null, email: null, name: null, phone: null };
}

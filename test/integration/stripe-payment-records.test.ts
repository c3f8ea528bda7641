import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../support/stripe';

/** https://docs.stripe.com/api/payment-record */
let running: RunningStripe;
let stripe: Stripe;
beforeAll(async () => {
  running = await startStripe();
  stripe = running.stripe;
});
afterAll(() => running.close());

const AT = 1_700_000_000;
const usd = (value: number): { currency: string; value: number } => ({ currency: 'usd', value });
const report = (given: Partial<Stripe.PaymentRecordReportPaymentParams> = {}): Promise<Stripe.PaymentRecord> =>
  stripe.paymentRecords.reportPayment({
    amount_requested: usd(1000),
    initiated_at: AT,
    payment_method_details: { type: 'custom', custom: { display_name: 'Bank' } },
    processor_details: { type: 'custom', custom: { payment_reference: 'ref' } },
    ...given,
  });

it('keeps a payment that was guaranteed, and what was refunded of it', async () => {
  const record = await report({ outcome: 'guaranteed', guaranteed: { guaranteed_at: AT }, metadata: { a: '1' } });
  expect(record).toMatchObject({
    object: 'payment_record',
    amount: usd(1000),
    amount_guaranteed: usd(1000),
    amount_failed: usd(0),
    amount_refunded: usd(0),
    metadata: { a: '1' },
    payment_method_details: { type: 'custom', custom: { display_name: 'Bank' } },
    processor_details: { custom: { payment_reference: 'ref' } },
    reported_by: 'self',
  });
  const processor_details = { type: 'custom', custom: { refund_reference: 'back' } } as const;
  const refund = (value?: number): Promise<Stripe.PaymentRecord> =>
    stripe.paymentRecords.reportRefund(record.id, {
      outcome: 'refunded',
      processor_details,
      refunded: { refunded_at: AT },
      ...(value !== undefined && { amount: usd(value) }),
    });
  expect((await refund(400)).amount_refunded).toEqual(usd(400));
  expect(await failure(refund(601))).toMatchObject({ statusCode: 400, param: 'amount[value]' });
  expect((await refund()).amount_refunded).toEqual(usd(1000));
  expect(await stripe.paymentRecords.retrieve(record.id)).toMatchObject({ amount_refunded: usd(1000) });
  const attempt = await stripe.paymentAttemptRecords.retrieve(record.latest_payment_attempt_record!);
  expect(attempt).toMatchObject({
    payment_record: record.id,
    amount_refunded: usd(1000),
    object: 'payment_attempt_record',
  });
});

it('keeps each attempt of a payment', async () => {
  const record = await report();
  const attempt = { initiated_at: AT };
  const early = stripe.paymentRecords.reportPaymentAttempt(record.id, attempt);
  expect(await failure(early)).toMatchObject({ statusCode: 400 });
  const failed = await stripe.paymentRecords.reportPaymentAttemptFailed(record.id, { failed_at: AT });
  expect(failed).toMatchObject({ amount_failed: usd(1000), amount_guaranteed: usd(0) });
  const twice = stripe.paymentRecords.reportPaymentAttemptGuaranteed(record.id, { guaranteed_at: AT });
  expect(await failure(twice)).toMatchObject({ statusCode: 400 });
  const again = await stripe.paymentRecords.reportPaymentAttempt(record.id, { ...attempt, description: 'Again' });
  expect(again).toMatchObject({ amount_failed: usd(0), description: 'Again' });
  expect(again.latest_payment_attempt_record).not.toBe(record.latest_payment_attempt_record);
  const paid = await stripe.paymentRecords.reportPaymentAttemptGuaranteed(record.id, { guaranteed_at: AT });
  expect(paid.amount_guaranteed).toEqual(usd(1000));
  const told = await stripe.paymentRecords.reportPaymentAttemptInformational(record.id, {
    customer_details: { email: 'jenny@example.com' },
    metadata: { b: '2' },
  });
  expect(told).toMatchObject({
    customer_details: { email: 'jenny@example.com', customer: null },
    metadata: { b: '2' },
  });
  const { data } = await stripe.paymentAttemptRecords.list({ payment_record: record.id });
  expect(data).toMatchObject([{ amount_guaranteed: usd(1000) }, { amount_failed: usd(1000) }]);
  expect((await stripe.paymentRecords.list({ limit: 1 })).data).toEqual([told]);
});

it('is refused where something is missing', async () => {
  expect(await failure(report({ outcome: 'failed' }))).toMatchObject({ code: 'parameter_missing', param: 'failed' });
  expect(await failure(report({ amount_requested: usd(0) }))).toMatchObject({ param: 'amount_requested[value]' });
  const details = { payment_method: 'pm_none' };
  expect(await failure(report({ payment_method_details: details }))).toMatchObject({ code: 'resource_missing' });
  expect(await failure(stripe.paymentRecords.retrieve('pr_none'))).toMatchObject({ statusCode: 404 });
});

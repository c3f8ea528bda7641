import type Stripe from 'stripe';
import { disputeOnceIt, failure, startStripe, type RunningStripe } from '../../support/stripe';
import { typesAbout } from '../../support/stripe-billing';
import { waitFor } from '../../support/wait-for';

/** https://docs.stripe.com/radar/reviews, /disputes/api, /declines, /api/tokens and /payments/finalize-payments-on-the-server */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

const CARD = { amount: 2000, currency: 'usd', allowed_payment_method_types: ['card'] } as const;
const pay = (payment_method: string, given: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  stripe.paymentIntents.create({
    ...CARD,
    allowed_payment_method_types: ['card'],
    payment_method,
    confirm: true,
    ...given,
  });
const reviewOf = async ({ id }: Stripe.PaymentIntent) => {
  const { review } = await stripe.paymentIntents.retrieve(id);
  return review as string;
};

describe('a review', () => {
  it.each([
    [{}, 'refunded'],
    [{ reason: 'fraudulent' as const }, 'refunded_as_fraud'],
  ])('ends with a refund %j', async (given, closed_reason) => {
    const intent = await pay('pm_card_riskLevelElevated');
    const review = await reviewOf(intent);
    await stripe.refunds.create({ payment_intent: intent.id, ...given });
    expect(await stripe.reviews.retrieve(review)).toMatchObject({ open: false, reason: closed_reason, closed_reason });
    expect(await typesAbout(stripe, review)).toContain('review.closed');
    expect((await stripe.paymentIntents.retrieve(intent.id)).review).toBeNull();
  });

  it('stays open when only a part is refunded', async () => {
    const intent = await pay('pm_card_riskLevelElevated');
    const review = await reviewOf(intent);
    await stripe.refunds.create({ payment_intent: intent.id, amount: 100 });
    expect((await stripe.reviews.retrieve(review)).open).toBe(true);
  });
});

describe('a warning of fraud', () => {
  it('asks for nothing once the payment is refunded', async () => {
    const intent = await pay('pm_card_createIssuerFraudRecord');
    const warnings = async () => (await stripe.radar.earlyFraudWarnings.list({ payment_intent: intent.id })).data;
    await waitFor('the warning', async () => (await warnings()).length === 1);
    expect((await warnings())[0]).toMatchObject({ actionable: true });
    await stripe.refunds.create({ payment_intent: intent.id });
    const [warning] = await warnings();
    expect(warning?.actionable).toBe(false);
    expect(await typesAbout(stripe, warning!.id)).toContain('radar.early_fraud_warning.updated');
  });
});

describe('evidence', () => {
  it('that was staged is submitted without more', async () => {
    const { id: payment_intent } = await pay('pm_card_createDispute');
    const disputes = async () => (await stripe.disputes.list({ payment_intent })).data;
    await waitFor('the dispute', async () => (await disputes()).length === 1);
    const [{ id }] = (await disputes()) as [Stripe.Dispute];
    await stripe.disputes.update(id, { evidence: { uncategorized_text: 'winning_evidence' }, submit: false });
    expect((await stripe.disputes.retrieve(id)).status).toBe('needs_response');
    await stripe.disputes.update(id, { metadata: { seen: 'yes' } });
    expect((await stripe.disputes.retrieve(id)).evidence_details.submission_count).toBe(0);
    const sent = await stripe.disputes.update(id, { submit: true });
    expect(sent).toMatchObject({ status: 'under_review', evidence_details: { submission_count: 1 } });
    await disputeOnceIt(stripe, id, 'won');
  });
});

describe('a declined card', () => {
  it('has the code of the network in its error', async () => {
    const refused = await failure(pay('pm_card_chargeDeclined'));
    expect(refused.raw).toMatchObject({ network_decline_code: '01', advice_code: 'try_again_later' });
    expect(refused.payment_intent?.last_payment_error).toMatchObject({ network_decline_code: '01' });
  });

  it('that the network never saw has none', async () => {
    const refused = await failure(pay('pm_card_radarBlock'));
    expect(refused.raw).not.toHaveProperty('network_decline_code');
  });
});

describe('a card', () => {
  it.each([
    ['378282246310005', 'american_express'],
    ['3056930009020004', 'diners_club'],
    ['6200000000000005', 'union_pay'],
    ['4242424242424242', 'visa'],
  ])('%s is shown as one of %s', async (number, display_brand) => {
    const { card } = await stripe.paymentMethods.create({
      type: 'card',
      card: { number, exp_month: 8, exp_year: 2035, cvc: '314' },
    });
    expect(card?.display_brand).toBe(display_brand);
  });

  it('of a token was not checked yet', async () => {
    const token = await stripe.tokens.create({
      card: { number: '4242424242424242', exp_month: '8', exp_year: '2035', cvc: '314', address_zip: '94107' },
    });
    expect(token.card).toMatchObject({ cvc_check: 'unchecked', address_zip_check: 'unchecked' });
    const customer = await stripe.customers.create({ source: token.id, expand: ['default_source'] });
    expect(customer.default_source).toMatchObject({ cvc_check: 'pass', address_zip_check: 'pass' });
  });

  it('of a source has the brand that cards had before', async () => {
    const { card } = await stripe.sources.create({ type: 'card', token: 'tok_visa' });
    expect(card?.brand).toBe('Visa');
  });
});

describe('a page', () => {
  it('lets a payment method be used for more, and not for less', async () => {
    const page = running.client({ key: 'pk_test_page' });
    const confirm = async (before: 'off_session' | 'on_session', after: 'off_session' | 'on_session') => {
      const { id, client_secret } = await stripe.paymentIntents.create({
        ...CARD,
        allowed_payment_method_types: ['card'],
        payment_method: 'pm_card_visa',
        setup_future_usage: before,
      });
      const given = { client_secret: client_secret!, setup_future_usage: after };
      return page.paymentIntents.confirm(id, given);
    };
    expect(await failure(confirm('off_session', 'on_session'))).toMatchObject({ param: 'setup_future_usage' });
    expect((await confirm('on_session', 'off_session')).setup_future_usage).toBe('off_session');
  });
});

describe('a setup intent', () => {
  it('that is canceled while it waits leaves an abandoned attempt', async () => {
    const { id } = await stripe.setupIntents.create({
      allowed_payment_method_types: ['card'],
      payment_method: 'pm_card_threeDSecure2Required',
      return_url: 'https://shop.example.com',
      confirm: true,
    });
    await stripe.setupIntents.cancel(id);
    const { data } = await stripe.setupAttempts.list({ setup_intent: id });
    expect(data.map(({ status }) => status)).toEqual(['abandoned']);
  });
});

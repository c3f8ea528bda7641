import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../../support/stripe';
import { typesAbout } from '../../support/stripe-billing';
import { visitPage } from '../../support/stripe-pages';

/** https://docs.stripe.com/api/three_d_secure/authentications */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

const BROWSER: Stripe.ThreeDSecure.AuthenticationCreateParams.Channel = {
  type: 'browser',
  browser: {
    accept_header: '*/*',
    ip_address: '192.0.2.1',
    javascript_enabled: true,
    language: 'en',
    user_agent: 'Mozilla/5.0',
  },
};
const create = (given: Partial<Stripe.ThreeDSecure.AuthenticationCreateParams> = {}) =>
  stripe.threeDSecure.authentications.create({
    channel: BROWSER,
    message_category: 'payment_authentication',
    amount: 1000,
    currency: 'usd',
    payment_method: 'pm_card_visa',
    ...given,
  });
const events = async (id: string) =>
  (await typesAbout(stripe, id)).map((type) => type.replace('three_d_secure.authentication.', ''));

describe('a 3DS authentication', () => {
  it('waits to be submitted', async () => {
    const made = await create({ metadata: { order: '1' } });
    expect(made).toMatchObject({
      object: 'three_d_secure.authentication',
      status: 'requires_submission',
      amount: 1000,
      currency: 'usd',
      directory_server: 'visa',
      metadata: { order: '1' },
    });
    expect(made.id).toMatch(/^tdsa_/);
    expect(await stripe.threeDSecure.authentications.retrieve(made.id)).toEqual(
      expect.objectContaining({ id: made.id }),
    );
    const { data } = await stripe.threeDSecure.authentications.list({ status: 'requires_submission' });
    expect(data.map(({ id }) => id)).toContain(made.id);
  });

  it('succeeds without the cardholder where the bank agrees', async () => {
    const made = await create({ submit: 'always' });
    expect(made).toMatchObject({
      status: 'succeeded',
      outcome: 'authenticated',
      outcome_details: { ares_trans_status: 'Y', eci: '05', cryptogram: expect.stringMatching(/^.{28}$/) as string },
    });
    expect(await events(made.id)).toEqual(['requires_submission', 'succeeded']);
    expect(await failure(stripe.threeDSecure.authentications.submit(made.id))).toMatchObject({ statusCode: 400 });
  });

  it.each([
    ['complete', 'succeeded', 'authenticated'],
    ['fail', 'failed', 'denied'],
  ])('asks the cardholder: %s', async (action, status, outcome) => {
    const { id } = await create({ payment_method: 'pm_card_threeDSecure2Required' });
    const { challenge_url: url, ...submitted } = await stripe.threeDSecure.authentications.submit(id);
    expect(submitted.status).toBe('requires_challenge');
    expect((await visitPage(running, url!)).text).toContain('Confirm that it is you');
    await visitPage(running, url!, { action });
    const ended = await stripe.threeDSecure.authentications.retrieve(id);
    expect(ended).toMatchObject({ status, outcome, outcome_details: { ares_trans_status: 'C' } });
    expect(ended.challenge_url).toBeUndefined();
    expect(await events(id)).toEqual(['requires_submission', 'requires_challenge', 'challenge_started', status]);
  });

  it('asks the cardholder where the client wants that', async () => {
    const { status } = await create({
      payment_method: 'pm_card_threeDSecureOptional',
      flow_preference: { type: 'challenge', challenge: { type: 'mandated' } },
      submit: 'always',
    });
    expect(status).toBe('requires_challenge');
  });

  it('fails where the bank cannot be reached', async () => {
    const made = await create({ payment_method: 'pm_card_threeDSecureOptionalProcessingError', submit: 'always' });
    expect(made).toMatchObject({ status: 'error', outcome: 'processing_error' });
    expect(await events(made.id)).toEqual(['requires_submission', 'errored']);
  });

  it('is canceled until it is over', async () => {
    const { id } = await create();
    expect(await stripe.threeDSecure.authentications.cancel(id)).toMatchObject({
      status: 'canceled',
      outcome: 'canceled',
    });
    expect(await failure(stripe.threeDSecure.authentications.cancel(id))).toMatchObject({ statusCode: 400 });
  });

  it('of a payment needs an amount', async () => {
    const call = stripe.threeDSecure.authentications.create({
      channel: BROWSER,
      message_category: 'payment_authentication',
      payment_method: 'pm_card_visa',
    });
    expect(await failure(call)).toMatchObject({ code: 'parameter_missing', param: 'amount' });
  });

  it('is for cards', async () => {
    expect(await failure(create({ payment_method: 'pm_usBankAccount_success' }))).toMatchObject({
      code: 'three_d_secure_authentication_not_supported',
    });
  });
});

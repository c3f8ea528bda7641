import { createHash, randomBytes } from 'node:crypto';
import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../support/stripe';
import { visitPage } from '../support/stripe-pages';

let running: RunningStripe;
let stripe: Stripe;
let account: string;
let at: { stripeAccount: string };
beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
  account = (await stripe.accounts.create({ type: 'standard' })).id;
  at = { stripeAccount: account };
});
afterAll(() => running.close());

/** https://docs.stripe.com/api/apps/installs */
describe('an app', () => {
  it('of one’s own is installed once, told of, found and uninstalled', async () => {
    const given = { app: 'com.example.own', channel: 'private_test' } as const;
    const install = await stripe.apps.installs.create(given);
    expect(install).toMatchObject({
      object: 'apps.install',
      app: given.app,
      approval_required: false,
      auth_code: null,
      channel: 'private_test',
      created_by: null,
      livemode: false,
      permissions_pending: [],
      status: 'installed',
    });
    expect((await stripe.apps.installs.create(given)).id).toBe(install.id);
    expect((await stripe.apps.installs.update(install.id)).status).toBe('installed');
    expect((await stripe.apps.installs.list({ status: 'installed' })).data.map(({ id }) => id)).toEqual([install.id]);
    expect((await stripe.apps.installs.list({ app: 'com.example.other' })).data).toEqual([]);

    expect((await stripe.apps.installs.uninstall(install.id)).status).toBe('uninstalling');
    expect(await failure(stripe.apps.installs.retrieve(install.id))).toMatchObject({ statusCode: 404 });
    const types = (await stripe.events.list({ types: ['apps.install.created', 'apps.install.deleted'] })).data;
    expect(types.map(({ type }) => type)).toEqual(['apps.install.deleted', 'apps.install.created']);
  });

  it('is installed on an account by its developer, who sees all of its installs', async () => {
    const app = 'com.example.public';
    const { id } = await stripe.apps.installs.create({ app }, at);
    expect(await stripe.apps.installs.retrieve(id)).toMatchObject({ account, app, channel: 'public' });
    expect((await stripe.apps.installs.list({ app })).data.map((each) => each.account)).toEqual([account]);
    expect((await stripe.apps.installs.list({}, at)).data.map((each) => each.id)).toEqual([id]);
    expect((await stripe.apps.installs.list()).data).toEqual([]);
    const other = { stripeAccount: (await stripe.accounts.create({ type: 'standard' })).id };
    expect(await failure(stripe.apps.installs.retrieve(id, {}, other))).toMatchObject({ statusCode: 404 });
    expect(await failure(stripe.apps.installs.list({ account }, other))).toMatchObject({ param: 'account' });
  });

  it('gives a code for tokens to whoever can prove that they asked', async () => {
    const verifier = randomBytes(32).toString('base64url');
    const code_challenge = createHash('sha256').update(verifier).digest('base64url');
    const { auth_code: code } = await stripe.apps.installs.create(
      { app: 'com.example.oauth', code_challenge, code_challenge_method: 'S256' },
      at,
    );
    const token: Stripe.OAuthTokenParams = { grant_type: 'authorization_code', code: code! };
    expect(await failure(stripe.oauth.token(token))).toMatchObject({
      statusCode: 400,
      type: 'StripeInvalidGrantError',
    });
    const proved = { ...token, code_verifier: verifier } as Stripe.OAuthTokenParams;
    expect(await stripe.oauth.token(proved)).toMatchObject({ stripe_user_id: account, token_type: 'bearer' });
  });

  it.each([
    ['channel', { app: 'a' }],
    ['channel', { app: 'a', channel: 'private_live' }],
    ['code_challenge_method', { app: 'a', channel: 'private_test', code_challenge: 'x'.repeat(43) }],
    ['code_challenge', { app: 'a', channel: 'private_test', code_challenge: 'short', code_challenge_method: 'S256' }],
  ])('is not installed with a wrong %s', async (param, given) => {
    expect(await failure(stripe.apps.installs.create(given))).toMatchObject({ statusCode: 400, param });
  });
});

/** https://docs.stripe.com/api/exchange_rates */
it('knows what currencies are worth in each other', async () => {
  const all = await stripe.exchangeRates.list({ limit: 100 });
  expect(all.data.length).toBeGreaterThan(30);
  const [usd, eur] = [await stripe.exchangeRates.retrieve('usd'), await stripe.exchangeRates.retrieve('eur')];
  expect(usd).toMatchObject({ id: 'usd', object: 'exchange_rate', rates: { usd: 1 } });
  expect(usd.rates['eur']! * eur.rates['usd']!).toBeCloseTo(1, 4);
  const page = await stripe.exchangeRates.list({ limit: 2, starting_after: all.data[1]!.id });
  expect(page.data.map(({ id }) => id)).toEqual(all.data.slice(2, 4).map(({ id }) => id));
  expect(await failure(stripe.exchangeRates.retrieve('zzz'))).toMatchObject({
    statusCode: 404,
    code: 'resource_missing',
  });
});

/** https://docs.stripe.com/terminal/payments/setup-reader/tap-to-pay */
describe('the terms of Tap to Pay on iPhone', () => {
  const link = (given: object = {}, terms: object = {}): Promise<Stripe.Terminal.OnboardingLink> =>
    stripe.terminal.onboardingLinks.create({
      link_type: 'apple_terms_and_conditions',
      link_options: { apple_terms_and_conditions: { merchant_display_name: 'Tea & Co', ...terms } },
      ...given,
    });

  it('are accepted on the page of a link, once', async () => {
    const made = await link({ on_behalf_of: account });
    expect(made).toMatchObject({
      object: 'terminal.onboarding_link',
      link_options: { apple_terms_and_conditions: { allow_relinking: null, merchant_display_name: 'Tea & Co' } },
      on_behalf_of: account,
    });
    expect((await visitPage(running, made.redirect_url)).text).toContain('Tea &amp; Co has to accept');
    expect((await visitPage(running, made.redirect_url, {})).text).toContain('Terms accepted');
    const again = await link({ on_behalf_of: account });
    expect((await visitPage(running, again.redirect_url)).text).toContain('Terms accepted');
    const relinking = await link({ on_behalf_of: account }, { allow_relinking: true });
    expect((await visitPage(running, relinking.redirect_url)).text).toContain('has to accept');
    expect((await visitPage(running, (await link()).redirect_url)).text).toContain('has to accept');
  });

  it('need an account that there is, and what they are to show', async () => {
    expect(await failure(link({ on_behalf_of: 'acct_none' }))).toMatchObject({ param: 'on_behalf_of' });
    expect(await failure(link({ link_options: {} }))).toMatchObject({
      param: 'link_options',
    });
  });
});

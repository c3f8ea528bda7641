import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../support/stripe';

let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
}, 60_000);

afterAll(() => running.close());
beforeEach(() => running.platform.state.reset());

/** The page that `authorizeUrl` leads to, as this machine reaches it. */
function authorizePage(params: Stripe.OAuthAuthorizeUrlParams, options?: Stripe.OAuthAuthorizeUrlOptions): string {
  const { pathname, search } = new URL(stripe.oauth.authorizeUrl({ client_id: 'ca_test', ...params }, options));
  return `http://127.0.0.1:${running.platform.port}/stripe${pathname}${search}`;
}

async function answer(page: string, form: Record<string, string>): Promise<URL> {
  const response = await fetch(page, { method: 'POST', redirect: 'manual', body: new URLSearchParams(form) });
  expect(response.status).toBe(303);
  return new URL(response.headers.get('location')!);
}

const RETURN = 'http://localhost/connected';

async function connect(more: Stripe.OAuthAuthorizeUrlParams = {}, express = false): Promise<Stripe.OAuthToken> {
  const page = authorizePage({ redirect_uri: RETURN, state: 'xyz', ...more }, { express });
  const back = await answer(page, { action: 'authorize' });
  expect(back.href.startsWith(RETURN)).toBe(true);
  expect(back.searchParams.get('state')).toBe('xyz');
  return stripe.oauth.token({ grant_type: 'authorization_code', code: back.searchParams.get('code')! });
}

describe('Connect by OAuth', () => {
  it('shows a page, and connects an account that it makes', async () => {
    const page = authorizePage({ redirect_uri: RETURN, stripe_user: { email: 'ada@example.com', country: 'GB' } });
    const shown = await fetch(page);
    expect(await shown.text()).toContain('Connect my account');
    const token = await connect({ stripe_user: { email: 'ada@example.com', country: 'GB' } });
    expect(token).toMatchObject({ livemode: false, scope: 'read_write', token_type: 'bearer' });
    const account = await stripe.accounts.retrieve(token.stripe_user_id!);
    expect(account).toMatchObject({ type: 'standard', email: 'ada@example.com', country: 'GB', charges_enabled: true });
    expect((await connect({}, true)).stripe_user_id).not.toBe(token.stripe_user_id);
    const { data } = await stripe.accounts.list();
    expect(data.map(({ type }) => type)).toEqual(['express', 'standard']);
    const events = await stripe.events.list(
      { type: 'account.application.authorized' },
      {
        stripeAccount: token.stripe_user_id!,
      },
    );
    expect(events.data).toHaveLength(1);
  });

  it('lets the tokens act for the account, and nothing else', async () => {
    const { access_token: key, stripe_user_id: account, refresh_token, stripe_publishable_key } = await connect();
    const own = running.client({ key: key! });
    const customer = await own.customers.create({ name: 'Ada' });
    expect(await stripe.customers.retrieve(customer.id, {}, { stripeAccount: account! })).toMatchObject({
      name: 'Ada',
    });
    await expect(stripe.customers.retrieve(customer.id)).rejects.toMatchObject({ statusCode: 404 });
    const made = await running
      .client({ key: stripe_publishable_key! })
      .tokens.create({ card: { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123' } } as never);
    expect(await own.tokens.retrieve(made.id)).toMatchObject({ id: made.id });
    const other = await connect();
    expect(await failure(own.customers.list({}, { stripeAccount: other.stripe_user_id! }))).toMatchObject({
      statusCode: 403,
    });
    const again = await stripe.oauth.token({ grant_type: 'refresh_token', refresh_token: refresh_token! });
    expect(again.stripe_user_id).toBe(account);
    expect(await running.client({ key: again.access_token! }).customers.list()).toMatchObject({
      data: [{ id: customer.id }],
    });
  });

  it('connects an account that is there already, or none where somebody says no', async () => {
    const { id } = await stripe.accounts.create({ type: 'standard', country: 'US' });
    const page = authorizePage({ redirect_uri: `${RETURN}?x=1`, scope: 'read_only' });
    expect(await (await fetch(page)).text()).toContain(id);
    const back = await answer(page, { action: 'authorize', account: id });
    expect([...back.searchParams.keys()].sort()).toEqual(['code', 'scope', 'x']);
    const token = await stripe.oauth.token({
      grant_type: 'authorization_code',
      code: back.searchParams.get('code')!,
    });
    expect(token).toMatchObject({ stripe_user_id: id, scope: 'read_only' });
    const denied = await answer(authorizePage({ redirect_uri: RETURN, state: 's' }), { action: 'deny' });
    expect(Object.fromEntries(denied.searchParams)).toEqual({
      error: 'access_denied',
      error_description: 'The user denied your request',
      state: 's',
    });
  });

  it('takes a code once, and says in the words of OAuth what is wrong', async () => {
    const back = await answer(authorizePage({ redirect_uri: RETURN }), { action: 'authorize' });
    const params = { grant_type: 'authorization_code' as const, code: back.searchParams.get('code')! };
    await stripe.oauth.token(params);
    const cases = [
      [params, 'invalid_grant'],
      [{ grant_type: 'authorization_code', code: 'ac_none' }, 'invalid_grant'],
      [{ grant_type: 'authorization_code' }, 'invalid_request'],
      [{ grant_type: 'refresh_token', refresh_token: 'rt_none' }, 'invalid_grant'],
      [{ grant_type: 'password' }, 'unsupported_grant_type'],
    ] as const;
    for (const [given, error] of cases) {
      const response = await fetch(`http://127.0.0.1:${running.platform.port}/stripe/oauth/token`, {
        method: 'POST',
        headers: { authorization: 'Bearer sk_test_backlot' },
        body: new URLSearchParams(given as Record<string, string>),
      });
      expect([response.status, await response.json()]).toEqual([
        400,
        { error, error_description: expect.any(String) as string },
      ]);
    }
    expect(await failure(stripe.oauth.token({ grant_type: 'authorization_code', code: 'ac_none' }))).toMatchObject({
      type: 'StripeInvalidGrantError',
      message: 'Authorization code does not exist: ac_none',
    });
    const page = authorizePage({ redirect_uri: RETURN, response_type: 'token' as never });
    expect((await fetch(page)).status).toBe(400);
  });

  it('ends when the account is disconnected', async () => {
    const { access_token: key, stripe_user_id: account } = await connect();
    expect(await stripe.oauth.deauthorize({ client_id: 'ca_test', stripe_user_id: account! })).toMatchObject({
      stripe_user_id: account,
    });
    await expect(running.client({ key: key! }).customers.list()).rejects.toMatchObject({ statusCode: 401 });
    await expect(stripe.customers.list({}, { stripeAccount: account! })).rejects.toMatchObject({
      code: 'account_invalid',
    });
    const error = await failure(stripe.oauth.deauthorize({ client_id: 'ca_test', stripe_user_id: account! }));
    expect(error.message).toContain('is not connected to stripe account');
  });
});

import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../support/stripe';

/** https://docs.stripe.com/financial-connections */
let running: RunningStripe;
let stripe: Stripe;
beforeAll(async () => {
  running = await startStripe();
  stripe = running.stripe;
});
afterAll(() => running.close());

type Given = Partial<Stripe.FinancialConnections.SessionCreateParams>;
const PERMISSIONS = ['balances', 'ownership', 'transactions'] as const;

const sessionFor = async (given: Given = {}): Promise<Stripe.FinancialConnections.Session> => {
  const { id: customer } = await stripe.customers.create();
  return stripe.financialConnections.sessions.create({
    account_holder: { type: 'customer', customer },
    permissions: [...PERMISSIONS],
    ...given,
  });
};

/** What a person does on the page. */
const link = async (session: string, account = 'Checking'): Promise<Response> =>
  running.platform.fetch(`http://stripe.localhost/link-accounts/${session}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ account }).toString(),
    redirect: 'manual',
  });

const linked = async (given: Given = {}): Promise<Stripe.FinancialConnections.Account> => {
  const { id } = await sessionFor(given);
  expect((await link(id)).status).toBeLessThan(400);
  return (await stripe.financialConnections.sessions.retrieve(id)).accounts.data[0]!;
};

const second = (): Promise<unknown> => running.platform.clock.advance(2000);

describe('a session', () => {
  it('collects the accounts that a person links on its page', async () => {
    const session = await sessionFor({ limits: { accounts: 1 }, return_url: 'https://example.com/back' });
    expect(session).toMatchObject({
      accounts: { data: [] },
      permissions: PERMISSIONS,
      prefetch: [],
      limits: { accounts: 1 },
    });
    expect(session.client_secret).toMatch(/^fcsess_client_secret_/);
    const shown = await running.platform.fetch(`http://stripe.localhost/link-accounts/${session.id}`);
    expect(await shown.text()).toContain('Checking');
    const response = await link(session.id, 'Savings');
    expect(response.headers.get('location')).toBe('https://example.com/back');
    expect((await link(session.id)).status).toBe(400);
    const { accounts } = await stripe.financialConnections.sessions.retrieve(session.id);
    expect(accounts.data).toMatchObject([
      { display_name: 'Savings', last4: '4321', status: 'active', subcategory: 'savings', balance: null },
    ]);
    const { customer } = session.account_holder!;
    const found = await stripe.financialConnections.accounts.list({ account_holder: { customer: customer as string } });
    expect(found.data).toEqual(accounts.data);
    expect((await stripe.financialConnections.accounts.list({ session: session.id })).data).toEqual(accounts.data);
    const events = await stripe.events.list({ type: 'financial_connections.account.created' });
    expect(events.data[0]!.data.object).toMatchObject({ id: accounts.data[0]!.id });
  });

  it('is refused without a holder, and links only what it was made for', async () => {
    const holder = { type: 'customer', customer: 'cus_none' } as const;
    expect(await failure(sessionFor({ account_holder: holder }))).toMatchObject({ code: 'resource_missing' });
    expect(await failure(sessionFor({ permissions: ['balances'], prefetch: ['ownership'] }))).toMatchObject({
      param: 'prefetch',
    });
    const { id } = await sessionFor({ filters: { account_subcategories: ['savings'] } });
    expect((await link(id, 'Checking')).status).toBe(400);
  });
});

describe('a linked account', () => {
  it('is refreshed: its balance, owners and transactions', async () => {
    const { id } = await linked();
    const features = ['balance', 'ownership', 'transactions'] as ('balance' | 'ownership' | 'transactions')[];
    expect(await stripe.financialConnections.accounts.refresh(id, { features })).toMatchObject({
      balance_refresh: { status: 'pending', next_refresh_available_at: null },
      ownership_refresh: { status: 'pending' },
      transaction_refresh: { status: 'pending' },
    });
    await second();
    const account = await stripe.financialConnections.accounts.retrieve(id, { expand: ['ownership'] });
    expect(account).toMatchObject({
      balance: { type: 'cash', current: { usd: 100_000 }, cash: { available: { usd: 100_000 } } },
      balance_refresh: { status: 'succeeded' },
      ownership: { owners: { data: [{ name: 'Jenny Rosen' }] } },
    });
    const { id: ownership } = account.ownership as Stripe.FinancialConnections.AccountOwnership;
    const owners = await stripe.financialConnections.accounts.listOwners(id, { ownership });
    expect(owners.data).toMatchObject([{ name: 'Jenny Rosen', ownership }]);
    const { data: first } = await stripe.financialConnections.transactions.list({ account: id });
    expect(first.map(({ amount }) => amount)).toEqual([-1250, 100_000]);
    expect(await stripe.financialConnections.transactions.retrieve(first[0]!.id)).toEqual(first[0]);

    await stripe.financialConnections.accounts.refresh(id, { features });
    await second();
    const after = account.transaction_refresh!.id;
    const news = await stripe.financialConnections.transactions.list({ account: id, transaction_refresh: { after } });
    expect(news.data.map(({ amount }) => amount)).toEqual([-1250]);
    await stripe.financialConnections.accounts.refresh(id, { features: ['balance'] });
    await second();
    const { balance } = await stripe.financialConnections.accounts.retrieve(id);
    expect(balance!.current).toEqual({ usd: 97_500 });
    for (const what of ['balance', 'ownership', 'transactions']) {
      const events = await stripe.events.list({ type: `financial_connections.account.refreshed_${what}` });
      expect(events.data.length).toBeGreaterThan(0);
    }
  });

  it('gives only what it was linked for, and nothing once it is disconnected', async () => {
    const { id } = await linked({ permissions: ['balances'], prefetch: ['balances'] });
    await second();
    expect((await stripe.financialConnections.accounts.retrieve(id)).balance).not.toBeNull();
    const refused = stripe.financialConnections.accounts.subscribe(id, { features: ['transactions'] });
    expect(await failure(refused)).toMatchObject({ statusCode: 400, param: 'features' });
    expect(await stripe.financialConnections.accounts.disconnect(id)).toMatchObject({ status: 'disconnected' });
    const late = stripe.financialConnections.accounts.refresh(id, { features: ['balance'] });
    expect(await failure(late)).toMatchObject({ statusCode: 400 });
    const events = await stripe.events.list({ type: 'financial_connections.account.disconnected' });
    expect(events.data).toHaveLength(1);
  });

  it('is subscribed to and unsubscribed from', async () => {
    const { id } = await linked();
    const features = ['transactions'] as 'transactions'[];
    expect(await stripe.financialConnections.accounts.subscribe(id, { features })).toMatchObject({
      subscriptions: ['transactions'],
      transaction_refresh: { status: 'pending' },
    });
    const off = await stripe.financialConnections.accounts.unsubscribe(id, { features });
    expect(off.subscriptions).toEqual([]);
  });

  it('pays, without being verified again', async () => {
    const pay = (financial_connections_account: string): Promise<Stripe.PaymentIntent> =>
      stripe.paymentIntents.create({
        amount: 1000,
        currency: 'usd',
        confirm: true,
        allowed_payment_method_types: ['us_bank_account'],
        payment_method_data: {
          type: 'us_bank_account',
          us_bank_account: { account_holder_type: 'individual', financial_connections_account },
          billing_details: { name: 'Jenny Rosen' },
        },
        mandate_data: { customer_acceptance: { type: 'offline' } },
      });
    const { id } = await linked({ permissions: ['payment_method'] });
    const intent = await pay(id);
    expect(intent.status).toBe('processing');
    const method = await stripe.paymentMethods.retrieve(intent.payment_method as string);
    expect(method.us_bank_account).toMatchObject({ financial_connections_account: id, last4: '6789' });
    const { id: other } = await linked({ permissions: ['balances'] });
    expect(await failure(pay(other))).toMatchObject({
      statusCode: 400,
      param: 'us_bank_account[financial_connections_account]',
    });
    expect(await failure(pay('fca_none'))).toMatchObject({ code: 'resource_missing' });
  });
});

import type Stripe from 'stripe';
import { COMPLETE_ACCOUNT, startStripe, type RunningStripe } from '../support/stripe';

/** A card whose money can be spent at once. */
const AT_ONCE = 'pm_card_bypassPending';

describe('Connect', () => {
  let running: RunningStripe;
  let stripe: Stripe;

  beforeAll(async () => {
    running = await startStripe();
    stripe = running.stripe;
  });
  afterAll(() => running.close());
  beforeEach(() => running.platform.state.reset());

  async function pay(params: Partial<Stripe.PaymentIntentCreateParams>, options?: Stripe.RequestOptions) {
    return stripe.paymentIntents.create(
      {
        amount: 10_000,
        currency: 'usd',
        payment_method: AT_ONCE,
        confirm: true,
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
        expand: ['latest_charge'],
        ...params,
      },
      options,
    );
  }

  async function total(account?: string): Promise<number> {
    const balance = await stripe.balance.retrieve({}, account === undefined ? {} : { stripeAccount: account });
    return [...balance.available, ...balance.pending].reduce((sum, { amount }) => sum + amount, 0);
  }

  describe('accounts', () => {
    it('may be charged and paid out once they have given what is asked of them', async () => {
      const { external_account, ...rest } = COMPLETE_ACCOUNT;
      const account = await stripe.accounts.create(rest);
      expect(account).toMatchObject({
        object: 'account',
        type: 'custom',
        charges_enabled: false,
        payouts_enabled: false,
        capabilities: { card_payments: 'inactive', transfers: 'inactive' },
        requirements: { currently_due: ['external_account'] },
        controller: { stripe_dashboard: { type: 'none' }, requirement_collection: 'application' },
        individual: { first_name: 'Jenny', ssn_last_4_provided: true },
      });
      expect(account.individual).not.toHaveProperty('ssn_last_4');
      const ready = await stripe.accounts.update(account.id, { external_account } as Stripe.AccountUpdateParams);
      expect(ready).toMatchObject({
        charges_enabled: true,
        payouts_enabled: true,
        details_submitted: true,
        capabilities: { card_payments: 'active', transfers: 'active' },
        external_accounts: { data: [{ object: 'bank_account', last4: '6789', default_for_currency: true }] },
      });
      const { data } = await stripe.events.list({ limit: 20 }, { stripeAccount: account.id });
      expect(data.map(({ type }) => type)).toEqual(
        expect.arrayContaining(['account.updated', 'capability.updated', 'account.external_account.created']),
      );
      expect(data.every((event) => event.account === account.id)).toBe(true);
    });

    it('are listed, changed, rejected and deleted', async () => {
      const account = await stripe.accounts.create({ type: 'express', metadata: { shop: '1' } });
      expect(account).toMatchObject({ type: 'express', controller: { fees: { payer: 'application_express' } } });
      expect((await stripe.accounts.list()).data.map(({ id }) => id)).toEqual([account.id]);
      const changed = await stripe.accounts.update(account.id, { metadata: { shop: '', town: 'Reno' } });
      expect(changed.metadata).toEqual({ town: 'Reno' });
      const rejected = await stripe.accounts.reject(account.id, { reason: 'fraud_other' });
      expect(rejected).toMatchObject({ charges_enabled: false, requirements: { disabled_reason: 'rejected.fraud' } });
      expect(await stripe.accounts.del(account.id)).toEqual({ id: account.id, object: 'account', deleted: true });
      expect((await stripe.accounts.list()).data).toEqual([]);
    });

    it('take a controller in the place of a type, and not both', async () => {
      const account = await stripe.accounts.create({
        controller: {
          fees: { payer: 'application' },
          losses: { payments: 'application' },
          stripe_dashboard: { type: 'express' },
        },
      });
      expect(account).toMatchObject({ type: 'express', controller: { fees: { payer: 'application' } } });
      await expect(
        stripe.accounts.create({ type: 'express', controller: { losses: { payments: 'stripe' } } }),
      ).rejects.toMatchObject({
        statusCode: 400,
      });
    });

    it('have capabilities, persons, external accounts and links', async () => {
      const { id } = await stripe.accounts.create(COMPLETE_ACCOUNT);
      expect(await stripe.accounts.retrieveCapability(id, 'transfers')).toMatchObject({
        status: 'active',
        account: id,
      });
      await stripe.accounts.updateCapability(id, 'sepa_debit_payments', { requested: true });
      expect((await stripe.accounts.listCapabilities(id)).data).toHaveLength(3);

      const person = await stripe.accounts.createPerson(id, {
        first_name: 'Kim',
        relationship: { owner: true, percent_ownership: 50 },
      });
      expect(person).toMatchObject({ account: id, first_name: 'Kim', relationship: { owner: true, director: false } });
      expect((await stripe.accounts.listPersons(id, { relationship: { owner: true } })).data).toHaveLength(1);
      expect((await stripe.accounts.listPersons(id, { relationship: { director: true } })).data).toHaveLength(0);
      expect((await stripe.accounts.updatePerson(id, person.id, { last_name: 'Lee' })).last_name).toBe('Lee');
      expect(await stripe.accounts.deletePerson(id, person.id)).toMatchObject({ deleted: true });
      await expect(stripe.accounts.retrievePerson(id, person.id)).rejects.toMatchObject({ statusCode: 404 });

      const added = await stripe.accounts.createExternalAccount(id, { external_account: 'btok_us' }).catch(() => null);
      const listed = await stripe.accounts.listExternalAccounts(id, { object: 'bank_account' });
      expect(listed.data).toHaveLength(added === null ? 1 : 2);

      const link = await stripe.accountLinks.create({
        account: id,
        type: 'account_onboarding',
        refresh_url: 'https://example.com/again',
        return_url: 'https://example.com/done',
      });
      expect(link).toMatchObject({ object: 'account_link', url: expect.stringContaining('/connect/setup/') as string });
      const session = await stripe.accountSessions.create({
        account: id,
        components: { payments: { enabled: true } },
      });
      expect(session).toMatchObject({ account: id, components: { payments: { enabled: true } } });
      await expect(
        stripe.accountLinks.create({ account: 'acct_none', type: 'account_onboarding' }),
      ).rejects.toMatchObject({
        statusCode: 400,
      });
      expect((await stripe.countrySpecs.retrieve('US')).default_currency).toBe('usd');
      expect((await stripe.accounts.retrieveCurrent()).object).toBe('account');
    });
  });

  it('sets an account up on the page of its link', async () => {
    const { id } = await stripe.accounts.create({ type: 'express', capabilities: { transfers: { requested: true } } });
    const { url } = await stripe.accountLinks.create({
      account: id,
      type: 'account_onboarding',
      refresh_url: 'https://example.com/again',
      return_url: 'https://example.com/done',
    });
    const page = `${running.platform.url.replace(/\/$/, '')}/stripe${url.slice(url.indexOf('/connect/'))}`;
    expect(await (await fetch(page)).text()).toContain('Set up your account');
    const answer = await fetch(page, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('https://example.com/done');
    expect(await stripe.accounts.retrieve(id)).toMatchObject({
      details_submitted: true,
      payouts_enabled: true,
      capabilities: { transfers: 'active' },
    });
  });

  it('keeps the objects of each account apart', async () => {
    const one = await stripe.accounts.create(COMPLETE_ACCOUNT);
    const other = await stripe.accounts.create(COMPLETE_ACCOUNT);
    const customer = await stripe.customers.create({ name: 'One' }, { stripeAccount: one.id });
    expect((await stripe.customers.list({}, { stripeAccount: one.id })).data).toHaveLength(1);
    expect((await stripe.customers.list()).data).toHaveLength(0);
    await expect(stripe.customers.retrieve(customer.id, {}, { stripeAccount: other.id })).rejects.toMatchObject({
      statusCode: 404,
    });
    await expect(stripe.customers.list({}, { stripeAccount: 'acct_none' })).rejects.toMatchObject({
      statusCode: 403,
      code: 'account_invalid',
    });
  });

  it('gives a destination its share, and the platform its fee', async () => {
    const { id } = await stripe.accounts.create(COMPLETE_ACCOUNT);
    const intent = await pay({ application_fee_amount: 1000, transfer_data: { destination: id } });
    const charge = intent.latest_charge as Stripe.Charge;
    const transfer = await stripe.transfers.retrieve(charge.transfer as string);
    expect(transfer).toMatchObject({ amount: 10_000, destination: id, source_transaction: charge.id });
    const payment = await stripe.charges.retrieve(transfer.destination_payment as string, {}, { stripeAccount: id });
    expect(payment).toMatchObject({ amount: 10_000, application_fee_amount: 1000, source_transfer: transfer.id });
    const [fee] = (await stripe.applicationFees.list()).data;
    expect(fee).toMatchObject({ amount: 1000, account: id, originating_transaction: charge.id });
    expect(await total(id)).toBe(9000);
    // 2.9 % and 30 cents are Stripe's.
    expect(await total()).toBe(1000 - 320);

    const refund = await stripe.refunds.create({
      charge: charge.id,
      amount: 5000,
      reverse_transfer: true,
      refund_application_fee: true,
    });
    expect(refund.transfer_reversal).toMatch(/^trr_/);
    expect(await stripe.transfers.retrieve(transfer.id)).toMatchObject({ amount_reversed: 5000, reversed: false });
    expect(await stripe.applicationFees.retrieve(fee!.id)).toMatchObject({ amount_refunded: 500 });
    expect(await total(id)).toBe(4500);
    expect(await total()).toBe(500 - 320);
  });

  it('transfers no more than a named amount', async () => {
    const { id } = await stripe.accounts.create(COMPLETE_ACCOUNT);
    const intent = await pay({ transfer_data: { destination: id, amount: 7000 } });
    expect((intent.latest_charge as Stripe.Charge).transfer).toMatch(/^tr_/);
    expect(await total(id)).toBe(7000);
    expect((await stripe.applicationFees.list()).data).toEqual([]);
  });

  it('takes its fee of direct charges', async () => {
    const { id } = await stripe.accounts.create(COMPLETE_ACCOUNT);
    const intent = await pay({ application_fee_amount: 1000 }, { stripeAccount: id });
    const charge = intent.latest_charge as Stripe.Charge;
    expect(charge.application_fee).toMatch(/^fee_/);
    expect(await total(id)).toBe(10_000 - 1000 - 320);
    expect(await total()).toBe(1000);
    await stripe.refunds.create({ charge: charge.id, refund_application_fee: true }, { stripeAccount: id });
    expect(await total(id)).toBe(-320);
    expect(await total()).toBe(0);
  });

  it('shares a captured amount only when it is captured', async () => {
    const { id } = await stripe.accounts.create(COMPLETE_ACCOUNT);
    const intent = await pay({ capture_method: 'manual', transfer_data: { destination: id } });
    expect(await total(id)).toBe(0);
    await stripe.paymentIntents.capture(intent.id);
    expect(await total(id)).toBe(10_000);
  });

  it('transfers, reverses, and refuses what is not there', async () => {
    const { id } = await stripe.accounts.create(COMPLETE_ACCOUNT);
    await expect(stripe.transfers.create({ amount: 100, currency: 'usd', destination: id })).rejects.toMatchObject({
      code: 'balance_insufficient',
    });
    await pay({ transfer_group: 'ORDER' });
    const transfer = await stripe.transfers.create({
      amount: 4000,
      currency: 'usd',
      destination: id,
      transfer_group: 'ORDER',
    });
    expect((await stripe.transfers.list({ transfer_group: 'ORDER' })).data.map((each) => each.id)).toEqual([
      transfer.id,
    ]);
    const reversal = await stripe.transfers.createReversal(transfer.id, { amount: 1500 });
    expect(reversal).toMatchObject({ amount: 1500, transfer: transfer.id });
    await expect(stripe.transfers.createReversal(transfer.id, { amount: 2501 })).rejects.toMatchObject({
      param: 'amount',
    });
    expect(await total(id)).toBe(2500);
    const { id: unready } = await stripe.accounts.create({ type: 'express' });
    await expect(stripe.transfers.create({ amount: 100, currency: 'usd', destination: unready })).rejects.toMatchObject(
      { code: 'insufficient_capabilities_for_transfer' },
    );
  });

  it('pays accounts out', async () => {
    const { id } = await stripe.accounts.create(COMPLETE_ACCOUNT);
    await pay({ transfer_data: { destination: id } });
    const payout = await stripe.payouts.create({ amount: 6000, currency: 'usd' }, { stripeAccount: id });
    expect(payout.destination).toMatch(/^ba_/);
    expect(await total(id)).toBe(4000);
  });
});

import type Stripe from 'stripe';
import { failure, startStripe, type RunningStripe } from '../../support/stripe';
import { typesAbout } from '../../support/stripe-billing';

/** https://docs.stripe.com/testing#non-card-payments, /payments/ach-direct-debit, /payments/au-becs-debit, /payments/bacs-debit and /payments/acss-debit */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

const MOMENT = 2000;
const MINUTE = 60_000;
const MANDATE = { customer_acceptance: { type: 'offline' } } as const;
const BILLING = { name: 'Jenny Rosen', email: 'jenny@example.com' };
const OPTIONS = {
  acss_debit: { mandate_options: { payment_schedule: 'sporadic', transaction_type: 'personal' } },
} as const;
const CURRENCIES: Readonly<Record<string, string>> = {
  acss_debit: 'cad',
  au_becs_debit: 'aud',
  bacs_debit: 'gbp',
  sepa_debit: 'eur',
  us_bank_account: 'usd',
};

/** A payment by a bank account, under way. */
const debit = (type: string, given: Partial<Stripe.PaymentIntentCreateParams>) =>
  stripe.paymentIntents.create({
    amount: 2000,
    currency: CURRENCIES[type]!,
    allowed_payment_method_types: [type],
    mandate_data: MANDATE,
    ...(type === 'acss_debit' && { payment_method_options: OPTIONS }),
    confirm: true,
    ...given,
  });
const byToken = (token: string, type: string) => debit(type, { payment_method: token });
const byNumber = (type: string, details: object, more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  debit(type, {
    payment_method_data: { type, [type]: details, billing_details: BILLING },
    ...more,
  });
const us = (account_number = '000123456789', more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  byNumber('us_bank_account', { account_number, routing_number: '110000000', account_holder_type: 'individual' }, more);
const later = async ({ id }: Stripe.PaymentIntent, milliseconds = MOMENT) => {
  await running.platform.clock.advance(milliseconds);
  const intent = await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] });
  return { ...intent, latest_charge: intent.latest_charge as Stripe.Charge };
};
const mandateOf = ({ payment_method_details: details }: Stripe.Charge): Promise<Stripe.Mandate> => {
  const { mandate } = (details as unknown as Record<string, { mandate: string }>)[details!.type]!;
  return stripe.mandates.retrieve(mandate);
};

describe('a debit', () => {
  it.each([
    ['pm_usBankAccount_accountClosed', 'us_bank_account', 'account_closed'],
    ['pm_usBankAccount_noAccount', 'us_bank_account', 'no_account'],
    ['pm_usBankAccount_weeklyLimitExceeded', 'us_bank_account', 'charge_exceeds_source_limit'],
    ['pm_sepaDebit_failed_de', 'sepa_debit', 'payment_intent_payment_attempt_failed'],
    ['pm_sepaDebit_exceedsWeeklyVolumeLimit_fr', 'sepa_debit', 'charge_exceeds_source_limit'],
    ['pm_sepaDebit_exceedsWeeklyTransactionLimit_at', 'sepa_debit', 'charge_exceeds_weekly_limit'],
    ['pm_sepaDebit_insufficientFunds_ie', 'sepa_debit', 'insufficient_funds'],
    ['pm_auBecsDebit_referToCustomer', 'au_becs_debit', 'refer_to_customer'],
    ['pm_auBecsDebit_exceedsTransactionLimit', 'au_becs_debit', 'charge_exceeds_transaction_limit'],
    ['pm_bacsDebit_insufficientFunds', 'bacs_debit', 'insufficient_funds'],
    ['pm_acssDebit_debitNotAuthorized', 'acss_debit', 'debit_not_authorized'],
  ])('from %s fails', async (token, type, code) => {
    const intent = await byToken(token, type);
    expect(intent.status).toBe('processing');
    expect(await later(intent)).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code, payment_method: { type } },
      latest_charge: { status: 'failed', failure_code: code, paid: false },
    });
  });

  it.each([
    ['pm_sepaDebit_success_nl', 'sepa_debit'],
    ['pm_auBecsDebit_success', 'au_becs_debit'],
    ['pm_bacsDebit_success', 'bacs_debit'],
    ['pm_acssDebit_success', 'acss_debit'],
  ])('from %s succeeds', async (token, type) => {
    expect((await later(await byToken(token, type))).status).toBe('succeeded');
  });

  it.each([
    ['pm_auBecsDebit_referToCustomerDelayed', 'au_becs_debit', 'requires_payment_method'],
    ['pm_bacsDebit_successDelayed', 'bacs_debit', 'succeeded'],
    ['pm_sepaDebit_failedDelayed_es', 'sepa_debit', 'requires_payment_method'],
  ])('from %s takes three minutes', async (token, type, status) => {
    const intent = await byToken(token, type);
    expect((await later(intent, MINUTE)).status).toBe('processing');
    expect((await later(intent, 2 * MINUTE)).status).toBe(status);
  });

  it.each([
    ['pm_auBecsDebit_dispute', 'au_becs_debit', MOMENT],
    ['pm_sepaDebit_disputed_be', 'sepa_debit', MOMENT],
    ['pm_bacsDebit_dispute', 'bacs_debit', 3 * MINUTE],
  ])('from %s is disputed', async (token, type, milliseconds) => {
    const intent = await byToken(token, type);
    expect((await later(intent, milliseconds)).status).toBe('succeeded');
    await running.platform.clock.advance(MOMENT);
    expect((await stripe.disputes.list({ payment_intent: intent.id })).data).toHaveLength(1);
  });

  it('of the highest risk is blocked', async () => {
    const refused = await failure(byToken('pm_usBankAccount_riskLevelHighest', 'us_bank_account'));
    expect(refused).toMatchObject({ statusCode: 402, code: 'card_declined', decline_code: 'fraudulent' });
  });

  it.each([
    ['IBANs of the same country', 'DE62370400440532013001', 'requires_payment_method'],
    ['an IBAN of Ireland', 'IE02AIBK93115212345679', 'requires_payment_method'],
    ['an IBAN of another bank', 'BE68539007547034', 'requires_payment_method'],
  ])('fails by its number, too: %s', async (_what, iban, status) => {
    expect((await later(await byNumber('sepa_debit', { iban }))).status).toBe(status);
  });
});

describe('the mandate', () => {
  it.each([
    ['pm_auBecsDebit_accountClosed', 'au_becs_debit', 'inactive'],
    ['pm_auBecsDebit_referToCustomer', 'au_becs_debit', 'active'],
    ['pm_bacsDebit_debitNotAuthorized', 'bacs_debit', 'inactive'],
    ['pm_bacsDebit_insufficientFunds', 'bacs_debit', 'active'],
  ])('of a debit from %s is %s %s afterwards', async (token, type, status) => {
    const { latest_charge: charge } = await later(await byToken(token, type));
    expect(await mandateOf(charge)).toMatchObject({ status });
  });

  it('that the bank refuses is inactive at once', async () => {
    const { mandate } = await stripe.setupIntents.create({
      allowed_payment_method_types: ['bacs_debit'],
      payment_method: 'pm_bacsDebit_mandateRefused',
      mandate_data: MANDATE,
      confirm: true,
      expand: ['mandate'],
    });
    expect(mandate).toMatchObject({
      status: 'inactive',
      payment_method_details: { bacs_debit: { network_status: 'refused' } },
    });
  });

  it('that a customer gave holds for later payments', async () => {
    const { id: customer } = await stripe.customers.create();
    const { mandate, payment_method } = await stripe.setupIntents.create({
      customer,
      allowed_payment_method_types: ['us_bank_account'],
      payment_method: 'pm_usBankAccount_success',
      mandate_data: MANDATE,
      confirm: true,
    });
    const again = {
      customer,
      payment_method: payment_method as string,
      off_session: true,
      expand: ['latest_charge'],
    };
    const intent = await stripe.paymentIntents.create({
      amount: 2000,
      currency: 'usd',
      allowed_payment_method_types: ['us_bank_account'],
      confirm: true,
      ...again,
    });
    expect((await mandateOf(intent.latest_charge as Stripe.Charge)).id).toBe(mandate);
  });

  it('that is named has to be that of the payment method', async () => {
    const { mandate } = await stripe.setupIntents.create({
      allowed_payment_method_types: ['sepa_debit'],
      payment_method: 'pm_sepaDebit_success_de',
      mandate_data: MANDATE,
      confirm: true,
    });
    const refused = await failure(
      stripe.paymentIntents.create({
        amount: 2000,
        currency: 'eur',
        allowed_payment_method_types: ['sepa_debit'],
        payment_method: 'pm_sepaDebit_success_de',
        mandate: mandate as string,
        confirm: true,
      }),
    );
    expect(refused).toMatchObject({ code: 'payment_intent_mandate_invalid', param: 'mandate' });
  });

  it('of Canada says when debits come', async () => {
    const { latest_charge: charge } = await later(await byToken('pm_acssDebit_success', 'acss_debit'));
    expect((await mandateOf(charge)).payment_method_details.acss_debit).toMatchObject({
      payment_schedule: 'sporadic',
      transaction_type: 'personal',
    });
  });

  it('that ended takes a method of Bacs along', async () => {
    const intent = await byToken('pm_bacsDebit_debitNotAuthorized', 'bacs_debit');
    const { last_payment_error: error } = await later(intent);
    const again = { payment_method: error!.payment_method!.id, mandate_data: MANDATE };
    expect((await failure(stripe.paymentIntents.confirm(intent.id, again))).statusCode).toBe(400);
  });
});

describe('small deposits', () => {
  const VERIFICATION = 'payment_method_microdeposit_verification_';

  it.each([
    [{ amounts: [10, 11] }, `${VERIFICATION}attempts_exceeded`],
    [{ amounts: [40, 41] }, `${VERIFICATION}timeout`],
    [{ descriptor_code: 'SM33CC' }, `${VERIFICATION}attempts_exceeded`],
    [{ descriptor_code: 'SM44DD' }, `${VERIFICATION}timeout`],
  ])('of %j take the payment method away', async (seen, code) => {
    const { id, status } = await us();
    expect(status).toBe('requires_action');
    expect(await failure(stripe.paymentIntents.verifyMicrodeposits(id, seen))).toMatchObject({ statusCode: 400, code });
    expect(await stripe.paymentIntents.retrieve(id)).toMatchObject({
      status: 'requires_payment_method',
      next_action: null,
      last_payment_error: { code },
    });
    expect(await typesAbout(stripe, id)).toContain('payment_intent.payment_failed');
  });

  it('may be wrong a few times', async () => {
    const { id } = await us();
    const wrong = () => failure(stripe.paymentIntents.verifyMicrodeposits(id, { amounts: [1, 2] }));
    const [first, second, third] = [await wrong(), await wrong(), await wrong()];
    expect(first).toMatchObject({ code: `${VERIFICATION}amounts_mismatch`, param: 'amounts' });
    expect(first.message).toContain('You have 2 verification attempts remaining.');
    expect(second.code).toBe(first.code);
    expect(third.code).toBe(`${VERIFICATION}attempts_exceeded`);
    expect((await stripe.paymentIntents.retrieve(id)).status).toBe('requires_payment_method');
  });

  it('are two', async () => {
    const { id } = await us();
    const refused = await failure(stripe.paymentIntents.verifyMicrodeposits(id, { amounts: [32] }));
    expect(refused.code).toBe(`${VERIFICATION}amounts_invalid`);
  });

  it('do not arrive at some accounts', async () => {
    expect(await later(await us('000666666661'))).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'payment_method_microdeposit_failed' },
    });
    const { id } = await stripe.setupIntents.create({
      allowed_payment_method_types: ['us_bank_account'],
      payment_method_data: {
        type: 'us_bank_account',
        us_bank_account: {
          account_number: '000666666661',
          routing_number: '110000000',
          account_holder_type: 'individual',
        },
        billing_details: BILLING,
      },
      mandate_data: MANDATE,
      confirm: true,
    });
    await running.platform.clock.advance(MOMENT);
    expect(await stripe.setupIntents.retrieve(id)).toMatchObject({
      status: 'requires_payment_method',
      last_setup_error: { code: 'payment_method_microdeposit_failed' },
    });
  });

  it('verify accounts of Canada, too, once', async () => {
    const customer = (await stripe.customers.create()).id;
    const account = { account_number: '000123456789', institution_number: '000', transit_number: '11000' };
    const first = await byNumber('acss_debit', account, { customer, setup_future_usage: 'off_session' });
    expect(first.next_action?.type).toBe('verify_with_microdeposits');
    await stripe.paymentIntents.verifyMicrodeposits(first.id, { amounts: [32, 45] });
    const paid = await later(first);
    expect(paid).toMatchObject({
      status: 'succeeded',
      latest_charge: {
        payment_method_details: {
          acss_debit: { institution_number: '000', transit_number: '11000', last4: '6789' },
        },
      },
    });
    const again = await debit('acss_debit', { customer, payment_method: paid.payment_method as string });
    expect(again.status).toBe('processing');
  });
});

describe('a bank account', () => {
  it.each([
    ['of a bank outside of SEPA', 'AT271904300000055555', 'sepa_debit_bank_not_supported'],
    ['that cannot be debited', 'DE18370400440000066666', 'sepa_debit_debits_not_supported'],
  ])('%s is refused', async (_what, iban, code) => {
    const refused = await failure(
      stripe.paymentMethods.create({ type: 'sepa_debit', sepa_debit: { iban }, billing_details: BILLING }),
    );
    expect(refused).toMatchObject({ statusCode: 400, code, param: 'sepa_debit[iban]' });
  });

  it('that the bank does not have is refused', async () => {
    const refused = await failure(
      stripe.paymentMethods.create({
        type: 'bacs_debit',
        bacs_debit: { sort_code: '108800', account_number: '00044444' },
        billing_details: BILLING,
      }),
    );
    expect(refused.code).toBe('account_number_invalid');
  });

  it('is given to a customer once', async () => {
    const { id } = await stripe.customers.create();
    const source = (await stripe.tokens.create({ bank_account: BANK })).id;
    await stripe.customers.createSource(id, { source });
    const again = (await stripe.tokens.create({ bank_account: BANK })).id;
    expect((await failure(stripe.customers.createSource(id, { source: again }))).code).toBe('bank_account_exists');
  });

  it('of the United States can be paid to over two networks', async () => {
    const { us_bank_account: account } = await stripe.paymentMethods.retrieve('pm_usBankAccount_success');
    expect(account?.networks).toEqual({ preferred: 'ach', supported: ['ach', 'us_domestic_wire'] });
  });
});

const BANK = {
  country: 'US',
  currency: 'usd',
  account_number: '000123456789',
  routing_number: '110000000',
} as const;

describe('a refund of a debit', () => {
  it.each([
    ['pm_usBankAccount_success', 'us_bank_account', 'us_bank_transfer'],
    ['pm_sepaDebit_success_de', 'sepa_debit', 'eu_bank_transfer'],
    ['pm_bacsDebit_success', 'bacs_debit', 'gb_bank_transfer'],
  ])('of %s takes the bank a while', async (token, type, destination) => {
    const { id } = await later(await byToken(token, type));
    const refund = await stripe.refunds.create({ payment_intent: id });
    expect(refund).toMatchObject({ status: 'pending', destination_details: { type: destination } });
    await running.platform.clock.advance(MOMENT);
    expect((await stripe.refunds.retrieve(refund.id)).status).toBe('succeeded');
    expect(await typesAbout(stripe, refund.id)).toContain('refund.updated');
  });
});

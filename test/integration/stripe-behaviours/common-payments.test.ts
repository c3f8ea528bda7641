import type Stripe from 'stripe';
import { disputeOnceIt, failure, startStripe, type RunningStripe } from '../../support/stripe';
import { waitFor } from '../../support/wait-for';

/** What nearly every application meets: https://docs.stripe.com/api/payment_intents, /setup_intents, /charges, /refunds, /disputes */
let running: RunningStripe;
let stripe: Stripe;

beforeAll(async () => {
  running = await startStripe();
  ({ stripe } = running);
});
afterAll(() => running.close());

const pay = (given: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  stripe.paymentIntents.create({
    amount: 2000,
    currency: 'usd',
    allowed_payment_method_types: ['card'],
    payment_method: 'pm_card_visa',
    confirm: true,
    ...given,
  });
const setUp = (given: Stripe.SetupIntentCreateParams = {}) =>
  stripe.setupIntents.create({ allowed_payment_method_types: ['card'], ...given });
const hold = () => pay({ capture_method: 'manual' });
const chargeOf = ({ latest_charge: charge }: Stripe.PaymentIntent): string => charge as string;

async function attached(): Promise<{ readonly customer: string; readonly method: string }> {
  const { id: customer } = await stripe.customers.create();
  const { id: method } = await stripe.paymentMethods.attach('pm_card_visa', { customer });
  return { customer, method };
}

async function disputed(card = 'pm_card_createDispute'): Promise<Stripe.Dispute> {
  const { id: payment_intent } = await pay({ payment_method: card });
  const find = async () => (await stripe.disputes.list({ payment_intent })).data[0];
  await waitFor('the dispute', find);
  return (await find())!;
}

async function lastEvents(count: number): Promise<readonly string[]> {
  return (await stripe.events.list({ limit: count })).data.map(({ type }) => type).reverse();
}

describe('money that an intent holds', () => {
  it('is captured by the intent, not by its charge', async () => {
    const held = await hold();
    expect(await failure(stripe.charges.capture(chargeOf(held)))).toMatchObject({
      statusCode: 400,
      message: `This uncaptured Charge was created by a PaymentIntent (${held.id}). You must capture the PaymentIntent instead. For more information, see https://stripe.com/docs/payments/place-a-hold-on-a-payment-method`,
    });
  });

  it('is let go by the intent, not by a refund', async () => {
    const held = await hold();
    const { message } = await failure(stripe.refunds.create({ charge: chargeOf(held) }));
    expect(message).toContain(
      `(${held.id}). You must cancel the PaymentIntent to reverse the authorization instead of refunding the Charge directly.`,
    );
  });

  it('is captured once, and no more than there is', async () => {
    const { id } = await hold();
    expect(await failure(stripe.paymentIntents.capture(id, { amount_to_capture: 2001 }))).toMatchObject({
      code: 'amount_too_large',
      message:
        'The payment could not be captured because the requested capture amount is greater than the amount you can capture for this charge.',
    });
    await stripe.paymentIntents.capture(id);
    expect(await failure(stripe.paymentIntents.capture(id))).toMatchObject({
      code: 'payment_intent_unexpected_state',
      message: 'This PaymentIntent could not be captured because it has already been captured.',
    });
  });
});

describe('a payment intent', () => {
  it('names the parameter that cannot be changed any more', async () => {
    const { id } = await pay();
    expect(await failure(stripe.paymentIntents.update(id, { amount: 3000 }))).toMatchObject({
      code: 'payment_intent_unexpected_state',
      param: 'amount',
      payment_intent: { id },
    });
  });

  it('says whose method is missing', async () => {
    const { id: customer } = await stripe.customers.create();
    const { id } = await stripe.paymentIntents.create({ amount: 2000, currency: 'usd', customer });
    const { message } = await failure(stripe.paymentIntents.confirm(id, { return_url: 'https://example.com' }));
    expect(message).toBe(
      `You cannot confirm this PaymentIntent because it's missing a payment method. To confirm the PaymentIntent with ${customer}, specify a payment method attached to this customer along with the customer ID.`,
    );
  });

  it('says whose the method is', async () => {
    const { customer, method } = await attached();
    const { id: other } = await stripe.customers.create();
    const alone = await failure(pay({ payment_method: method }));
    expect(alone.message).toBe(
      `The \`payment_method\` parameter supplied ${method} belongs to the Customer ${customer}. Please include the Customer in the \`customer\` parameter on the PaymentIntent.`,
    );
    const foreign = await failure(pay({ payment_method: method, customer: other }));
    expect(foreign.message).toBe(
      `The PaymentMethod ${method} does not belong to the Customer you supplied ${other}. Please use this PaymentMethod with the Customer that it belongs to instead.`,
    );
  });

  it('takes a list of types, and not one as a text', async () => {
    const old = { apiVersion: '2025-03-31.basil' as never };
    const given = { amount: 2000, currency: 'usd', payment_method_types: 'card' };
    expect(await failure(stripe.paymentIntents.create(given as never, old))).toMatchObject({
      message: 'Invalid array',
      param: 'payment_method_types',
    });
  });

  it('of an old version lists its types', async () => {
    const old = { apiVersion: '2025-03-31.basil' as never };
    const given = { amount: 2000, currency: 'usd', payment_method_types: ['card'] };
    const made = await stripe.paymentIntents.create(given, old);
    expect(made.payment_method_types).toEqual(['card']);
  });
});

describe('a setup intent', () => {
  const done = () => setUp({ payment_method: 'pm_card_visa', confirm: true });

  it('that succeeded is neither confirmed nor canceled, nor given another method', async () => {
    const { id } = await done();
    expect(await failure(stripe.setupIntents.confirm(id))).toMatchObject({
      message: 'You cannot confirm this SetupIntent because it has already succeeded.',
      setup_intent: { id },
    });
    expect((await failure(stripe.setupIntents.cancel(id))).message).toBe(
      'You cannot cancel this SetupIntent because it has a status of succeeded. Only a SetupIntent with one of the following statuses may be canceled: `requires_payment_method`, `requires_confirmation`, or `requires_action`.',
    );
    const update = stripe.setupIntents.update(id, { payment_method: 'pm_card_mastercard' });
    expect((await failure(update)).message).toBe(
      'You cannot update this SetupIntent because it has already succeeded.',
    );
    expect((await stripe.setupIntents.update(id, { description: 'kept' })).description).toBe('kept');
  });

  it('that is canceled says so, and first what it misses', async () => {
    const { id } = await setUp();
    await stripe.setupIntents.cancel(id);
    expect((await failure(stripe.setupIntents.cancel(id))).message).toBe(
      'You cannot cancel this SetupIntent because it is already canceled.',
    );
    expect((await failure(stripe.setupIntents.confirm(id))).message).toContain('missing a payment method');
  });

  it('repeats why a card was refused as its decline code', async () => {
    const refused = await failure(setUp({ payment_method: 'pm_card_chargeDeclinedExpiredCard', confirm: true }));
    expect(refused).toMatchObject({
      code: 'expired_card',
      decline_code: 'expired_card',
      param: 'exp_month',
      setup_intent: { last_setup_error: { decline_code: 'expired_card' } },
    });
  });

  it('is in the error about a method that is not its customer’s', async () => {
    const { method } = await attached();
    const { id } = await setUp();
    const refused = await failure(stripe.setupIntents.update(id, { payment_method: method }));
    expect(refused).toMatchObject({ param: 'payment_method', setup_intent: { id } });
  });

  it('waits for no deposits', async () => {
    const { id } = await setUp();
    expect(await failure(stripe.setupIntents.verifyMicrodeposits(id, { amounts: [32, 45] }))).toMatchObject({
      code: 'intent_invalid_state',
      message:
        'This SetupIntent cannot be actioned on because it has a status of requires_payment_method. Only a SetupIntent with one of the following statuses may be actioned on: ["requires_action"].',
    });
  });
});

describe('a payment method', () => {
  it('has its address checked when it is attached', async () => {
    const { id: customer } = await stripe.customers.create();
    const address = { line1: 'Main Street 1', postal_code: '12345' };
    const card = { number: '4242424242424242', exp_month: 8, exp_year: 2034, cvc: '314' };
    const made = await stripe.paymentMethods.create({ type: 'card', card, billing_details: { address } });
    const all = (result: string) => ({
      address_line1_check: result,
      address_postal_code_check: result,
      cvc_check: result,
    });
    expect(made.card!.checks).toEqual(all('unchecked'));
    expect((await stripe.paymentMethods.attach(made.id, { customer })).card!.checks).toEqual(all('pass'));
  });

  it('is attached to somebody', async () => {
    const { id } = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } });
    expect(await failure(stripe.paymentMethods.attach(id, {}))).toMatchObject({
      code: 'parameter_missing',
      message: 'Must provide customer or customer_account.',
    });
  });

  it('is listed by its customer alone', async () => {
    const { customer, method } = await attached();
    expect((await stripe.paymentMethods.list({ type: 'card' })).data).toEqual([]);
    expect((await stripe.paymentMethods.list({ customer })).data.map(({ id }) => id)).toEqual([method]);
  });
});

describe('a charge', () => {
  const charge = (given: object = {}) =>
    stripe.charges.create({ amount: 2000, currency: 'usd', source: 'tok_visa', ...given });

  it('of a token is paid by the card of the token', async () => {
    const token = await stripe.tokens.create({
      card: { number: '4242424242424242', exp_month: '8', exp_year: '2034', cvc: '314' },
    });
    const made = await charge({ source: token.id });
    expect(made.payment_method).toBe(token.card!.id);
    expect(made.source).toMatchObject({ object: 'card', id: token.card!.id });
    const named = await charge();
    expect(named.payment_method).toMatch(/^card_/);
    expect(named.source!.id).toBe(named.payment_method);
    expect(await failure(charge({ source: token.id }))).toMatchObject({ code: 'token_already_used' });
  });

  it('of a customer takes what is the customer’s', async () => {
    const { id: customer } = await stripe.customers.create();
    expect(await failure(charge({ customer }))).toMatchObject({
      code: 'missing',
      param: 'source',
      message: `Customer ${customer} does not have a linked source with ID tok_visa.`,
    });
  });

  it('of an intent has the transfer group of the intent', async () => {
    const paid = await pay();
    const { message } = await failure(stripe.charges.update(chargeOf(paid), { transfer_group: 'other' }));
    expect(message).toContain(`(${paid.id}). You must update the \`transfer_group\` on the PaymentIntent`);
  });
});

describe('a refund', () => {
  it('that is done stays', async () => {
    const { id: payment_intent } = await pay();
    const { id } = await stripe.refunds.create({ payment_intent });
    expect((await failure(stripe.refunds.cancel(id))).message).toBe('Canceling this refund is unsupported.');
  });

  it('needs a payment that succeeded', async () => {
    const { charge, payment_intent: intent } = await failure(pay({ payment_method: 'pm_card_chargeDeclined' }));
    expect((await failure(stripe.refunds.create({ charge: charge! }))).message).toBe(
      `This PaymentIntent (${intent!.id}) does not have a successful charge to refund.`,
    );
    expect(await failure(stripe.refunds.create({ charge: 'ch_none' }))).toMatchObject({ statusCode: 404, param: 'id' });
  });

  it('is one of its charge', async () => {
    const [paid, other] = [await pay(), await pay()];
    const { id } = await stripe.refunds.create({ payment_intent: paid.id });
    const find = (charge: string) => stripe.rawRequest('GET', `/v1/charges/${charge}/refunds/${id}`);
    expect(await find(chargeOf(paid))).toMatchObject({ id });
    expect(await failure(find(chargeOf(other)))).toMatchObject({ statusCode: 404, param: 'refund' });
  });
});

describe('a dispute', () => {
  it('is under review first, and then decided', async () => {
    const { id } = await disputed();
    const sent = await stripe.disputes.update(id, { evidence: { uncategorized_text: 'winning_evidence' } });
    expect(sent).toMatchObject({ status: 'under_review', evidence_details: { submission_count: 1 } });
    const won = await disputeOnceIt(stripe, id, 'won');
    expect(won.is_charge_refundable).toBe(true);
    expect(await lastEvents(2)).toEqual(['charge.dispute.funds_reinstated', 'charge.dispute.closed']);
  });

  it('tells of its charge, too', async () => {
    const { id } = await disputed();
    await stripe.disputes.update(id, { evidence: { uncategorized_text: 'Here you are.' } });
    expect(await lastEvents(2)).toEqual(['charge.dispute.updated', 'charge.updated']);
    const { id: other } = await disputed();
    await stripe.disputes.close(other);
    expect(await lastEvents(2)).toEqual(['charge.dispute.closed', 'charge.updated']);
  });

  it('that is closed stays closed', async () => {
    const { id } = await disputed();
    await stripe.disputes.close(id);
    for (const refused of [
      await failure(stripe.disputes.close(id)),
      await failure(stripe.disputes.update(id, { metadata: { late: 'yes' } })),
    ]) {
      expect(refused).toMatchObject({ statusCode: 400, message: 'This dispute is already closed', code: undefined });
    }
  });

  it('has the transactions, which no filter by it finds', async () => {
    const { id, balance_transactions: taken } = await disputed();
    expect(taken).toHaveLength(1);
    expect((await stripe.balanceTransactions.list({ source: id })).data).toEqual([]);
  });

  it('is asked for by charges that are there, and have one', async () => {
    const charge = chargeOf(await pay());
    const find = (id: string) => stripe.rawRequest('GET', `/v1/charges/${id}/dispute`);
    expect(await failure(find(charge))).toMatchObject({ statusCode: 404, message: `No dispute for charge: ${charge}` });
    expect(await failure(find('ch_none'))).toMatchObject({ statusCode: 404, param: 'charge' });
  });
});

describe('what is paid out', () => {
  it('goes to a bank account that can be looked at', async () => {
    await pay({ amount: 50_000, payment_method: 'pm_card_bypassPending' });
    const { destination } = await stripe.payouts.create({ amount: 1000, currency: 'usd', expand: ['destination'] });
    expect(destination).toMatchObject({ object: 'bank_account', bank_name: 'STRIPE TEST BANK', last4: '6789' });
  });
});

describe('a customer', () => {
  it('with a balance has its currency', async () => {
    expect((await stripe.customers.create({ balance: -500 })).currency).toBe('usd');
    expect((await stripe.customers.create({ balance: 0 })).currency).toBeNull();
  });
});

import type Stripe from 'stripe';

const ADDRESS = { line1: '123 Main Street', city: 'San Francisco', state: 'CA', postal_code: '94111', country: 'US' };

/** A cardholder who may have cards. */
export function cardholder(
  stripe: Stripe,
  given: Partial<Stripe.Issuing.CardholderCreateParams> = {},
): Promise<Stripe.Issuing.Cardholder> {
  return stripe.issuing.cardholders.create({
    name: 'Jenny Rosen',
    email: 'jenny.rosen@example.com',
    phone_number: '+18008675309',
    type: 'individual',
    billing: { address: ADDRESS },
    ...given,
  });
}

/** An active virtual card, of a cardholder of its own where none is given. */
export async function activeCard(
  stripe: Stripe,
  given: Partial<Stripe.Issuing.CardCreateParams> = {},
): Promise<Stripe.Issuing.Card> {
  const holder = given.cardholder ?? (await cardholder(stripe)).id;
  return stripe.issuing.cards.create({
    cardholder: holder,
    currency: 'usd',
    type: 'virtual',
    status: 'active',
    ...given,
  });
}

/** Puts money into the balance that cards are paid from. */
export async function fundIssuing(stripe: Stripe, amount: number, currency = 'usd'): Promise<void> {
  await stripe.rawRequest('POST', '/v1/test_helpers/issuing/fund_balance', { amount, currency });
}

/** What cards can spend. */
export async function issuingBalance(stripe: Stripe): Promise<number> {
  const { issuing } = await stripe.balance.retrieve();
  return issuing?.available.reduce((sum, { amount }) => sum + amount, 0) ?? 0;
}

/** The sum of all that was ever booked for cards, which is the balance. */
export async function bookedForIssuing(stripe: Stripe): Promise<number> {
  const { data } = await stripe.balanceTransactions.list({ limit: 100 });
  return data.filter((each) => each.balance_type === 'issuing').reduce((sum, { net }) => sum + net, 0);
}

/** The payment methods that identifiers stand for. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { bankAccountTable, cardOfSource, tokenTable } from '../payments/card-source';
import { methodCard, namedCard } from '../payments/cards';
import { namedAccount, type NamedAccount } from '../payments/test-bank-accounts';
import { otherPart, usBankAccount } from './method-parts';
import { billingDetails, insertMethod, methodTable } from './method-table';

/**
 * The payment method under an identifier, for use. The names that stand for test cards and test accounts (`pm_card_visa`,
 * `pm_usBankAccount_success`) make a new one each time; tokens, sources and cards of customers are taken as well.
 * Throws `resource_missing` for `param`.
 */
export function resolvePaymentMethod(stripe: Backend, id: string, param = 'payment_method'): Stripe.PaymentMethod {
  const card = id.startsWith('pm_card_') ? namedCard(stripe, id) : undefined;
  if (card) {
    const secret = { number: card.number, hasCvc: card.hasCvc };
    return insertMethod(stripe, { type: 'card', shown: methodCard(card), secret });
  }
  const account = namedAccount(id);
  if (account !== undefined) {
    const { shown, secret } = otherPart(account.type, dataOf(account));
    return insertMethod(stripe, {
      type: account.type,
      shown,
      secret: { ...secret, isVerified: true },
      billing: { name: 'Jenny Rosen', email: 'jenny.rosen@example.com' },
    });
  }
  if (/^(tok|src|card|ba)_/.test(id)) return methodOfSource(stripe, id, param);
  return methodTable(stripe).get(id, param);
}

/**
 * What a charge is paid by: as {@link resolvePaymentMethod} says, but the card of a token is a card, also by its identifier, as
 * it was before payment methods.
 */
export function resolveSource(stripe: Backend, id: string): Stripe.PaymentMethod {
  if (!id.startsWith('tok_')) return resolvePaymentMethod(stripe, id, 'source');
  return methodOfSource(stripe, id, 'source', tokenTable(stripe).find(id)?.card?.id ?? stripe.newId('card'));
}

/** What somebody would fill in for a documented account. */
function dataOf({ type, number }: NamedAccount): Readonly<Record<string, unknown>> {
  switch (type) {
    case 'acss_debit':
      return {
        account_number: number,
        institution_number: '000',
        transit_number: '11000',
      };
    case 'au_becs_debit':
      return { account_number: number, bsb_number: '000000' };
    case 'bacs_debit':
      return { account_number: number, sort_code: '108800' };
    case 'sepa_debit':
      return { iban: number };
    default:
      return { account_number: number };
  }
}

/** Throws where a payment method is not there, or is not that of the customer: only those are for later payments. */
export function checkAttached(stripe: Backend, customer: string, id: string, param: string): void {
  if (methodTable(stripe).find(id)?.customer === customer) return;
  if (resolvePaymentMethod(stripe, id, param).customer === customer) return;
  throw invalidRequest(
    `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`,
    { code: 'resource_missing', param },
  );
}

/** A card or source that is used as a payment method keeps its identifier. */
function methodOfSource(
  stripe: Backend,
  id: string,
  param: string,
  named = id.startsWith('tok_') ? stripe.newId('payment_method') : id,
): Stripe.PaymentMethod {
  const existing = methodTable(stripe).find(id);
  if (existing) return existing;
  if (id.startsWith('ba_')) return methodOfBankAccount(stripe, id, param);
  const { card, secret, billing, customer } = cardOfSource(stripe, id, param);
  const kept = methodTable(stripe).find(named);
  if (kept) return kept;
  const method = insertable(
    stripe,
    named,
    { type: 'card', card: methodCard(card, true) },
    {
      customer: customer ?? null,
      billing,
    },
  );
  return methodTable(stripe).insert(method, secret);
}

/** A bank account of a customer, which can be debited once it is verified. */
function methodOfBankAccount(stripe: Backend, id: string, param: string): Stripe.PaymentMethod {
  const bank = bankAccountTable(stripe).get(id, param);
  if (bank.status !== 'verified') {
    throw invalidRequest(`The bank account ${id} has to be verified before it can be debited.`, {
      code: 'bank_account_unverified',
      param,
    });
  }
  const { account = '' } = bankAccountTable(stripe).hidden(id) ?? {};
  const shown = usBankAccount(account, {
    account_holder_type: bank.account_holder_type,
    account_type: bank.account_type,
    routing_number: bank.routing_number,
  });
  const method = insertable(
    stripe,
    id,
    { type: 'us_bank_account', us_bank_account: shown },
    { customer: idOf(bank.customer) ?? null, billing: { name: bank.account_holder_name } },
  );
  return methodTable(stripe).insert(method, { account, isVerified: true });
}

function insertable(
  stripe: Backend,
  id: string,
  shown: object,
  { customer, billing }: { customer: string | null; billing?: object | undefined },
): Stripe.PaymentMethod {
  return {
    id,
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: billingDetails(billing),
    created: stripe.now(),
    customer,
    customer_account: null,
    livemode: false,
    metadata: {},
    shared_payment_granted_token: null,
    ...shown,
  } as unknown as Stripe.PaymentMethod;
}

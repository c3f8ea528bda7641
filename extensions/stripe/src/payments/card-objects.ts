/** Cards and bank accounts in the form that they had before payment methods. */
import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { cvcCheck, fingerprint, type CardData } from './cards';
import { namedAccount } from './test-bank-accounts';
import { isIban } from './iban';
import { testCard } from './test-cards';

/** The bank of accounts in test mode. */
export const TEST_BANK = 'STRIPE TEST BANK';

const BRANDS: Readonly<Record<string, string>> = {
  visa: 'Visa',
  mastercard: 'MasterCard',
  amex: 'American Express',
  discover: 'Discover',
  diners: 'Diners Club',
  jcb: 'JCB',
  unionpay: 'UnionPay',
};

/** What the brand of a card was called before payment methods. */
export function formerBrand(brand: string): string {
  return BRANDS[brand] ?? 'Unknown';
}

type Given = Readonly<Record<string, unknown>>;

/** A card that nobody has yet. The bank was asked about its code and its address. */
export function newCard(stripe: Backend, card: CardData, given: Given): Stripe.Card {
  const text = (name: string): string | null => (given[name] as string | undefined) ?? null;
  const made = {
    id: stripe.newId('card'),
    object: 'card',
    address_city: text('address_city'),
    address_country: text('address_country'),
    address_line1: text('address_line1'),
    address_line2: text('address_line2'),
    address_state: text('address_state'),
    address_zip: text('address_zip'),
    allow_redisplay: 'unspecified',
    brand: formerBrand(card.brand),
    country: card.country,
    customer: null,
    dynamic_last4: null,
    exp_month: card.exp_month,
    exp_year: card.exp_year,
    fingerprint: card.fingerprint,
    funding: card.funding,
    last4: card.last4,
    metadata: {},
    name: text('name'),
    regulated_status: 'unregulated',
    tokenization_method: null,
    wallet: null,
  } as unknown as Stripe.Card;
  return { ...made, cvc_check: cvcCheck(card), ...addressChecks(made, card.number) };
}

/** What the bank says of the address of a card; null for what was not given. */
function addressChecks(
  { address_line1: line1, address_zip: zip }: Pick<Stripe.Card, 'address_line1' | 'address_zip'>,
  number: string | undefined,
): Pick<Stripe.Card, 'address_line1_check' | 'address_zip_check'> {
  const checks = number === undefined ? undefined : testCard(number)?.behavior.checks;
  return {
    address_line1_check: line1 === null ? null : (checks?.line1 ?? 'pass'),
    address_zip_check: zip === null ? null : (checks?.postalCode ?? 'pass'),
  };
}

/** A card as a token has it: no bank was asked yet. */
export function uncheckedCard(card: Stripe.Card): Stripe.Card {
  const unchecked = (check: string | null): string | null => (check === null ? null : 'unchecked');
  return {
    ...card,
    address_line1_check: unchecked(card.address_line1_check),
    address_zip_check: unchecked(card.address_zip_check),
    cvc_check: unchecked(card.cvc_check),
  };
}

/** The card of a token once its bank was asked. */
export function checkedCard(card: Stripe.Card, number: string | undefined): Stripe.Card {
  const hasCvc = card.cvc_check !== null;
  return {
    ...card,
    ...addressChecks(card, number),
    cvc_check: number === undefined ? card.cvc_check : cvcCheck({ number, hasCvc }),
  };
}

const US_ACCOUNT_NUMBER = /^\d{4,17}$/;
const ROUTING_NUMBER = /^\d{9}$/;
const ROUTING_WEIGHTS = [3, 7, 1];

/** Whether a text is a routing number of a bank in the United States: its last digit is a checksum. */
function isRoutingNumber(text: string): boolean {
  if (!ROUTING_NUMBER.test(text)) return false;
  return [...text].reduce((sum, digit, index) => sum + Number(digit) * ROUTING_WEIGHTS[index % 3]!, 0) % 10 === 0;
}

/** Throws where a text is no routing number; `of` is the parameter that it is a part of. */
export function checkRoutingNumber(routing: string | null, currency: string, of: string): void {
  if (routing !== null && isRoutingNumber(routing)) return;
  throw invalidRequest(`Invalid routing number for ${currency} bank account: ${routing ?? ''}`, {
    code: 'routing_number_invalid',
    param: `${of}[routing_number]`,
  });
}

/** Throws for a number that no account in the United States has. `within` is the parameter that holds it. */
export function checkAccountNumber(number: string, within: string): void {
  if (US_ACCOUNT_NUMBER.test(number)) return;
  throw invalidRequest(`Invalid account number: must contain only digits, and be between 4 and 17 digits long`, {
    code: 'account_number_invalid',
    param: `${within}[account_number]`,
  });
}

/** Throws for what begins like an IBAN, and is none by its check digits. */
function checkIban(number: string): void {
  if (!/^[A-Z]{2}\d{2}/.test(number) || isIban(number)) return;
  throw invalidRequest(`The IBAN you provided is invalid: ${number}`, {
    code: 'account_number_invalid',
    param: 'bank_account[account_number]',
  });
}

/** A bank account that nobody has yet. Throws where it cannot be one. */
export function newBankAccount(stripe: Backend, given: Given): Stripe.BankAccount {
  const text = (name: string): string | null => (given[name] as string | undefined) ?? null;
  const number = text('account_number')?.replaceAll(' ', '') ?? null;
  if (number === null) throw parameterMissing('bank_account[account_number]');
  const country = (text('country') ?? 'US').toUpperCase();
  const routing = text('routing_number');
  if (country === 'US') checkAccountNumber(number, 'bank_account');
  else if (!stripe.isLoose) checkIban(number);
  if (country === 'US') checkRoutingNumber(routing, text('currency') ?? 'usd', 'bank_account');
  return {
    id: stripe.newId('bank_account'),
    object: 'bank_account',
    account_holder_name: text('account_holder_name'),
    account_holder_type: text('account_holder_type'),
    account_type: text('account_type'),
    bank_name: TEST_BANK,
    country,
    currency: (text('currency') ?? 'usd').toLowerCase(),
    customer: null,
    fingerprint: fingerprint(number),
    last4: number.slice(-4),
    metadata: {},
    routing_number: routing,
    status: 'new',
  } as unknown as Stripe.BankAccount;
}

/**
 * The bank account that a token of Stripe's documentation stands for, and its number: `btok_us_verified`, and
 * `btok_us_verified_noAccount` and the like. Undefined for other tokens.
 */
export function namedBankAccount(stripe: Backend, token: string): [Stripe.BankAccount, number: string] | undefined {
  const [, what] = /^btok_us_verified(?:_(\w+))?$/.exec(token) ?? [undefined, ''];
  const number = what === '' ? undefined : namedAccount(`pm_usBankAccount_${what ?? 'success'}`)?.number;
  if (number === undefined) return undefined;
  const account = newBankAccount(stripe, { account_number: number, routing_number: '110000000' });
  return [{ ...account, status: 'verified' }, number];
}

/** What payment methods show of their type: https://docs.stripe.com/api/payment_methods/object. */
import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { omit } from '../kernel/omit';
import { checkAccountNumber, checkRoutingNumber, TEST_BANK } from '../payments/card-objects';
import { cardOfSource } from '../payments/card-source';
import { displayBrand, fingerprint, methodCard, readCard, type CardParams, type CardSecret } from '../payments/cards';
import { isIban } from '../payments/iban';
import { scenarioOf } from '../payments/test-bank-accounts';
import { blank, fieldOf } from '../spec/shapes';

/** What is kept beside a payment method. */
export interface MethodSecret extends CardSecret {
  /** The number of a bank account, or an IBAN. */
  readonly account?: string;
  /** A bank account whose owner is known. */
  readonly isVerified?: boolean;
  /** Whether it was used without being attached, or detached: then it cannot be used again. */
  readonly spent?: boolean;
}

type GivenCard = CardParams & { readonly token?: string; readonly networks?: { readonly preferred?: string } };

/** What a payment method shows of its type, what is kept beside it, and the billing details that come with it. */
export interface Part {
  readonly shown: object;
  readonly secret: MethodSecret;
  readonly billing?: object;
}

/** What is shown of a card, from its data or a token. Throws a card error for wrong data. */
export function cardPart(stripe: Backend, given: GivenCard | undefined): Part {
  if (given === undefined) throw parameterMissing('card');
  if (given.token !== undefined) {
    const { card, secret, billing } = cardOfSource(stripe, given.token, 'card[token]');
    return { shown: preferring(methodCard(card), given.networks?.preferred), secret, billing };
  }
  const card = readCard(stripe, given);
  const shown = preferring(methodCard(card), given.networks?.preferred);
  return { shown, secret: { number: card.number, hasCvc: card.hasCvc } };
}

/** What the API shows of a bank account and the like; other types have only what the client gave. */
export function otherPart(type: string, given: Record<string, unknown>): Part {
  const text = (name: string): string => (typeof given[name] === 'string' ? given[name] : '');
  const number = text(type === 'sepa_debit' ? 'iban' : 'account_number');
  if (type === 'us_bank_account') {
    if (number === '') throw parameterMissing('us_bank_account[account_number]');
    checkAccountNumber(number, 'us_bank_account');
    const routing = text('routing_number');
    if (routing !== '') checkRoutingNumber(routing, 'usd', 'us_bank_account');
    return { shown: usBankAccount(number, given), secret: { account: number } };
  }
  if (type === 'sepa_debit') {
    if (number === '') throw parameterMissing('sepa_debit[iban]');
    if (!isIban(number)) {
      throw invalidRequest('The IBAN you provided is invalid.', {
        code: 'invalid_bank_account_iban',
        param: 'sepa_debit[iban]',
      });
    }
    checkDebits(number);
    const shown = {
      ...bankOf(number),
      country: number.slice(0, 2),
      fingerprint: fingerprint(number),
      generated_from: { charge: null, setup_attempt: null },
      last4: number.slice(-4),
    };
    return { shown, secret: { account: number } };
  }
  if (number !== '') {
    checkExists(type, number);
    const bare = blankPart(type);
    const known = { bank_name: TEST_BANK, fingerprint: fingerprint(number), last4: number.slice(-4) };
    const shown = Object.entries(known).filter(([name]) => name in bare);
    return {
      shown: { ...bare, ...omit(given, 'account_number'), ...Object.fromEntries(shown) },
      secret: { account: number },
    };
  }
  const bic = type === 'ideal' ? IDEAL_BANKS[text('bank')] : undefined;
  return { shown: { ...blankPart(type), ...given, ...(bic !== undefined && { bic }) }, secret: {} };
}

/** Throws for an account that SEPA cannot debit. */
function checkDebits(iban: string): void {
  const scenario = scenarioOf(iban);
  const param = 'sepa_debit[iban]';
  if (scenario === 'bankNotSupported') {
    throw invalidRequest('The bank of this IBAN does not support SEPA Direct Debit.', {
      code: 'sepa_debit_bank_not_supported',
      param,
    });
  }
  if (scenario === 'debitsNotSupported') {
    throw invalidRequest('The account of this IBAN does not support SEPA Direct Debit.', {
      code: 'sepa_debit_debits_not_supported',
      param,
    });
  }
}

/** Throws for a number that the bank does not have. */
function checkExists(type: string, number: string): void {
  if (scenarioOf(number) !== 'invalidNumber') return;
  throw invalidRequest('The account number is invalid.', {
    code: 'account_number_invalid',
    param: `${type}[account_number]`,
  });
}

/** What a payment method of a type says of itself before anything is known. */
function blankPart(type: string): object {
  const [kind] = fieldOf('payment_method', type)?.kinds ?? [];
  return kind === undefined ? {} : blank(kind);
}

/** What is shown of an account of a bank in the United States. */
export function usBankAccount(number: string, given: Record<string, unknown>): object {
  return {
    account_holder_type: given['account_holder_type'] ?? 'individual',
    account_type: given['account_type'] ?? 'checking',
    bank_name: TEST_BANK,
    financial_connections_account: given['financial_connections_account'] ?? null,
    fingerprint: fingerprint(number),
    last4: number.slice(-4),
    networks: { preferred: 'ach', supported: ['ach', 'us_domestic_wire'] },
    routing_number: given['routing_number'] ?? '110000000',
    status_details: {},
  };
}

/** A card with two brands, by which of them its holder wants to pay. Throws for a brand that it does not have. */
export function preferring(card: Stripe.PaymentMethod.Card, preferred: string | undefined): Stripe.PaymentMethod.Card {
  if (preferred === undefined) return card;
  const { available = [] } = card.networks ?? {};
  if (preferred !== '' && !available.includes(preferred)) {
    throw invalidRequest(`The card does not support the network ${preferred}: it has ${available.join(', ')}.`, {
      param: 'card[networks][preferred]',
    });
  }
  return {
    ...card,
    display_brand: displayBrand(preferred || card.brand),
    networks: { available, preferred: preferred || null },
  };
}

/** How many characters of an IBAN name the bank, and the branch: after its first four, and those left out. */
const IBAN_PARTS: Readonly<
  Record<string, { readonly bank: number; readonly branch?: number; readonly skip?: number }>
> = {
  AT: { bank: 5 },
  BE: { bank: 3 },
  CH: { bank: 5 },
  DE: { bank: 8 },
  ES: { bank: 4, branch: 4 },
  FI: { bank: 3 },
  FR: { bank: 5, branch: 5 },
  GB: { bank: 4, branch: 6 },
  IE: { bank: 4, branch: 6 },
  IT: { bank: 5, branch: 5, skip: 1 },
  LU: { bank: 3 },
  NL: { bank: 4 },
  PT: { bank: 4, branch: 4 },
};

function bankOf(iban: string): { readonly bank_code: string; readonly branch_code: string } {
  const { bank, branch = 0, skip = 0 } = IBAN_PARTS[iban.slice(0, 2)] ?? { bank: 4 };
  const start = 4 + skip;
  return {
    bank_code: iban.slice(start, start + bank),
    branch_code: iban.slice(start + bank, start + bank + branch),
  };
}

/** The codes by which banks know the banks of iDEAL. */
const IDEAL_BANKS: Readonly<Record<string, string>> = {
  abn_amro: 'ABNANL2A',
  asn_bank: 'ASNBNL21',
  bunq: 'BUNQNL2A',
  handelsbanken: 'HANDNL2A',
  ing: 'INGBNL2A',
  knab: 'KNABNL2H',
  moneyou: 'MOYONL21',
  n26: 'NTSBDEB1',
  nn: 'NNBANL2G',
  rabobank: 'RABONL2U',
  regiobank: 'RBRBNL21',
  revolut: 'REVOLT21',
  sns_bank: 'SNSBNL2A',
  triodos_bank: 'TRIONL2U',
  van_lanschot: 'FVLBNL22',
  yoursafe: 'BITSNL2A',
};

import { createHash } from 'node:crypto';
import type Stripe from 'stripe';
import { cardError, parameterMissing, type StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import type { Presentment } from './card-present';
import { DECLINES, type Decline } from './declines';
import { testCard, type CardBehavior } from './test-cards';

export { testCard } from './test-cards';

/** A card as a client gives it. */
export interface CardParams {
  readonly number?: string;
  readonly exp_month?: number | string;
  readonly exp_year?: number | string;
  readonly cvc?: string;
}

/** A card that was read and found to be well-formed. */
export interface CardData {
  readonly number: string;
  readonly brand: string;
  readonly funding: string;
  readonly country: string | null;
  readonly exp_month: number;
  readonly exp_year: number;
  readonly last4: string;
  readonly fingerprint: string;
  /** Whether the security code was given: without it, it cannot be wrong. */
  readonly hasCvc: boolean;
}

/** What is kept beside a payment method, a card or a token, and never shown. */
export interface CardSecret {
  readonly number?: string;
  readonly hasCvc?: boolean;
  /** Whether the cardholder agreed to later payments, authenticating. */
  readonly setUp?: boolean;
  /** The reader that read it; undefined for a card that was typed. */
  readonly presented?: Presentment;
}

const LONGEST_VALIDITY = 50;

/** Reads a card. Throws a card error with what is wrong with it, as it is found before any bank is asked. */
export function readCard(stripe: Backend, given: CardParams): CardData {
  const { number: typed, exp_month, exp_year, cvc } = given;
  if (typed === undefined) throw parameterMissing('card[number]');
  const number = typed.replace(/[\s-]/g, '');
  if (!/^\d{12,19}$/.test(number) || !passesLuhn(number)) throw wrong('incorrect_number');
  const now = new Date(stripe.now() * 1000);
  const month = Number(exp_month);
  if (exp_month === undefined || exp_year === undefined) {
    throw parameterMissing(exp_month === undefined ? 'card[exp_month]' : 'card[exp_year]');
  }
  if (!Number.isInteger(month) || month < 1 || month > 12) {
    throw wrong('invalid_expiry_month');
  }
  const written = Number(exp_year);
  const year = written >= 0 && written < 100 ? 2000 + written : written;
  const thisYear = now.getUTCFullYear();
  // Suites written for localstripe have cards that were good when they were written.
  const isPast = !stripe.isLoose && year < thisYear;
  if (!Number.isInteger(year) || isPast || year > thisYear + LONGEST_VALIDITY) {
    throw wrong('invalid_expiry_year');
  }
  if (!stripe.isLoose && year === thisYear && month < now.getUTCMonth() + 1) {
    throw wrong('invalid_expiry_month');
  }
  if (cvc !== undefined && cvc !== '' && !/^\d{3,4}$/.test(cvc)) throw wrong('invalid_cvc');
  return cardOf(number, { month, year, hasCvc: cvc !== undefined && cvc !== '' });
}

/** A documented card as `pm_card_visa` and `tok_visa` stand for it. Undefined for other names. */
export function namedCard(stripe: Backend, name: string): CardData | undefined {
  const card = testCard(name);
  if (card === undefined) return undefined;
  const now = new Date(stripe.now() * 1000);
  return cardOf(card.number, { month: now.getUTCMonth() + 1, year: now.getUTCFullYear() + 1, hasCvc: true });
}

/** What a card does; nothing special for one that is not known. */
export function behaviorOf(secret: CardSecret | undefined): CardBehavior {
  return secret?.number === undefined ? {} : (testCard(secret.number)?.behavior ?? {});
}

/** Why a card cannot be saved or verified; undefined for a good one. */
export function verificationDecline(secret: CardSecret | undefined): Decline | undefined {
  if (secret?.number !== undefined && !isForTests(secret.number)) return DECLINES.notATestCard;
  const { declines } = behaviorOf(secret);
  if (declines === undefined || (declines === 'incorrectCvc' && secret?.hasCvc === false)) return undefined;
  return DECLINES[declines];
}

/** Why a card cannot be charged; undefined for a good one. */
export function chargeDecline(secret: CardSecret | undefined): Decline | undefined {
  const { declinesCharges } = behaviorOf(secret);
  return verificationDecline(secret) ?? (declinesCharges && DECLINES[declinesCharges]);
}

/** The `card` of a payment method. */
export function methodCard(card: CardData, isVerified = false): Stripe.PaymentMethod.Card {
  return {
    brand: card.brand,
    checks: {
      address_line1_check: null,
      address_postal_code_check: null,
      cvc_check: card.hasCvc ? (isVerified ? cvcCheck(card) : 'unchecked') : null,
    },
    country: card.country,
    display_brand: displayBrand(card.brand),
    exp_month: card.exp_month,
    exp_year: card.exp_year,
    fingerprint: card.fingerprint,
    funding: card.funding,
    generated_from: null,
    last4: card.last4,
    networks: { available: networksOf(card), preferred: null },
    regulated_status: 'unregulated',
    three_d_secure_usage: { supported: true },
    wallet: null,
  };
}

/** What the brand of a card is called where it is shown, which differs from what the card says for a few. */
export function displayBrand(brand: string): string {
  return DISPLAY_BRANDS[brand] ?? brand;
}

const DISPLAY_BRANDS: Readonly<Record<string, string>> = {
  amex: 'american_express',
  diners: 'diners_club',
  eftpos_au: 'eftpos_australia',
  unionpay: 'union_pay',
  unknown: 'other',
};

export function cvcCheck(card: Pick<CardData, 'number' | 'hasCvc'>): string | null {
  if (!card.hasCvc) return null;
  return testCard(card.number)?.behavior.checks?.cvc ?? 'pass';
}

function networksOf({ number, brand }: CardData): string[] {
  if (/^(4000002500001001|5555552500001001)$/.test(number)) return ['cartes_bancaires', brand];
  if (/^(4000050360000001|5555050360000080)$/.test(number)) return ['eftpos_au', brand];
  return [brand];
}

/** A card whose data was read before. */
export function cardOf(
  number: string,
  { month, year, hasCvc }: { month: number; year: number; hasCvc: boolean },
): CardData {
  const known = testCard(number);
  return {
    number,
    brand: known?.brand ?? brandOf(number),
    funding: known?.funding ?? 'credit',
    country: known?.country ?? 'US',
    exp_month: month,
    exp_year: year,
    last4: number.slice(-4),
    fingerprint: fingerprint(number),
    hasCvc,
  };
}

/** The same for the same number. That of localstripe, so that what expects its fingerprints finds them. */
export function fingerprint(number: string): string {
  return createHash('sha1').update(number).digest('hex').slice(0, 16);
}

const BRANDS: readonly [RegExp, string][] = [
  [/^4/, 'visa'],
  [/^(5[1-5]|2[2-7])/, 'mastercard'],
  [/^3[47]/, 'amex'],
  [/^(6011|64[4-9]|65)/, 'discover'],
  [/^(30[0-5]|36|38)/, 'diners'],
  [/^35/, 'jcb'],
  [/^62/, 'unionpay'],
];

function brandOf(number: string): string {
  return BRANDS.find(([pattern]) => pattern.test(number))?.[1] ?? 'unknown';
}

/** Numbers that begin so were made for tests, also those that the list does not have. */
function isForTests(number: string): boolean {
  return testCard(number) !== undefined || /^4000(00|05|58|18|10)/.test(number);
}

function passesLuhn(number: string): boolean {
  let sum = 0;
  for (const [index, digit] of [...number].reverse().entries()) {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}

const WRONG = {
  incorrect_number: ['number', 'Your card number is incorrect.'],
  invalid_expiry_month: ['exp_month', "Your card's expiration month is invalid."],
  invalid_expiry_year: ['exp_year', "Your card's expiration year is invalid."],
  invalid_cvc: ['cvc', "Your card's security code is invalid."],
} as const;

/** The error for data of a card that cannot be. */
export function wrong(code: keyof typeof WRONG): StripeError {
  const [param, message] = WRONG[code];
  return cardError(message, { code, param });
}

/** Cards that a reader has read: https://docs.stripe.com/terminal. */
import { createHash } from 'node:crypto';
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { omit } from '../kernel/omit';
import { attachPaymentMethod } from '../resources/attach-method';
import { makePaymentMethod } from '../resources/create-method';
import { methodTable } from '../resources/method-table';
import { behaviorOf, cardOf, readCard, type CardSecret } from './cards';

/** Where a card was presented; kept beside its payment method and its charges. */
export interface Presentment {
  readonly type: 'card_present' | 'interac_present';
  readonly reader: string;
  readonly location: string | null;
}

interface Presented extends Presentment {
  readonly number: string;
  readonly allowRedisplay?: string | undefined;
}

const BRAND_NAMES: Readonly<Record<string, string>> = {
  amex: 'American Express',
  discover: 'Discover',
  interac: 'Interac',
  mastercard: 'Mastercard',
  visa: 'Visa Credit',
};

/** The names of the applications on the chips of cards, as networks register them. */
const APPLICATIONS: Readonly<Record<string, string>> = {
  amex: 'A000000025010801',
  discover: 'A0000001523010',
  interac: 'A0000002771010',
  jcb: 'A0000000651010',
  mastercard: 'A0000000041010',
  unionpay: 'A000000333010101',
  visa: 'A0000000031010',
};

const CHIP_EXPIRY = { month: 12, years: 5 };

/** The payment method of a card that was presented. Throws a card error for a number that is none. */
export function presentedMethod(
  stripe: Backend,
  { number, allowRedisplay, ...presented }: Presented,
): Stripe.PaymentMethod {
  const year = new Date(stripe.now() * 1000).getUTCFullYear() + CHIP_EXPIRY.years;
  const card = readCard(stripe, { number, exp_month: CHIP_EXPIRY.month, exp_year: year });
  const { pin } = behaviorOf(card);
  const shown = {
    brand: card.brand,
    brand_product: null,
    cardholder_name: null,
    country: card.country,
    exp_month: card.exp_month,
    exp_year: card.exp_year,
    fingerprint: card.fingerprint,
    funding: card.funding,
    last4: card.last4,
    networks: { available: [card.brand], preferred: null },
    offline: { stored_at: null, type: null },
    preferred_locales: ['en'],
    read_method: pin === undefined ? 'contactless_emv' : 'contact_emv',
  };
  const method = makePaymentMethod(stripe, {
    type: presented.type,
    [presented.type]: shown,
    ...(allowRedisplay !== undefined && {
      allow_redisplay: allowRedisplay,
    }),
  });
  methodTable(stripe).hide(method.id, { number: card.number, hasCvc: false, presented });
  return method;
}

/** `payment_method_details` of the charge of a card that was presented. */
export function presentedDetails(
  method: Stripe.PaymentMethod,
  payment: {
    readonly amount: number;
    readonly secret: CardSecret & { readonly presented: Presentment };
    readonly captureBefore?: number | undefined;
    readonly supportsIncrements: boolean;
  },
): Stripe.Charge.PaymentMethodDetails {
  const { presented, number = '' } = payment.secret;
  const shown = (method as unknown as Record<string, Stripe.PaymentMethod.CardPresent>)[presented.type]!;
  const { networks, ...card } = shown;
  const { pin } = behaviorOf(payment.secret);
  const brand = card.brand ?? 'visa';
  const common = {
    ...card,
    emv_auth_data: null,
    generated_card: null,
    ...(presented.location !== null && { location: presented.location }),
    network: networks?.available[0] ?? brand,
    network_transaction_id: null,
    reader: presented.reader,
    receipt: {
      account_type: card.funding === 'debit' ? 'checking' : (card.funding ?? 'unknown'),
      application_cryptogram: createHash('sha1')
        .update(`${method.id}${number}`)
        .digest('hex')
        .slice(0, 16)
        .toUpperCase(),
      application_preferred_name: BRAND_NAMES[brand] ?? brand,
      authorization_code: null,
      authorization_response_code: '3030',
      cardholder_verification_method: pin ?? 'approval',
      dedicated_file_name: APPLICATIONS[brand] ?? APPLICATIONS['visa'],
      terminal_verification_results: '8000008000',
      transaction_status_information: 'E800',
    },
  };
  const details =
    presented.type === 'interac_present'
      ? omit(common, 'brand_product', 'offline')
      : {
          ...common,
          amount_authorized: payment.amount,
          ...(payment.captureBefore !== undefined && { capture_before: payment.captureBefore }),
          incremental_authorization_supported: payment.supportsIncrements,
          overcapture_supported: false,
        };
  return { [presented.type]: details, type: presented.type };
}

/**
 * The card without its chip, for payments over the network: a card that was presented cannot be saved itself. It is attached
 * where there is a customer.
 */
export function generateCard(
  stripe: Backend,
  method: Stripe.PaymentMethod,
  from: { readonly charge?: Stripe.Charge; readonly setup_attempt?: string },
  customer: string | undefined,
): Stripe.PaymentMethod {
  const table = methodTable(stripe);
  const { number = '' } = table.hidden(method.id) ?? {};
  const { exp_month: month, exp_year: year } = (method.card_present ?? method.interac_present)!;
  const data = cardOf(number, { month, year, hasCvc: false });
  const generated = makePaymentMethod(stripe, {
    type: 'card',
    card: { number: data.number, exp_month: month, exp_year: year },
    allow_redisplay: method.allow_redisplay,
  });
  table.hide(generated.id, { number: data.number, hasCvc: false, setUp: true });
  const known = table.update(generated.id, {
    card: {
      ...generated.card!,
      generated_from: {
        charge: from.charge?.id ?? null,
        payment_method_details: from.charge?.payment_method_details ?? null,
        setup_attempt: from.setup_attempt ?? null,
      },
    },
  });
  return customer === undefined ? known : attachPaymentMethod(stripe, known, customer, { verified: true });
}

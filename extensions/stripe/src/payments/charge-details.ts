/** What a charge says about how it was paid. */
import type Stripe from 'stripe';
import { blank, fieldNames, fieldOf } from '../spec/shapes';
import { presentedDetails } from './card-present';
import { behaviorOf, type CardSecret } from './cards';
import { NETWORK_DECLINE, type Decline } from './declines';
import { shownAccount } from './generated-debit';
import { paidDetails } from './paid-details';

/** The numbers that a card payment has elsewhere once it is approved. */
export interface Approval {
  /** Six digits. */
  readonly code: string;
  /** Fifteen digits. */
  readonly transaction: string;
}

/** How a payment over the internet was secured, in the numbers of the networks: by its buyer, or not at all. */
const AUTHENTICATED = '05';
const UNSECURED = '07';

/** `payment_method_details` of a charge. */
export function methodDetails(
  method: Stripe.PaymentMethod,
  payment: {
    readonly amount: number;
    readonly secret: CardSecret | undefined;
    readonly isAuthenticated: boolean;
    readonly mandate: string | null;
    readonly captureBefore?: number | undefined;
    readonly options?: Stripe.PaymentIntent.PaymentMethodOptions.Card | undefined;
    readonly presentOptions?: Stripe.PaymentIntent.PaymentMethodOptions.CardPresent | undefined;
    /** What the bank and the network call a payment that they approved. */
    readonly approval?: Approval | undefined;
  },
): Stripe.Charge.PaymentMethodDetails {
  const { type, card } = method;
  const { presented } = payment.secret ?? {};
  if (presented) {
    return presentedDetails(method, {
      amount: payment.amount,
      secret: { ...payment.secret, presented },
      captureBefore: payment.captureBefore,
      supportsIncrements: payment.presentOptions?.request_incremental_authorization_support === true,
    });
  }
  if (!card) {
    const shown = { ...detailsAs(method), ...shownAccount(method), ...paidDetails(method) };
    return { [type]: { ...shown, ...(payment.mandate !== null && { mandate: payment.mandate }) }, type };
  }
  const { checks } = behaviorOf(payment.secret);
  const { address } = method.billing_details;
  const { options } = payment;
  const isHeld = payment.captureBefore !== undefined;
  const requested = (name: string): boolean =>
    (options as Record<string, unknown> | undefined)?.[name] === 'if_available';
  return {
    card: {
      amount_authorized: payment.amount,
      authorization_code: payment.approval?.code ?? null,
      brand: card.brand,
      ...(payment.captureBefore !== undefined && { capture_before: payment.captureBefore }),
      checks: {
        address_line1_check: checks?.line1 ?? (address?.line1 ? 'pass' : null),
        address_postal_code_check: checks?.postalCode ?? (address?.postal_code ? 'pass' : null),
        cvc_check: payment.secret?.hasCvc === false ? null : (checks?.cvc ?? 'pass'),
      },
      country: card.country,
      electronic_commerce_indicator: payment.isAuthenticated ? AUTHENTICATED : UNSECURED,
      exp_month: card.exp_month,
      exp_year: card.exp_year,
      extended_authorization: {
        status: requested('request_extended_authorization') && isHeld ? 'enabled' : 'disabled',
      },
      fingerprint: card.fingerprint,
      funding: card.funding,
      incremental_authorization: {
        status: requested('request_incremental_authorization') ? 'available' : 'unavailable',
      },
      installments: null,
      last4: card.last4,
      mandate: payment.mandate,
      multicapture: { status: requested('request_multicapture') ? 'available' : 'unavailable' },
      network: card.networks?.preferred ?? card.brand,
      network_token: { used: false },
      network_transaction_id: payment.approval?.transaction ?? null,
      overcapture: overcapture(payment.amount, isHeld && requested('request_overcapture')),
      regulated_status: 'unregulated',
      three_d_secure: payment.isAuthenticated
        ? {
            authentication_flow: 'challenge',
            electronic_commerce_indicator: AUTHENTICATED,
            exemption_indicator: null,
            result: 'authenticated',
            result_reason: null,
            transaction_id: null,
            version: '2.2.0',
          }
        : null,
      transaction_link_id: null,
      wallet: card.wallet,
    },
    type: 'card',
  } as unknown as Stripe.Charge.PaymentMethodDetails;
}

/** What a payment method says of itself, as far as a charge has it, and the rest empty. */
function detailsAs(method: Stripe.PaymentMethod): object {
  const shown = (method as unknown as Record<string, object | undefined>)[method.type] ?? {};
  const [details = ''] = fieldOf('charge', 'payment_method_details')?.kinds ?? [];
  const [kind] = fieldOf(details, method.type)?.kinds ?? [];
  if (kind === undefined) return shown;
  const names = fieldNames(kind);
  return {
    ...blank(kind),
    ...Object.fromEntries(Object.entries(shown).filter(([name]) => names.includes(name))),
  };
}

/** By how much a bank that agrees to it lets more be captured than was authorized. */
const OVERCAPTURE = 0.2;

function overcapture(amount: number, isAvailable: boolean): object {
  return isAvailable
    ? { maximum_amount_capturable: Math.floor(amount * (1 + OVERCAPTURE)), status: 'available' }
    : { maximum_amount_capturable: amount, status: 'unavailable' };
}

/** The details of a charge by card for another amount, to which the bank agreed later. */
export function authorizedFor(
  details: Stripe.Charge.PaymentMethodDetails,
  amount: number,
): Stripe.Charge.PaymentMethodDetails {
  const { card } = details;
  if (!card) return details;
  return {
    ...details,
    card: {
      ...card,
      amount_authorized: amount,
      ...(card.overcapture && { overcapture: overcapture(amount, card.overcapture.status === 'available') }),
    },
  } as Stripe.Charge.PaymentMethodDetails;
}

const NORMAL_RISK = 32;
const ELEVATED_RISK = 65;
const HIGHEST_RISK = 95;

/** `outcome` of a charge: what Stripe and the bank thought of it. */
export function outcomeOf(secret: CardSecret | undefined, decline: Decline | undefined): Stripe.Charge.Outcome {
  const { risk } = behaviorOf(secret);
  const base = {
    advice_code: null,
    network_advice_code: null,
    network_decline_code: null,
    risk_level: risk ?? 'normal',
    risk_score: risk === 'highest' ? HIGHEST_RISK : risk === 'elevated' ? ELEVATED_RISK : NORMAL_RISK,
  };
  if (decline === undefined) {
    return {
      ...base,
      network_status: 'approved_by_network',
      reason: risk === 'elevated' ? 'elevated_risk_level' : null,
      ...(risk === 'elevated' && { rule: 'manual_review_if_elevated_risk' }),
      seller_message:
        risk === 'elevated'
          ? 'Stripe evaluated this payment as having elevated risk, and placed it in your manual review queue.'
          : 'Payment complete.',
      type: risk === 'elevated' ? 'manual_review' : 'authorized',
    };
  }
  if (decline.rule !== undefined) {
    return {
      ...base,
      network_status: 'not_sent_to_network',
      reason: 'rule',
      rule: decline.rule,
      seller_message: 'You blocked this payment.',
      type: 'blocked',
    };
  }
  if (decline.blocked === true) {
    return {
      ...base,
      network_status: 'not_sent_to_network',
      reason: risk === 'highest' ? 'highest_risk_level' : (decline.decline_code ?? decline.code),
      ...(risk === 'highest' && { rule: 'block_if_high_risk' }),
      seller_message: risk === 'highest' ? 'Stripe blocked this payment as too risky.' : 'Stripe blocked this payment.',
      type: 'blocked',
    };
  }
  return {
    ...base,
    advice_code: decline.advice ?? null,
    network_decline_code: NETWORK_DECLINE,
    network_status: 'declined_by_network',
    reason: decline.decline_code ?? decline.code,
    seller_message: sellerMessage(decline),
    type: 'issuer_declined',
  };
}

function sellerMessage({ code, decline_code }: Decline): string {
  const reason = decline_code ?? code;
  return reason === 'generic_decline'
    ? 'The bank did not return any further details with this decline.'
    : `The bank returned the decline code \`${reason}\`.`;
}

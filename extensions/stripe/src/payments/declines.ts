/** Why a bank, or Stripe itself, refuses a payment: https://docs.stripe.com/declines/codes. */
import { cardError, type StripeError } from '../errors';

export interface Decline {
  readonly code: string;
  readonly decline_code?: string;
  readonly message: string;
  /** The parameter that is blamed. */
  readonly param?: string;
  /** What an issuer advises to do next. */
  readonly advice?: 'confirm_card_data' | 'do_not_try_again' | 'try_again_later';
  /** Stripe refused it before the bank was asked. */
  readonly blocked?: boolean;
  /** The rule of the account by which it was refused. */
  readonly rule?: string;
}

const DECLINED = 'Your card was declined.';

export const DECLINES = {
  generic: { code: 'card_declined', decline_code: 'generic_decline', message: DECLINED, advice: 'try_again_later' },
  insufficientFunds: {
    code: 'card_declined',
    decline_code: 'insufficient_funds',
    message: 'Your card has insufficient funds.',
    advice: 'try_again_later',
  },
  lost: { code: 'card_declined', decline_code: 'lost_card', message: DECLINED, advice: 'do_not_try_again' },
  stolen: { code: 'card_declined', decline_code: 'stolen_card', message: DECLINED, advice: 'do_not_try_again' },
  velocity: {
    code: 'card_declined',
    decline_code: 'card_velocity_exceeded',
    message: 'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.',
    advice: 'try_again_later',
  },
  fraudulent: { code: 'card_declined', decline_code: 'fraudulent', message: DECLINED, blocked: true },
  doNotHonor: { code: 'card_declined', decline_code: 'do_not_honor', message: DECLINED, advice: 'try_again_later' },
  expired: {
    code: 'expired_card',
    message: 'Your card has expired.',
    param: 'exp_month',
    advice: 'do_not_try_again',
  },
  incorrectCvc: {
    code: 'incorrect_cvc',
    message: "Your card's security code is incorrect.",
    param: 'cvc',
    advice: 'confirm_card_data',
  },
  incorrectZip: {
    code: 'incorrect_zip',
    message: 'The zip code you supplied failed validation.',
    param: 'address_zip',
  },
  processingError: {
    code: 'processing_error',
    message: 'An error occurred while processing your card. Try again in a little bit.',
    advice: 'try_again_later',
  },
  authenticationRequired: {
    code: 'authentication_required',
    decline_code: 'authentication_required',
    message: 'Your card was declined. This transaction requires authentication.',
    advice: 'do_not_try_again',
  },
  /** The client asked not to be left with something to do. */
  authenticationNotHandled: {
    code: 'authentication_required',
    decline_code: 'authentication_not_handled',
    message:
      "This payment required an authentication action to complete, but `error_on_requires_action` was set. When you're ready, you can upgrade your integration to handle actions at https://stripe.com/docs/payments/payment-intents/upgrade-to-handle-actions.",
  },
  notATestCard: {
    code: 'card_declined',
    decline_code: 'test_mode_live_card',
    message:
      'Your card was declined. Your request was in test mode, but used a non test (live) card. For a list of valid test cards, visit: https://stripe.com/docs/testing.',
    blocked: true,
  },
  offlinePinRequired: {
    code: 'card_declined',
    decline_code: 'offline_pin_required',
    message: 'The card was declined because it requires a PIN.',
  },
} as const satisfies Readonly<Record<string, Decline>>;

export type DeclineName = keyof typeof DECLINES;

/** What the network says of every payment that a bank declines in tests. */
export const NETWORK_DECLINE = '01';

/** Whether it was a bank that declined, rather than Stripe or the customer: a bank says what to do next. */
export function isByNetwork({ advice, blocked, rule }: Decline): boolean {
  return advice !== undefined && blocked !== true && rule === undefined;
}

/** The error that a declined payment ends with, without what it is about. */
export function declineError({ code, decline_code, message, param }: Decline): StripeError {
  return cardError(message, {
    code,
    ...(decline_code !== undefined && { decline_code }),
    ...(param !== undefined && { param }),
  });
}

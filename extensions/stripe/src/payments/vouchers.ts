/**
 * Payments that somebody makes elsewhere: in a shop, at a cash machine, in the app of a bank. In tests the email address of the
 * customer, or the number that they confirm with, says what becomes of one: https://docs.stripe.com/payments/oxxo/accept-a-payment,
 * /payments/boleto, /payments/konbini, /payments/multibanco and /payments/pix.
 */
import type Stripe from 'stripe';
import { DAY, HOUR } from '../billing/periods';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { SOON } from '../kernel/soon';

const MINUTE = 60;
const LATER = 3 * MINUTE;

interface Outcome {
  readonly kind: 'expires' | 'paid' | 'waits';
  /** In how many seconds. */
  readonly delay: number;
}

/** By what an email address holds, the first that fits. */
const BY_EMAIL: readonly (readonly [pattern: RegExp, outcome: Outcome])[] = [
  [/fill_never/, { kind: 'waits', delay: 0 }],
  [/expire_immediately/, { kind: 'expires', delay: SOON }],
  [/expire_with_delay/, { kind: 'expires', delay: LATER }],
  [/immediately/, { kind: 'paid', delay: SOON }],
];

/** By the number that a customer of a convenience store confirms with. */
const BY_NUMBER: Readonly<Record<string, Outcome>> = {
  '11111111110': { kind: 'paid', delay: LATER },
  '22222222220': { kind: 'paid', delay: SOON },
  '33333333330': { kind: 'expires', delay: SOON },
  '44444444440': { kind: 'expires', delay: LATER },
  '55555555550': { kind: 'waits', delay: 0 },
};

/** How a kind of voucher ends: after so many days, at the end of a day at so many hours from Greenwich, or to the second. */
const EXPIRY: Readonly<Record<string, { readonly days: number; readonly zone?: number }>> = {
  boleto: { days: 3, zone: -3 },
  konbini: { days: 3, zone: 9 },
  multibanco: { days: 7, zone: 0 },
  oxxo: { days: 3, zone: -6 },
  pix: { days: 1 },
};

/** What an intent says of a voucher. */
export interface VoucherOptions {
  readonly confirmation_number?: string | null;
  readonly expires_after_days?: number | null;
  readonly expires_after_seconds?: number | null;
  readonly expires_at?: number | null;
}

export function voucherOptions(intent: Stripe.PaymentIntent, type: string): VoucherOptions {
  const options = intent.payment_method_options as Readonly<Record<string, VoucherOptions | undefined>> | null;
  return options?.[type] ?? {};
}

function outcomeOf(method: Stripe.PaymentMethod, { confirmation_number: number }: VoucherOptions): Outcome {
  const email = method.billing_details.email ?? '';
  return (
    BY_NUMBER[number ?? ''] ?? BY_EMAIL.find(([pattern]) => pattern.test(email))?.[1] ?? { kind: 'paid', delay: LATER }
  );
}

/** When a voucher ends that nobody pays, in seconds of the epoch. */
export function voucherExpiry(now: number, method: Stripe.PaymentMethod, options: VoucherOptions): number {
  const { kind, delay } = outcomeOf(method, options);
  if (kind === 'expires') return now + (delay === SOON ? 0 : delay);
  const { days, zone } = EXPIRY[method.type] ?? { days: 1 };
  if (options.expires_at) return options.expires_at;
  if (options.expires_after_seconds) return now + options.expires_after_seconds;
  const after = options.expires_after_days ?? days;
  if (zone === undefined) return now + after * DAY;
  const local = now + zone * HOUR;
  return (Math.floor(local / DAY) + after + 1) * DAY - 1 - zone * HOUR;
}

/** Lets happen what becomes of a voucher, at the time of the world. */
export function scheduleVoucher(stripe: Backend, intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod): void {
  const options = voucherOptions(intent, method.type);
  const { kind, delay } = outcomeOf(method, options);
  const schedule = (job: string, at: number): void =>
    stripe.as({ clock: null }, () => stripe.jobs.schedule(`payment_intent.${job}`, intent.id, at));
  const now = stripe.as({ clock: null }, () => stripe.now());
  if (kind === 'paid') schedule('voucher_paid', now + delay);
  else schedule('voucher_expired', kind === 'expires' ? now + delay : voucherExpiry(now, method, options));
}

/** Throws for a number to confirm with in a convenience store that no customer could be told from another by. */
export function checkConfirmationNumber(options: object | '' | null | undefined): void {
  const { konbini } = (options || {}) as { readonly konbini?: { readonly confirmation_number?: string } };
  const number = konbini?.confirmation_number ?? '';
  if (number === '') return;
  const param = 'payment_method_options[konbini][confirmation_number]';
  if (!/^\d{10,11}$/.test(number)) {
    throw invalidRequest('The confirmation number must have 10 or 11 digits.', {
      code: 'payment_intent_invalid_parameter',
      param,
    });
  }
  if (/^0+$/.test(number)) {
    throw invalidRequest('The confirmation number must not consist of zeros alone.', {
      code: 'payment_intent_invalid_parameter',
      param,
    });
  }
}

/** What is kept of payment intents: https://docs.stripe.com/payments/paymentintents/lifecycle. */
import type Stripe from 'stripe';
import type { StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import type { Table } from '../kernel/table';
import { methodTable } from '../resources/method-table';
import type { LineItem } from './amount-details';

/** What is kept beside an intent. */
export interface IntentSecret {
  readonly returnUrl?: string;
  /** The mandate that the client named for the payment. */
  readonly mandate?: string;
  /** How often a customer named other deposits than those that arrived. */
  readonly depositAttempts?: number;
  readonly useSdk?: boolean;
  readonly isOffSession?: boolean;
  /** The cardholder authenticated; the server has yet to confirm. */
  readonly isAuthenticated?: boolean;
  readonly mandateData?: Stripe.PaymentIntentConfirmParams.MandateData;
  /** What the amount is made of. */
  readonly lineItems?: readonly LineItem[];
  /** What a payment method is set up for, where that is one payment alone. */
  readonly singleUse?: Stripe.SetupIntentCreateParams.SingleUse;
  /** The session of Checkout whose subscription begins once the payment method is set up. */
  readonly checkoutSession?: string;
}

export type CreateIntentParams = Stripe.PaymentIntentCreateParams & {
  readonly payment_method_types?: readonly string[];
  readonly source?: string;
};
export type ConfirmIntentParams = Stripe.PaymentIntentConfirmParams & { readonly source?: string };

/** What became of a payment. `error` is set when it was declined. */
export interface Confirmed {
  readonly intent: Stripe.PaymentIntent;
  readonly error?: StripeError;
}

export const CONFIRMABLE = ['requires_payment_method', 'requires_confirmation', 'requires_action'];
export const CANCELABLE = [
  'requires_payment_method',
  'requires_capture',
  'requires_confirmation',
  'requires_action',
  'processing',
];

export function intentTable(stripe: Backend): Table<Stripe.PaymentIntent, IntentSecret> {
  return stripe.table<Stripe.PaymentIntent, IntentSecret>('payment_intent');
}

export function methodOf(stripe: Backend, intent: Stripe.PaymentIntent): Stripe.PaymentMethod | undefined {
  const id = idOf(intent.payment_method);
  return id === undefined ? undefined : methodTable(stripe).find(id);
}

export function hiddenOf(stripe: Backend, id: string): IntentSecret {
  return intentTable(stripe).hidden(id) ?? {};
}

export function requestOf(intent: Stripe.PaymentIntent): string | null | undefined {
  return intent.payment_method_options?.card?.request_three_d_secure;
}

/** What an intent says of later payments with a type of payment methods: for that type, or for all. */
export function usageOf(
  { payment_method_options: options, setup_future_usage: usage }: Stripe.PaymentIntent,
  type: string,
): string | null {
  const own = (options as Readonly<Record<string, { readonly setup_future_usage?: string } | undefined>> | null)?.[
    type
  ];
  if (own?.setup_future_usage === undefined) return usage;
  return own.setup_future_usage === 'none' ? null : own.setup_future_usage;
}

/** The older way to name a payment method. */
export function withSource<T extends { readonly payment_method?: string; readonly source?: string }>(params: T): T {
  return params.payment_method === undefined && params.source !== undefined
    ? { ...params, payment_method: params.source }
    : params;
}

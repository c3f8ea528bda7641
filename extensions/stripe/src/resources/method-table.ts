/** Where payment methods are kept, and how one begins. */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { Table } from '../kernel/table';
import { NO_ADDRESS } from '../parameters/address';
import type { CardParams } from '../payments/cards';
import type { MethodSecret } from './method-parts';

export type MethodParams = Omit<Stripe.PaymentMethodCreateParams, 'card' | 'type'> & {
  readonly type?: string;
  readonly card?:
    (CardParams & { readonly token?: string; readonly networks?: { readonly preferred?: string } }) | object;
};

export function methodTable(stripe: Backend): Table<Stripe.PaymentMethod, MethodSecret> {
  return stripe.table<Stripe.PaymentMethod, MethodSecret>('payment_method');
}

export interface NewMethod {
  readonly type: string;
  readonly shown: object;
  readonly secret: MethodSecret;
  readonly billing?: object | undefined;
  readonly given?: Pick<MethodParams, 'allow_redisplay' | 'metadata' | 'radar_options'>;
}

/** Keeps a payment method that no customer has yet. */
export function insertMethod(
  stripe: Backend,
  { type, shown, secret, billing, given = {} }: NewMethod,
): Stripe.PaymentMethod {
  const method = {
    id: stripe.newId('payment_method'),
    object: 'payment_method',
    allow_redisplay: given.allow_redisplay ?? 'unspecified',
    billing_details: billingDetails(billing),
    [type]: type === 'card' ? withUncheckedAddress(shown as Stripe.PaymentMethod.Card, billing) : shown,
    created: stripe.now(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: mergeMetadata(undefined, given.metadata),
    shared_payment_granted_token: null,
    ...(given.radar_options && { radar_options: given.radar_options }),
    type,
  } as unknown as Stripe.PaymentMethod;
  methodTable(stripe).insert(method, secret);
  return method;
}

/** A card whose bank was not asked yet about the address that it was given with. */
function withUncheckedAddress(card: Stripe.PaymentMethod.Card, billing: object | undefined): Stripe.PaymentMethod.Card {
  const { address } = billingDetails(billing);
  return {
    ...card,
    checks: {
      address_line1_check: address?.line1 ? 'unchecked' : null,
      address_postal_code_check: address?.postal_code ? 'unchecked' : null,
      cvc_check: card.checks?.cvc_check ?? null,
    },
  };
}

/** Billing details in full, from those that were given. */
export function billingDetails(
  given: object | null | undefined,
  before?: Stripe.PaymentMethod.BillingDetails,
): Stripe.PaymentMethod.BillingDetails {
  const { address, ...rest } = (given ?? {}) as Partial<Stripe.PaymentMethod.BillingDetails>;
  const cleared = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, value === '' ? null : value]));
  return {
    email: null,
    name: null,
    phone: null,
    tax_id: null,
    ...before,
    ...cleared,
    address: { ...NO_ADDRESS, ...before?.address, ...(typeof address === 'object' ? address : undefined) },
  };
}

/** The rules that each account has: what is in an allow list is paid, what is in a block list is not. */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import type { Decline } from '../payments/declines';
import { DECLINES } from '../payments/declines';
import { emailOf } from '../resources/customer-email';
import { hasAnyItem, isListed } from './value-lists';

/** What lists are about. */
export interface PaymentToJudge {
  readonly method: Stripe.PaymentMethod;
  readonly customer: string | null;
  readonly description: string | null | undefined;
  /** Of the card; undefined where there is none. */
  readonly number: string | undefined;
}

const BIN_LENGTHS = [6, 8];

/**
 * Why a payment is refused, once lists were looked at: `decline` is what would become of it without them. What is allowed is not
 * blocked by any rule, but a bank may still refuse it.
 */
export function judge(stripe: Backend, payment: PaymentToJudge, decline: Decline | undefined): Decline | undefined {
  if (!hasAnyItem(stripe)) return decline;
  const { allowed, blockedBy } = readLists(stripe, payment);
  if (allowed) return decline?.blocked === true ? undefined : decline;
  return blockedBy === undefined ? decline : { ...DECLINES.fraudulent, rule: `block_if_in_${blockedBy}` };
}

function readLists(stripe: Backend, payment: PaymentToJudge): { allowed: boolean; blockedBy: string | undefined } {
  const values = Object.entries(valuesOf(stripe, payment));
  const find = (action: 'allow' | 'block'): string | undefined =>
    values
      .flatMap(([subject, each]) => each.map((value) => [`${subject}_${action}list`, value] as const))
      .find(([alias, value]) => isListed(stripe, alias, value))?.[0];
  return { allowed: find('allow') !== undefined, blockedBy: find('block') };
}

/** By what the lists are named. */
function valuesOf(
  stripe: Backend,
  { method, customer, description, number }: PaymentToJudge,
): Readonly<Record<string, readonly (string | null | undefined)[]>> {
  const email = method.billing_details.email ?? emailOf(stripe, customer);
  return {
    card_bin: number === undefined ? [] : BIN_LENGTHS.map((length) => number.slice(0, length)),
    card_country: [method.card?.country],
    card_fingerprint: [method.card?.fingerprint],
    charge_description: [description],
    customer_id: [customer],
    email: [email],
  };
}

/** What an amount is made of: https://docs.stripe.com/payments/payment-line-items. */
import type Stripe from 'stripe';
import { invalidRequest, type StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { hiddenOf, intentTable } from './intents';

export type LineItem = Stripe.PaymentIntentAmountDetailsLineItem;

/** What a client gives of the amount and the order: at the beginning, and by each step that can change them. */
interface DetailsParams {
  readonly amount_details?: GivenDetails | '' | null | undefined;
  readonly payment_details?: object | '' | null | undefined;
}

type GivenDetails = Stripe.PaymentIntentCreateParams.AmountDetails;
type GivenLine = Stripe.PaymentIntentCreateParams.AmountDetails.LineItem;

/** The fields of an intent that say it, and its line items, which it shows only when asked. Nothing where nothing was given. */
export interface Details {
  readonly fields: Partial<Stripe.PaymentIntent>;
  readonly lineItems?: readonly LineItem[];
}

interface Before {
  readonly amount_details?: object;
  readonly payment_details?: object;
  readonly lineItems?: readonly LineItem[] | undefined;
}

const NO_ORDER = { customer_reference: null, order_reference: null };

/** Reads what the amount of an intent is made of. Throws where the parts do not make the amount, unless the client wants to be told only. */
export function detailsOf(stripe: Backend, amount: number, given: DetailsParams, before: Before = {}): Details {
  const { amount_details: details, payment_details: payment } = given;
  const order =
    payment === undefined ? {} : { payment_details: { ...NO_ORDER, ...before.payment_details, ...cleared(payment) } };
  if (details === undefined) return { fields: order };
  const tip = (before.amount_details as Stripe.PaymentIntent.AmountDetails | undefined)?.tip ?? {};
  if (!details) {
    return { fields: { ...order, amount_details: { tip } }, lineItems: [] };
  }
  const { line_items: lines, enforce_arithmetic_validation: isEnforced = true, shipping, ...rest } = details;
  const lineItems = lines === undefined ? (before.lineItems ?? []) : (lines || []).map((line) => lineOf(stripe, line));
  const shown = {
    ...before.amount_details,
    ...cleared(rest),
    ...(shipping !== undefined && { shipping: shipping && shippingPart(shipping) }),
  };
  const kept = Object.fromEntries(
    Object.entries(shown).filter(([name, value]) => value !== null && value !== '' && name !== 'error'),
  );
  checkExclusive(kept, lineItems);
  const error = mismatch(amount, kept, lineItems);
  if (error !== undefined && isEnforced) throw invalidRequest(error.message, { ...error, param: 'amount_details' });
  return {
    fields: { ...order, amount_details: { ...kept, tip, ...(error && { error }) } },
    lineItems,
  };
}

/** Fields of an intent whose client says anew what its amount is made of. Its line items are kept beside it. */
export function changedDetails(
  stripe: Backend,
  intent: Stripe.PaymentIntent,
  given: DetailsParams,
  amount = intent.amount,
): Partial<Stripe.PaymentIntent> {
  const hidden = hiddenOf(stripe, intent.id);
  const { fields, lineItems } = detailsOf(stripe, amount, given, { ...intent, lineItems: hidden.lineItems });
  if (lineItems !== undefined) intentTable(stripe).hide(intent.id, { ...hidden, lineItems });
  return fields;
}

function lineOf(stripe: Backend, given: GivenLine): LineItem {
  return {
    id: stripe.newId('payment_intent_amount_details_line_item'),
    object: 'payment_intent_amount_details_line_item',
    discount_amount: given.discount_amount ?? null,
    payment_method_options: (given.payment_method_options ?? null) as LineItem['payment_method_options'],
    product_code: given.product_code ?? null,
    product_name: given.product_name,
    quantity: given.quantity,
    tax: given.tax ?? null,
    unit_cost: given.unit_cost,
    unit_of_measure: given.unit_of_measure ?? null,
  };
}

function shippingPart(given: object): object {
  return { amount: null, from_postal_code: null, to_postal_code: null, ...cleared(given) };
}

/** What was given, with null for what an empty text takes away. */
function cleared(given: object | '' | null): object {
  return Object.fromEntries(Object.entries(given || {}).map(([name, value]) => [name, value === '' ? null : value]));
}

/** Taxes and discounts are those of the whole, or those of the lines. */
function checkExclusive({ discount_amount: discount, tax }: Partial<GivenDetails>, lines: readonly LineItem[]): void {
  if (discount !== undefined && lines.some((line) => line.discount_amount !== null)) {
    throw notBoth('amount_details[discount_amount]', 'amount_details[line_items][#][discount_amount]');
  }
  if (tax !== undefined && lines.some((line) => line.tax !== null)) {
    throw notBoth('amount_details[tax][total_tax_amount]', 'amount_details[line_items][#][tax][total_tax_amount]');
  }
}

function notBoth(whole: string, each: string): StripeError {
  return invalidRequest(`You may only specify one of these parameters: ${whole}, ${each}.`, { param: whole });
}

function mismatch(
  amount: number,
  details: Partial<GivenDetails>,
  lines: readonly LineItem[],
): { readonly code: string; readonly message: string } | undefined {
  const discount = details.discount_amount || 0;
  const shipping = (details.shipping || {}).amount || 0;
  const tax = (details.tax || {}).total_tax_amount || 0;
  if (lines.length === 0) {
    if (tax + shipping - discount <= amount) return undefined;
    return {
      code: 'amount_details_tax_shipping_discount_greater_than_amount',
      message: `The sum of the tax and shipping less the discount is greater than the amount (${amount}).`,
    };
  }
  const ofLines = lines.reduce(
    (sum, line) =>
      sum + line.quantity * line.unit_cost - (line.discount_amount ?? 0) + (line.tax?.total_tax_amount ?? 0),
    0,
  );
  const total = ofLines + tax + shipping - discount;
  if (total === amount) return undefined;
  return {
    code: 'amount_details_amount_mismatch',
    message: `The amount of the PaymentIntent (${amount}) is not the total of its amount_details (${total}).`,
  };
}

/** What makes up the discounts and the taxes of a sale: shown only to who asks to expand it. */
import type Stripe from 'stripe';
import { endOf } from '../billing/discounts';
import { sumByDiscount } from '../billing/discount-amounts';
import { sumByRate } from '../billing/tax-amounts';
import type { Backend } from '../kernel/backend';
import { blank } from '../spec/shapes';
import { saleOf, sessionsOf } from './session-data';
import { addUp, type ChosenDiscount, type LineDetails } from './totals';

type Breakdown = Stripe.Checkout.Session.TotalDetails.Breakdown;

/** Of a whole session: `total_details.breakdown`. */
export function breakdownOf(stripe: Backend, session: Stripe.Checkout.Session): Breakdown | null {
  const sale = saleOf(stripe, session.id);
  if (sale === undefined) return null;
  const { details } = addUp(stripe, sale);
  return shaped(stripe, session, sale.discounts, {
    discounts: sumByDiscount(details.map(({ discounts }) => discounts)),
    taxes: sumByRate(details.flatMap(({ taxes }) => taxes)),
  });
}

/** Of one of its lines: `discounts` and `taxes` of the item. Undefined for an item that is of no session. */
export function breakdownOfItem(stripe: Backend, item: string): Breakdown | undefined {
  const table = sessionsOf(stripe);
  const session = table.first({ where: ({ id }) => table.hidden(id)?.lines.some((line) => line.id === item) === true });
  const sale = session && saleOf(stripe, session.id);
  if (sale === undefined) return undefined;
  const { items, details } = addUp(stripe, sale);
  return shaped(stripe, session!, sale.discounts, details[items.findIndex(({ id }) => id === item)]!);
}

function shaped(
  stripe: Backend,
  session: Stripe.Checkout.Session,
  chosen: readonly ChosenDiscount[],
  { discounts, taxes }: LineDetails,
): Breakdown {
  return {
    discounts: discounts.flatMap(({ amount, discount: id }) => {
      const discount = chosen.find((each) => each.id === id);
      return discount ? [{ amount, discount: asDiscount(stripe, session, discount) }] : [];
    }),
    taxes: taxes.map(({ amount, tax_rate_details: details, taxability_reason, taxable_amount }) => ({
      amount,
      rate: stripe.table<Stripe.TaxRate>('tax_rate').get(details!.tax_rate),
      // Sessions do not have the word.
      taxability_reason: taxability_reason === 'not_available' ? null : taxability_reason,
      taxable_amount,
    })),
  };
}

function asDiscount(
  stripe: Backend,
  session: Stripe.Checkout.Session,
  { id, coupon, promotion_code }: ChosenDiscount,
): Stripe.Discount {
  return {
    ...blank('discount'),
    id,
    object: 'discount',
    checkout_session: session.id,
    customer: session.customer,
    promotion_code,
    source: { coupon, type: 'coupon' },
    start: session.created,
    end: endOf(stripe.table<Stripe.Coupon>('coupon').get(coupon), session.created),
  } as unknown as Stripe.Discount;
}

import type Stripe from 'stripe';
import { createShippingRate } from '../checkout/shipping-rates';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { taxPlaceOf } from './automatic-tax';
import type { TaxAmount } from './tax-amounts';
import { taxFor } from './taxes';

type Given = Stripe.InvoiceCreateParams['shipping_cost'] | Stripe.InvoiceUpdateParams['shipping_cost'];

/** What shipping costs on an invoice, by the rate that is named or described; an empty one takes it out. */
export function shippingCost(stripe: Backend, given: Given, currency: string): Pick<Stripe.Invoice, 'shipping_cost'> {
  if (!given) return { shipping_cost: null };
  const { shipping_rate: id, shipping_rate_data: data } = given;
  if ((id === undefined) === (data === undefined)) {
    throw invalidRequest('You must specify exactly one of `shipping_rate` and `shipping_rate_data`.', {
      param: 'shipping_cost',
    });
  }
  const rate =
    id === undefined
      ? createShippingRate(stripe, data as Stripe.ShippingRateCreateParams)
      : stripe.table<Stripe.ShippingRate>('shipping_rate').get(id, 'shipping_cost[shipping_rate]');
  const fixed = rate.fixed_amount;
  const amount = fixed?.currency === currency ? fixed.amount : fixed?.currency_options?.[currency]?.amount;
  if (!rate.active || amount === undefined) {
    throw invalidRequest(
      rate.active
        ? `The shipping rate \`${rate.id}\` has no amount in the currency of the invoice (${currency}).`
        : `The shipping rate \`${rate.id}\` is not active.`,
      { param: 'shipping_cost[shipping_rate]' },
    );
  }
  const cost = { amount_subtotal: amount, amount_tax: 0, amount_total: amount, shipping_rate: rate.id };
  return { shipping_cost: cost };
}

const NOT_TAXABLE = 'txcd_00000000';

/** What shipping costs on an invoice with the taxes on it, which only automatic taxes put there, and these taxes. */
export function taxedShipping(
  stripe: Backend,
  invoice: Stripe.Invoice,
): { readonly cost: Stripe.Invoice.ShippingCost | null; readonly taxes: readonly TaxAmount[] } {
  const { automatic_tax: automatic, currency, shipping_cost: cost } = invoice;
  const rate = cost && stripe.table<Stripe.ShippingRate>('shipping_rate').find(idOf(cost.shipping_rate) ?? '');
  if (!cost || !rate || !automatic.enabled || idOf(rate.tax_code) === NOT_TAXABLE) return { cost, taxes: [] };
  const { exclusive, inclusive, total } = taxFor(stripe, {
    currency,
    tax_exempt: invoice.customer_tax_exempt,
    automatic: taxPlaceOf(invoice),
    lines: [{ amount: cost.amount_subtotal, tax_behavior: rate.tax_behavior }],
  });
  return {
    cost: { ...cost, amount_tax: exclusive + inclusive, amount_total: cost.amount_subtotal + exclusive },
    taxes: total,
  };
}

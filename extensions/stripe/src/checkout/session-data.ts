import type Stripe from 'stripe';
import { locationStatus, type TaxPlace } from '../billing/automatic-tax';
import { anchorOf } from '../billing/periods';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import type { Table } from '../kernel/table';
import type { Line } from './line-items';
import type { SessionParams } from './session-checks';
import { addUp, type ChosenDiscount, type FirstCycle, type Sale } from './totals';

/** What the API does not show of a session. */
export interface SessionHidden {
  readonly lines: readonly Line[];
  /** What the buyer may add to them. */
  readonly optional: readonly Line[];
  readonly discounts: readonly ChosenDiscount[];
  readonly shippingRate: string | null;
  /** What the session was made with: it says how the payment is made. */
  readonly given: SessionParams;
  /** The customer that was made for the buyer. */
  readonly customer?: string;
  /** The payment method that the buyer gave last. */
  readonly paymentMethod?: string;
  /** The subscription whose first payment the bank refused last: the next try begins anew. */
  readonly declined?: string;
  /** The setup intent by which the payment method of a subscription that costs nothing today is set up. */
  readonly setup?: string;
  /** What the buyer gets to see after a payment by a payment link. */
  readonly confirmation?: string;
}

export type SessionTable = Table<Stripe.Checkout.Session, SessionHidden>;

export function sessionsOf(stripe: Backend): SessionTable {
  return stripe.table<Stripe.Checkout.Session, SessionHidden>('checkout.session');
}

/** What is sold in a session; undefined where nothing is. */
export function saleOf(stripe: Backend, id: string): Sale | undefined {
  const table = sessionsOf(stripe);
  const [session, hidden] = [table.find(id), table.hidden(id)];
  if (session === undefined || hidden === undefined || session.mode === 'setup') return undefined;
  const data = hidden.given.subscription_data;
  return {
    lines: hidden.lines,
    discounts: hidden.discounts,
    shippingRate: hidden.shippingRate,
    currency: session.currency ?? 'usd',
    trial: data?.trial_end !== undefined || data?.trial_period_days !== undefined,
    cycle: cycleOf(data, stripe.now()),
    defaultTaxRates: data?.default_tax_rates ?? [],
    ...(session.automatic_tax.enabled && {
      automatic: placeOf(stripe, session),
      taxExempt: session.customer_details?.tax_exempt,
    }),
  };
}

/** The billing cycle that begins later than the subscription does; undefined where both begin at once. */
function cycleOf(data: SessionParams['subscription_data'], now: number): FirstCycle | undefined {
  const config = data?.billing_cycle_anchor_config;
  const anchor = data?.billing_cycle_anchor ?? (config && anchorOf(config, now));
  if (anchor === undefined) return undefined;
  return {
    anchor,
    ...(config && { dayOfMonth: config.day_of_month }),
    isFree: data?.proration_behavior === 'none',
  };
}

/** Where things are sent, or who pays for them is. Empty where nobody knows yet. */
function placeOf(stripe: Backend, session: Stripe.Checkout.Session): TaxPlace {
  const customer = idOf(session.customer);
  const known = customer === undefined ? undefined : stripe.table<Stripe.Customer>('customer').find(customer);
  return (
    session.collected_information?.shipping_details?.address ??
    session.customer_details?.address ??
    known?.shipping?.address ??
    known?.address ??
    {}
  );
}

/** The fields of a session that follow from what is sold. */
export function amountsOf(stripe: Backend, id: string): Partial<Stripe.Checkout.Session> {
  const sale = saleOf(stripe, id);
  if (sale === undefined) return {};
  const totals = addUp(stripe, sale);
  return {
    amount_subtotal: totals.amount_subtotal,
    amount_total: totals.amount_total,
    shipping_cost: totals.shipping_cost,
    total_details: {
      amount_discount: totals.amount_discount,
      amount_shipping: totals.amount_shipping,
      amount_tax: totals.amount_tax,
    },
    ...(sale.automatic && {
      automatic_tax: { ...sessionsOf(stripe).get(id).automatic_tax, status: locationStatus(sale.automatic) },
    }),
    discounts: sale.discounts.map(({ coupon, promotion_code }) => ({
      coupon: promotion_code === null ? coupon : null,
      promotion_code,
    })),
  };
}

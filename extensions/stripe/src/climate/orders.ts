import type Stripe from 'stripe';
import { DAY } from '../billing/periods';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { resourceOperations } from '../kernel/resource';
import { addBalanceTransaction, availableIn } from '../payments/balance';
import { readCurrency } from '../payments/money';
import { climateProduct } from './catalog';

type Order = Stripe.Climate.Order;
type Given = Omit<Stripe.Climate.OrderCreateParams, 'metric_tons'> & { readonly metric_tons?: string };

const KIND = 'climate.order';
/** How many decimals of a ton count. */
const TON_DECIMALS = 12;

/** Orders are paid from the balance: https://docs.stripe.com/api/climate/order. */
export const climateOrders: DefineModule = (stripe) => {
  const table = stripe.table<Order>(KIND);
  return {
    operations: {
      ...resourceOperations<Order>(stripe, {
        kind: KIND,
        path: '/v1/climate/orders',
        events: KIND,
        eventTypes: ['created'],
        create: (params) => newOrder(stripe, params as unknown as Given),
        update: ({ beneficiary }) => (beneficiary === undefined ? {} : { beneficiary: beneficiaryOf(beneficiary) }),
      }),
      'POST /v1/climate/orders/{id}/cancel': ({ path: { id } }) => {
        const order = table.get(id!);
        if (order.status !== 'open' && order.status !== 'confirmed' && order.status !== 'awaiting_funds') {
          throw invalidRequest(`This order cannot be canceled because it has a status of ${order.status}.`);
        }
        if (stripe.now() > order.created + DAY) {
          throw invalidRequest('An order can only be canceled within 24 hours of its creation.');
        }
        // The fees are not given back.
        if (order.status === 'confirmed') {
          book(stripe, order.id, order.amount_subtotal, order.currency, 'climate_order_refund');
        }
        const change = { status: 'canceled', canceled_at: stripe.now(), cancellation_reason: 'requested' } as const;
        const canceled = table.update(order.id, change);
        stripe.emit('climate.order.canceled', canceled);
        return canceled;
      },
    },
    reactions: {
      'balance.available': () => {
        if (table.isEmpty) return;
        const waiting = [...table.values({ where: ({ status }) => status === 'awaiting_funds' })].reverse();
        for (const order of waiting) {
          if (availableIn(stripe, order.currency) < order.amount_total) continue;
          book(stripe, order.id, -order.amount_total, order.currency, 'climate_order_purchase');
          const confirmed = table.update(order.id, { status: 'confirmed', confirmed_at: stripe.now() });
          stripe.emit('climate.order.confirmed', confirmed);
        }
      },
    },
  };
};

function newOrder(stripe: Backend, given: Given): object {
  const product = climateProduct(stripe, given.product, 'product');
  const currency = readCurrency(given.currency ?? 'usd');
  const price = product.current_prices_per_metric_ton[currency];
  if (price === undefined) throw invalidRequest(`Climate orders cannot be made in ${currency}.`, { param: 'currency' });
  const { amount, metric_tons: tons } = given;
  if (amount === undefined && tons === undefined) throw parameterMissing('metric_tons');
  if (amount !== undefined && tons !== undefined) {
    throw invalidRequest('You may only specify one of these parameters: amount, metric_tons.', { param: 'amount' });
  }
  const ordered = tons === undefined ? amount! / price.amount_total : Number(tons);
  if (!(ordered > 0)) {
    throw invalidRequest('This value must be greater than 0.', {
      param: tons === undefined ? 'amount' : 'metric_tons',
    });
  }
  if (ordered > Number(product.metric_tons_available)) {
    throw invalidRequest(`Only ${String(product.metric_tons_available)} metric tons of this product are available.`, {
      param: 'metric_tons',
    });
  }
  const total = amount ?? Math.round(ordered * price.amount_total);
  const fees = Math.round((total * price.amount_fees) / price.amount_total);
  const id = stripe.newId(KIND);
  const isPaid = availableIn(stripe, currency) >= total;
  if (isPaid) book(stripe, id, -total, currency, 'climate_order_purchase');
  return {
    id,
    amount_fees: fees,
    amount_subtotal: total - fees,
    amount_total: total,
    ...(given.beneficiary && { beneficiary: beneficiaryOf(given.beneficiary) }),
    confirmed_at: isPaid ? stripe.now() : null,
    currency,
    expected_delivery_year: product.delivery_year,
    metric_tons: tons ?? trimmed(ordered),
    product: product.id,
    status: isPaid ? 'confirmed' : 'awaiting_funds',
  };
}

function book(stripe: Backend, order: string, amount: number, currency: string, type: string): void {
  addBalanceTransaction(stripe, { amount, currency, type, source: order, available_on: stripe.now() });
}

function beneficiaryOf(given: unknown): object | null {
  const { public_name: name } = (given || {}) as { public_name?: string };
  return name ? { public_name: name } : null;
}

/** A number as a decimal text without zeros at its end. */
function trimmed(value: number): string {
  return value.toFixed(TON_DECIMALS).replace(/\.?0+$/, '');
}

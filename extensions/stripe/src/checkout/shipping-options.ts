import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { checkRateCurrency, createShippingRate } from './shipping-rates';

/** A way to ship as a client gives it. */
interface GivenOption {
  readonly shipping_rate?: string;
  readonly shipping_rate_data?: Stripe.ShippingRateCreateParams;
}

export interface ShippingOption {
  readonly shipping_amount: number;
  readonly shipping_rate: string;
}

/** Reads `shipping_options`, and makes the rates that they describe. Throws for one that is not there, or has another currency. */
export function readShippingOptions(
  stripe: Backend,
  given: readonly GivenOption[],
  currency: string | null,
): ShippingOption[] {
  return given.map(({ shipping_rate: id, shipping_rate_data: data }, index) => {
    const param = `shipping_options[${index}]`;
    if (id !== undefined && data !== undefined) {
      throw invalidRequest('You may only specify one of these parameters: shipping_rate, shipping_rate_data.', {
        param,
      });
    }
    const rate =
      data === undefined
        ? stripe.table<Stripe.ShippingRate>('shipping_rate').get(id ?? '', `${param}[shipping_rate]`)
        : createShippingRate(stripe, data, `${param}[shipping_rate_data]`);
    if (!rate.active) {
      throw invalidRequest(`The shipping rate \`${rate.id}\` is archived and cannot be used for new purchases.`, {
        param: `${param}[shipping_rate]`,
      });
    }
    checkRateCurrency(rate, currency, `${param}[shipping_rate]`);
    return { shipping_amount: rate.fixed_amount?.amount ?? 0, shipping_rate: rate.id };
  });
}

import type Stripe from 'stripe';
import { makePrice, type GivenPriceData } from '../billing/prices';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';

/** One line of what is sold, as it is kept: the amounts follow from it. */
export interface Line {
  readonly id: string;
  readonly price: string;
  readonly quantity: number | null;
  readonly adjustable: { readonly enabled: boolean; readonly minimum: number; readonly maximum: number } | null;
  readonly taxRates: readonly string[];
  readonly metadata: Record<string, string>;
}

/** A line as a client gives it. */
export interface LineParams {
  readonly id?: string;
  readonly price?: string;
  readonly price_data?: GivenPriceData;
  readonly quantity?: number;
  readonly adjustable_quantity?: { readonly enabled: boolean; readonly minimum?: number; readonly maximum?: number };
  readonly tax_rates?: readonly string[] | '';
  readonly metadata?: Readonly<Record<string, string>> | '';
}

const MOST_ADJUSTED = 99;

/** Reads `line_items`, and makes the prices that they describe. Throws for a price that is not there, or not active. */
export function readLines(stripe: Backend, given: readonly LineParams[], kind = 'item'): Line[] {
  return given.map((line, index) => readLine(stripe, line, `line_items[${index}]`, kind));
}

/** Reads one line. `param` is how the client named it. */
export function readLine(stripe: Backend, line: LineParams, param: string, kind = 'item'): Line {
  const price = readPrice(stripe, line, param);
  const isMetered = price.recurring?.usage_type === 'metered';
  if (isMetered && line.quantity !== undefined) {
    throw invalidRequest(
      'Quantity should not be specified where usage_type is `metered`. Remove `quantity` from the line item.',
      {
        param: `${param}[quantity]`,
      },
    );
  }
  if (!isMetered && line.quantity === undefined) throw parameterMissing(`${param}[quantity]`);
  if (line.quantity !== undefined && line.quantity < 1) {
    throw invalidRequest('This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param: `${param}[quantity]`,
    });
  }
  const adjustable = line.adjustable_quantity;
  const taxRates = line.tax_rates === '' ? [] : (line.tax_rates ?? []);
  for (const rate of taxRates) stripe.table<Stripe.TaxRate>('tax_rate').get(rate, `${param}[tax_rates]`);
  return {
    id: stripe.newId(kind === 'item' ? 'li' : kind),
    price: price.id,
    quantity: isMetered ? null : line.quantity!,
    adjustable: adjustable
      ? {
          enabled: adjustable.enabled,
          minimum: adjustable.minimum ?? 0,
          maximum: adjustable.maximum ?? MOST_ADJUSTED,
        }
      : null,
    taxRates,
    metadata: line.metadata === '' ? {} : { ...line.metadata },
  };
}

function readPrice(stripe: Backend, line: LineParams, param: string): Stripe.Price {
  if (line.price !== undefined && line.price_data !== undefined) {
    throw invalidRequest('You may only specify one of these parameters: price, price_data.', {
      param: `${param}[price]`,
    });
  }
  if (line.price_data !== undefined) {
    const { unit_amount: amount } = line.price_data;
    if (amount !== undefined && amount < 0) {
      throw invalidRequest('Invalid non-negative integer', {
        code: 'parameter_invalid_integer',
        param: `${param}[price_data][unit_amount]`,
      });
    }
    return makePrice(stripe, line.price_data, `${param}[price_data]`);
  }
  if (line.price === undefined) throw parameterMissing(`${param}[price]`);
  const price = stripe.table<Stripe.Price>('price').get(line.price, `${param}[price]`);
  if (!price.active) {
    throw invalidRequest('The price specified is inactive. This field only accepts active prices.', {
      param: `${param}[price]`,
    });
  }
  const product = stripe.table<Stripe.Product>('product').find(idOf(price.product) ?? '');
  if (product?.active === false) {
    throw invalidRequest(`Price \`${price.id}\` is not available to be purchased because its product is not active.`, {
      param: `${param}[price]`,
    });
  }
  return price;
}

/** The price of a line. A price is never lost, only no longer active. */
export function priceOf(stripe: Backend, line: Line): Stripe.Price {
  return stripe.table<Stripe.Price>('price').get(line.price);
}

/** What a line is called on a page: the name of its product. */
export function nameOf(stripe: Backend, line: Line): string {
  const { product, nickname } = priceOf(stripe, line);
  return stripe.table<Stripe.Product>('product').find(idOf(product) ?? '')?.name ?? nickname ?? 'Item';
}

/** Throws where lines are in different currencies. */
export function currencyOf(stripe: Backend, lines: readonly Line[]): string | undefined {
  const currencies = [...new Set(lines.map((line) => priceOf(stripe, line).currency))];
  if (currencies.length > 1) {
    throw invalidRequest(
      `All prices on a Checkout Session must have the same currency; yours have ${currencies.join(' and ')}.`,
      { param: 'line_items' },
    );
  }
  return currencies[0];
}

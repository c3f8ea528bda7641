import type Stripe from 'stripe';
import { makePrice, priceIn, type GivenPriceData } from '../billing/prices';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';

/** One line of what is sold, as it is kept: the amounts follow from it. */
export interface Line {
  readonly id: string;
  readonly price: string;
  readonly quantity: number | null;
  readonly adjustable: { readonly enabled: boolean; readonly minimum: number; readonly maximum: number } | null;
  /** What the buyer chose to pay, where the price lets them. */
  readonly amount?: number;
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
  if (price.custom_unit_amount && line.quantity !== undefined && line.quantity > 1) {
    throw invalidRequest('The quantity of a price with `custom_unit_amount` must be 1.', {
      param: `${param}[quantity]`,
    });
  }
  const adjustable = line.adjustable_quantity;
  if (adjustable?.enabled === true && line.quantity !== undefined) checkAdjustable(adjustable, line.quantity, param);
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
    ...(price.custom_unit_amount && { amount: price.custom_unit_amount.preset ?? 0 }),
    taxRates,
    metadata: line.metadata === '' ? {} : { ...line.metadata },
  };
}

/** Throws for a quantity that the buyer could not choose, or a choice of none. */
function checkAdjustable(
  { minimum = 0, maximum = MOST_ADJUSTED }: { readonly minimum?: number; readonly maximum?: number },
  quantity: number,
  param: string,
): void {
  if (maximum < minimum || maximum < 1) {
    throw invalidRequest('`adjustable_quantity.maximum` must be greater than `adjustable_quantity.minimum`.', {
      param: `${param}[adjustable_quantity][maximum]`,
    });
  }
  if (quantity >= minimum && quantity <= maximum) return;
  throw invalidRequest(`The quantity must be between ${minimum} and ${maximum}, as \`adjustable_quantity\` has it.`, {
    param: `${param}[quantity]`,
  });
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

/** The currency of lines: the one that is wanted, where all prices have amounts in it, or theirs. Throws where these differ. */
export function currencyOf(stripe: Backend, lines: readonly Line[], wanted?: string): string | undefined {
  if (wanted !== undefined) {
    for (const [index, line] of lines.entries()) {
      const price = priceOf(stripe, line);
      if (priceIn(stripe, price, wanted)) continue;
      throw invalidRequest(`The price \`${price.id}\` is not available in \`${wanted}\`.`, {
        param: `line_items[${index}][price]`,
      });
    }
    return wanted;
  }
  const currencies = [...new Set(lines.map((line) => priceOf(stripe, line).currency))];
  if (currencies.length > 1) {
    throw invalidRequest(
      `All prices on a Checkout Session must have the same currency; yours have ${currencies.join(' and ')}.`,
      { param: 'line_items' },
    );
  }
  return currencies[0];
}

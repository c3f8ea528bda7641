import type Stripe from 'stripe';
import { invalidRequest, parameterMissing, resourceMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { omit } from '../kernel/omit';
import { pageOf, wholePage } from '../kernel/page-of';
import { DAY } from '../billing/periods';
import { readCurrency } from '../payments/money';
import { taxSettingsOf } from '../resources/tax-settings';
import { taxAddress } from './tax-address';
import { checkTaxCode, GENERAL, SHIPPING } from './tax-codes';
import {
  breakdownOf,
  customerDetails,
  productTaxCode,
  taxesOfAmounts,
  totalBreakdown,
  type TaxBreakdown,
  type TaxedAmount,
} from './tax-lines';

type Calculation = Stripe.Tax.Calculation & { readonly id: string };
export type CalculationLine = Stripe.Tax.CalculationLineItem;
type Given = Stripe.Tax.CalculationCreateParams;

/** What a calculation shows only on demand. */
export interface CalculationLines {
  readonly lines: readonly CalculationLine[];
  /** The parts of the tax on shipping. */
  readonly onShipping?: readonly TaxBreakdown[];
}

/** How long a transaction can be made of a calculation. */
const VALID = 90 * DAY;
/** How far from today the date of the tax can be. */
const FARTHEST = 31 * DAY;
const MOST_LINES = 100;

/** https://docs.stripe.com/api/tax/calculations */
export const taxCalculations: DefineModule = (stripe) => {
  const table = calculationTable(stripe);
  return {
    operations: {
      'POST /v1/tax/calculations': ({ params }) => calculate(stripe, params as unknown as Given),
      'GET /v1/tax/calculations/{id}': ({ path: { id } }) => unexpired(stripe, table.get(id!)),
      'GET /v1/tax/calculations/{id}/line_items': ({ path: { id }, params, url }) => {
        const { lines } = table.hidden(unexpired(stripe, table.get(id!)).id)!;
        return pageOf(lines.map(withoutBreakdown), url, params);
      },
    },
    includes: {
      'tax.calculation line_items': ({ id }: Calculation) => {
        const lines = table.hidden(id)!.lines.map(withoutBreakdown);
        return wholePage(lines, `/v1/tax/calculations/${id}/line_items`);
      },
      'tax.calculation shipping_cost.tax_breakdown': ({ id }: Calculation) => [...(table.hidden(id)?.onShipping ?? [])],
      'tax.calculation_line_item tax_breakdown': ({ id }: CalculationLine) => {
        for (const each of table.values()) {
          const line = table.hidden(each.id)?.lines.find((known) => known.id === id);
          if (line) return line.tax_breakdown as TaxBreakdown[];
        }
        return null;
      },
    },
  };
};

export function calculationTable(stripe: Backend): ReturnType<typeof stripe.table<Calculation, CalculationLines>> {
  return stripe.table<Calculation, CalculationLines>('tax.calculation');
}

/** The calculation, unless it is too old: then it is gone. */
function unexpired(stripe: Backend, calculation: Calculation): Calculation {
  if (calculation.expires_at! > stripe.now()) return calculation;
  throw resourceMissing('tax_calculation', calculation.id);
}

function calculate(stripe: Backend, given: Given): Calculation {
  const currency = readCurrency(given.currency);
  const now = stripe.now();
  checkGiven(given, now);
  const address =
    given.customer_details?.address && taxAddress(given.customer_details.address, 'customer_details[address]');
  const customer = customerDetails(stripe, given.customer, given.customer_details, address);
  const lines = given.line_items.map((line, index) => readLine(stripe, line, index));
  const shipping = given.shipping_cost && readShipping(stripe, given.shipping_cost);
  const amounts = [...lines, ...(shipping ? [shipping] : [])].map((each) => ({
    ...each,
    place: placeOf(stripe, each),
  }));
  const { taxes, exclusive, inclusive } = taxesOfAmounts(stripe, { currency, customer, amounts });
  const taxOn = (index: number): number => taxes[index]!.reduce((sum, { amount }) => sum + amount, 0);
  const items = lines.map((line, index): CalculationLine => {
    return {
      id: stripe.newId('tax.calculation_line_item'),
      object: 'tax.calculation_line_item',
      ...line,
      amount_tax: taxOn(index),
      livemode: false,
      tax_breakdown: breakdownOf(stripe, taxes[index]!),
    };
  });
  const calculation = {
    id: stripe.newId('tax.calculation'),
    object: 'tax.calculation',
    amount_total: amounts.reduce((sum, { amount }) => sum + amount, 0) + exclusive,
    currency,
    customer: given.customer ?? null,
    customer_details: customer,
    expires_at: now + VALID,
    livemode: false,
    ship_from_details: given.ship_from_details
      ? { address: taxAddress(given.ship_from_details.address, 'ship_from_details[address]') }
      : null,
    shipping_cost: shipping ? { ...shipping, amount_tax: taxOn(lines.length) } : null,
    tax_amount_exclusive: exclusive,
    tax_amount_inclusive: inclusive,
    tax_breakdown: totalBreakdown(stripe, taxes.flat()),
    tax_date: given.tax_date ?? now,
  } as Calculation;
  const onShipping = shipping && breakdownOf(stripe, taxes[lines.length]!);
  return calculationTable(stripe).insert(calculation, { lines: items, ...(onShipping && { onShipping }) });
}

function checkGiven({ customer, customer_details, line_items, tax_date }: Given, now: number): void {
  if (customer === undefined && customer_details === undefined) throw parameterMissing('customer_details');
  if (line_items.length === 0) throw parameterMissing('line_items');
  if (line_items.length > MOST_LINES) {
    throw invalidRequest(`Array line_items exceeded maximum ${MOST_LINES} allowed elements.`, { param: 'line_items' });
  }
  if (tax_date !== undefined && Math.abs(tax_date - now) > FARTHEST) {
    throw invalidRequest('The tax date must be within 31 days of today.', { param: 'tax_date' });
  }
  const references = line_items.flatMap(({ reference }) => reference ?? []);
  if (new Set(references).size < references.length) {
    throw invalidRequest('The reference of each line item must be unique.', { param: 'line_items' });
  }
}

function readLine(
  stripe: Backend,
  line: Stripe.Tax.CalculationCreateParams.LineItem,
  index: number,
): Omit<CalculationLine, 'id' | 'object' | 'amount_tax' | 'livemode' | 'tax_breakdown'> & {
  tax_behavior: 'exclusive';
} {
  const at = `line_items[${index}]`;
  checkNotNegative(line.amount, `${at}[amount]`);
  if (line.quantity !== undefined && line.quantity < 1) {
    throw invalidRequest('This value must be greater than or equal to 1.', { param: `${at}[quantity]` });
  }
  if (line.tax_code !== undefined) checkTaxCode(line.tax_code, `${at}[tax_code]`);
  const product =
    line.product === undefined
      ? undefined
      : stripe.table<Stripe.Product>('product').get(line.product, `${at}[product]`);
  if (line.performance_location !== undefined) {
    stripe.table('tax.location').get(line.performance_location, `${at}[performance_location]`);
  }
  const usual = taxSettingsOf(stripe).get().defaults.tax_code;
  return {
    amount: line.amount,
    metadata: mergeMetadata(undefined, line.metadata),
    performance_location: line.performance_location ?? null,
    product: product?.id ?? null,
    quantity: line.quantity ?? 1,
    reference: line.reference ?? `L${index + 1}`,
    tax_behavior: (line.tax_behavior ?? 'exclusive') as 'exclusive',
    tax_code: line.tax_code ?? productTaxCode(product, usual ?? GENERAL),
  };
}

function readShipping(
  stripe: Backend,
  given: Stripe.Tax.CalculationCreateParams.ShippingCost,
): Omit<TaxedAmount, 'amount_tax'> & { readonly shipping_rate?: string } {
  const { amount, shipping_rate: id, tax_behavior = 'exclusive', tax_code } = given;
  if (id === undefined) {
    if (amount === undefined) throw parameterMissing('shipping_cost[amount]');
    checkNotNegative(amount, 'shipping_cost[amount]');
    if (tax_code !== undefined) checkTaxCode(tax_code, 'shipping_cost[tax_code]');
    return { amount, tax_behavior: tax_behavior as 'exclusive', tax_code: tax_code ?? SHIPPING };
  }
  if (amount !== undefined || given.tax_behavior !== undefined || tax_code !== undefined) {
    throw invalidRequest('You may not pass `amount`, `tax_behavior` or `tax_code` together with `shipping_rate`.', {
      param: 'shipping_cost[shipping_rate]',
    });
  }
  const rate = stripe.table<Stripe.ShippingRate>('shipping_rate').get(id, 'shipping_cost[shipping_rate]');
  return {
    amount: rate.fixed_amount?.amount ?? 0,
    shipping_rate: rate.id,
    tax_behavior: rate.tax_behavior === 'inclusive' ? 'inclusive' : 'exclusive',
    tax_code: idOf(rate.tax_code) ?? SHIPPING,
  };
}

/** What is performed somewhere is taxed there. */
function placeOf(stripe: Backend, line: object): Stripe.Address | undefined {
  const { performance_location: id } = line as Partial<CalculationLine>;
  return id ? stripe.table<Stripe.Tax.Location>('tax.location').get(id).address : undefined;
}

function checkNotNegative(amount: number, param: string): void {
  if (amount < 0) {
    throw invalidRequest('This value must be greater than or equal to 0.', {
      code: 'parameter_invalid_integer',
      param,
    });
  }
}

function withoutBreakdown(line: CalculationLine): CalculationLine {
  return omit(line, 'tax_breakdown');
}

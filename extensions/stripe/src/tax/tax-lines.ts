/** The taxes of the lines and the shipping of a calculation, by the same rates as automatic taxes. */
import type Stripe from 'stripe';
import { EUROPEAN_UNION, locationStatus, type TaxPlace } from '../billing/automatic-tax';
import type { TaxAmount } from '../billing/tax-amounts';
import { taxFor } from '../billing/taxes';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { taxSettingsOf } from '../resources/tax-settings';
import { NONTAXABLE } from './tax-codes';

type CustomerDetails = Stripe.Tax.Calculation.CustomerDetails;
export type TaxBreakdown = Stripe.Tax.CalculationLineItem.TaxBreakdown;

export interface TaxedAmount {
  readonly amount: number;
  readonly amount_tax: number;
  readonly tax_behavior: 'exclusive' | 'inclusive';
  readonly tax_code: string;
}

interface Question {
  readonly currency: string;
  readonly customer: CustomerDetails;
  readonly amounts: readonly (Omit<TaxedAmount, 'amount_tax'> & { readonly place?: TaxPlace | undefined })[];
}

interface Answer {
  /** What is on each amount, in their order. */
  readonly taxes: readonly TaxAmount[][];
  readonly exclusive: number;
  readonly inclusive: number;
}

/** Throws where it is not known well enough where the customer is. */
export function taxesOfAmounts(stripe: Backend, { currency, customer, amounts }: Question): Answer {
  const taxes = amounts.map(({ amount, tax_behavior, tax_code, place }) => {
    const automatic = place ?? customer.address ?? {};
    if (locationStatus(automatic) !== 'complete') throw locationInvalid();
    const lines = [{ amount, tax_behavior }];
    const [found = []] = taxFor(stripe, { currency, lines, tax_exempt: exemption(stripe, customer), automatic }).lines;
    return tax_code === NONTAXABLE ? found.map((tax) => withoutTax(tax, amount)) : found;
  });
  const sum = (behavior: string): number =>
    taxes.flat().reduce((all, { amount, tax_behavior }) => all + (tax_behavior === behavior ? amount : 0), 0);
  return { taxes, exclusive: sum('exclusive'), inclusive: sum('inclusive') };
}

/** The parts of the tax on an amount, each with where it is due. */
export function breakdownOf(stripe: Backend, taxes: readonly TaxAmount[]): TaxBreakdown[] {
  return taxes.map((tax) => {
    const rate = rateOf(stripe, tax);
    const isTaxed = tax.taxability_reason === 'standard_rated';
    return {
      amount: tax.amount,
      jurisdiction: {
        country: rate.country!,
        display_name: rate.jurisdiction ?? rate.country!,
        level: rate.jurisdiction_level ?? 'country',
        state: rate.state,
      },
      sourcing: 'destination',
      tax_rate_details: isTaxed
        ? { display_name: rate.display_name, percentage_decimal: String(rate.percentage), tax_type: rate.tax_type! }
        : null,
      taxability_reason: tax.taxability_reason,
      taxable_amount: isTaxed ? tax.taxable_amount! : 0,
    };
  });
}

/** The taxes of a whole calculation, rate by rate. */
export function totalBreakdown(stripe: Backend, taxes: readonly TaxAmount[]): Stripe.Tax.Calculation.TaxBreakdown[] {
  const sums = new Map<string, Stripe.Tax.Calculation.TaxBreakdown>();
  for (const tax of taxes) {
    const rate = rateOf(stripe, tax);
    const isTaxed = tax.taxability_reason === 'standard_rated';
    const key = [rate.id, tax.tax_behavior, tax.taxability_reason].join(' ');
    const known = sums.get(key);
    sums.set(key, {
      amount: tax.amount + (known?.amount ?? 0),
      inclusive: tax.tax_behavior === 'inclusive',
      tax_rate_details: {
        country: rate.country,
        flat_amount: null,
        percentage_decimal: isTaxed ? String(rate.percentage) : '0.0',
        rate_type: isTaxed ? 'percentage' : null,
        state: rate.state,
        tax_type: rate.tax_type,
      },
      taxability_reason: tax.taxability_reason,
      taxable_amount: (isTaxed ? tax.taxable_amount! : 0) + (known?.taxable_amount ?? 0),
    });
  }
  return [...sums.values()];
}

function rateOf(stripe: Backend, tax: TaxAmount): Stripe.TaxRate {
  return stripe.table<Stripe.TaxRate>('tax_rate').get(tax.tax_rate_details!.tax_rate);
}

function withoutTax(tax: TaxAmount, amount: number): TaxAmount {
  return { ...tax, amount: 0, taxable_amount: amount, taxability_reason: 'product_exempt' };
}

/** What frees the customer from taxes, in the words of `tax_exempt` of customers. */
function exemption(stripe: Backend, customer: CustomerDetails): 'exempt' | 'reverse' | 'none' {
  if (customer.taxability_override === 'customer_exempt') return 'exempt';
  if (customer.taxability_override === 'reverse_charge') return 'reverse';
  return paysItself(stripe, customer) ? 'reverse' : 'none';
}

/** A business of the European Union that buys from another of its countries owes the tax itself. */
function paysItself(stripe: Backend, { address, tax_ids }: CustomerDetails): boolean {
  if (!tax_ids.some(({ type }) => type === 'eu_vat')) return false;
  const settings = taxSettingsOf(stripe).get();
  const [seller, buyer] = [settings.head_office?.address.country, address?.country];
  return !!seller && !!buyer && seller !== buyer && [seller, buyer].every((country) => EUROPEAN_UNION.has(country));
}

/** Where a customer is, from what the client gave or from the customer. */
export function customerDetails(
  stripe: Backend,
  id: string | undefined,
  given: Stripe.Tax.CalculationCreateParams.CustomerDetails | undefined,
  address: Stripe.Address | undefined,
): CustomerDetails {
  const customer = id === undefined ? undefined : stripe.table<Stripe.Customer>('customer').get(id, 'customer');
  const own = customer?.shipping?.address ?? customer?.address ?? null;
  const known = id === undefined ? [] : [...stripe.table<Stripe.TaxId>('tax_id').values({ by: { customer: id } })];
  const override = { exempt: 'customer_exempt', reverse: 'reverse_charge', none: 'none' } as const;
  const ownSource = own === null ? null : customer?.shipping?.address ? 'shipping' : 'billing';
  return {
    address: address ?? own,
    address_source: given?.address_source ?? (address === undefined ? ownSource : null),
    ip_address: given?.ip_address ?? null,
    tax_ids: given?.tax_ids ?? known.map(({ type, value }) => ({ type, value })),
    taxability_override:
      given?.taxability_override ?? override[(customer?.tax_exempt ?? 'none') as keyof typeof override],
  };
}

function locationInvalid(): Error {
  return invalidRequest("We could not determine the customer's tax location based on the provided customer address.", {
    code: 'customer_tax_location_invalid',
    param: 'customer_details[address]',
  });
}

/** The tax code of a product, or the one that is used where nothing says. */
export function productTaxCode(product: Stripe.Product | undefined, usual: string): string {
  return idOf(product?.tax_code) ?? usual;
}

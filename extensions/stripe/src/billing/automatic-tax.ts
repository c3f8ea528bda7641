/**
 * Automatic taxes: the standard rate of the country, or of the state, where the customer is, wherever there is a registration. Cities,
 * counties and the tax codes of products do not count. https://docs.stripe.com/tax
 */
import type Stripe from 'stripe';
import { invalidRequest, type StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { taxSettingsOf } from '../resources/tax-settings';
import { blank } from '../spec/shapes';
import { stateOfPostalCode } from './postal-codes';
import type { AppliedRate } from './tax-amounts';

/** Where the customer is, as far as it is known. */
export interface TaxPlace {
  readonly country?: string | null | undefined;
  readonly state?: string | null | undefined;
  readonly postal_code?: string | null | undefined;
}

/** The standard rates of countries, in percent. */
const COUNTRIES: Readonly<Record<string, readonly [type: Stripe.TaxRate.TaxType, percent: number]>> =
  Object.fromEntries(
    (
      [
        [
          'vat',
          'AT20 BE21 BG20 CY19 CZ21 DE19 DK25 EE24 ES21 FI25.5 FR20 GR24 HR25 HU27 IE23 IT22 LT21 LU17 LV21 MT18 NL21 PL23 PT23 RO21 SE25 SI22 SK23',
        ],
        ['vat', 'AE5 CH8.1 CL19 CO19 GB20 IS24 KR10 MX16 NO25 SA15 TH7 TR20 ZA15'],
        ['gst', 'AU10 CA5 IN18 NZ15 SG9'],
        ['jct', 'JP10'],
      ] as const
    ).flatMap(([type, rates]) =>
      rates.split(' ').map((rate) => [rate.slice(0, 2), [type, Number(rate.slice(2))] as const] as const),
    ),
  );

/** Rates of states of the United States, and of provinces of Canada together with those of the country. */
const STATES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  US: ratesOf(
    'AL4 AZ5.6 AR6.5 CA7.25 CO2.9 CT6.35 DC6 FL6 GA4 HI4 ID6 IL6.25 IN7 IA6 KS6.5 KY6 LA5 ME5.5 MD6 MA6.25 MI6 MN6.875 MS7 MO4.225 NE5.5 NV6.85 NJ6.625 NM4.875 NY4 NC4.75 ND5 OH5.75 OK4.5 PA6 RI7 SC6 SD4.2 TN7 TX6.25 UT6.1 VT6 VA5.3 WA6.5 WV6 WI5 WY4',
  ),
  CA: ratesOf('AB5 BC12 MB12 NB15 NL15 NS14 NT5 NU5 ON13 PE15 QC14.975 SK11 YT5'),
};

export const EUROPEAN_UNION = new Set(
  'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' '),
);

/** Where automatic taxes take the customer of an invoice to be. */
export function taxPlaceOf({
  customer_shipping: shipping,
  customer_address: address,
}: Pick<Stripe.Invoice, 'customer_address' | 'customer_shipping'>): TaxPlace {
  return { ...(shipping?.address ?? address) };
}

/** Whether it is known well enough where the customer is. */
export function locationStatus({ country, state, postal_code }: TaxPlace): 'complete' | 'requires_location_inputs' {
  if (!country) return 'requires_location_inputs';
  const needsMore = (country === 'US' || country === 'CA') && !state;
  const isKnown = !needsMore || stateOfPostalCode(country, postal_code ?? '') !== undefined;
  return isKnown ? 'complete' : 'requires_location_inputs';
}

/** Automatic taxes need to know where a customer is. */
export function unknownTaxPlace(): StripeError {
  return invalidRequest(
    "The customer's location isn't recognized. Set a valid customer address in order to automatically calculate tax.",
    { code: 'customer_tax_location_invalid' },
  );
}

/** Whether taxes are collected at a place that is known. */
export function taxesAt(stripe: Backend, place: TaxPlace): boolean {
  return hasRegistration(stripe, place.country!, standardRate(place).state);
}

/** The rate for a place; undefined where the place is not known. Zero percent where there is no registration. */
export function automaticRate(
  stripe: Backend,
  place: TaxPlace,
  behavior: string | null | undefined,
  currency: string,
): AppliedRate | undefined {
  if (locationStatus(place) !== 'complete') return undefined;
  const { country } = place;
  const { type, percentage, state } = standardRate(place);
  const isRegistered = hasRegistration(stripe, country!, state);
  const inclusive = isInclusive(stripe, behavior, currency);
  const given = { country: country!, state, type, inclusive, percentage: isRegistered ? percentage : 0 };
  return {
    id: rateObject(stripe, given).id,
    percentage: given.percentage,
    inclusive,
    reason: isRegistered ? (percentage === 0 ? 'not_subject_to_tax' : 'standard_rated') : 'not_collecting',
  };
}

function standardRate({ country, state: given, postal_code: code }: TaxPlace): {
  type: Stripe.TaxRate.TaxType;
  percentage: number;
  state: string | null;
} {
  const state = given || (code ? stateOfPostalCode(country!, code) : undefined);
  const inState = state ? STATES[country!]?.[state.toUpperCase()] : undefined;
  if (inState !== undefined) {
    return { type: country === 'US' ? 'sales_tax' : 'hst', percentage: inState, state: state!.toUpperCase() };
  }
  const [type, percentage] = COUNTRIES[country!] ?? (['sales_tax', 0] as const);
  return { type, percentage, state: null };
}

function hasRegistration(stripe: Backend, country: string, state: string | null): boolean {
  const now = stripe.now();
  const registrations = stripe.table<Stripe.Tax.Registration>('tax.registration');
  const found = registrations.first({
    where: (each) => {
      if (each.active_from > now || (each.expires_at !== null && each.expires_at <= now)) return false;
      const options = Object.values(each.country_options)[0] as { type?: string; state?: string } | undefined;
      if (each.country === country) return country !== 'US' || options?.state === undefined || options.state === state;
      // A single registration covers sales to all of the European Union.
      return options?.type === 'oss_union' && EUROPEAN_UNION.has(country) && EUROPEAN_UNION.has(each.country);
    },
  });
  return found !== undefined;
}

/** Whether a price includes its tax, where the price itself does not say. */
export function isInclusive(stripe: Backend, behavior: string | null | undefined, currency: string): boolean {
  if (behavior === 'inclusive' || behavior === 'exclusive') return behavior === 'inclusive';
  const settings = taxSettingsOf(stripe).get();
  const usual = settings.defaults.tax_behavior ?? 'exclusive';
  return usual === 'inferred_by_currency' ? currency !== 'usd' && currency !== 'cad' : usual === 'inclusive';
}

interface WantedRate {
  readonly country: string;
  readonly state: string | null;
  readonly type: Stripe.TaxRate.TaxType;
  readonly inclusive: boolean;
  readonly percentage: number;
}

/** The tax rate that stands for an automatic rate, made when it is first needed. It is not active: nobody else uses it. */
function rateObject(stripe: Backend, wanted: WantedRate): Stripe.TaxRate {
  const table = stripe.table<Stripe.TaxRate, { automatic: boolean }>('tax_rate');
  const known = table.first({
    by: { country: wanted.country },
    where: (rate) =>
      rate.state === wanted.state &&
      rate.inclusive === wanted.inclusive &&
      rate.percentage === wanted.percentage &&
      table.hidden(rate.id)?.automatic === true,
  });
  if (known !== undefined) return known;
  const name = wanted.type === 'sales_tax' ? 'Sales Tax' : wanted.type.toUpperCase();
  const rate = {
    ...blank('tax_rate'),
    id: stripe.newId('tax_rate'),
    active: false,
    country: wanted.country,
    created: stripe.now(),
    display_name: name,
    effective_percentage: wanted.percentage,
    inclusive: wanted.inclusive,
    jurisdiction: wanted.state ?? wanted.country,
    jurisdiction_level: wanted.state === null ? 'country' : 'state',
    percentage: wanted.percentage,
    rate_type: 'percentage',
    state: wanted.state,
    tax_type: wanted.type,
  } as unknown as Stripe.TaxRate;
  return table.insert(rate, { automatic: true });
}

function ratesOf(written: string): Readonly<Record<string, number>> {
  return Object.fromEntries(written.split(' ').map((rate) => [rate.slice(0, 2), Number(rate.slice(2))]));
}

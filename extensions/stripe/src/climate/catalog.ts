/** What removes carbon, and what it costs: https://docs.stripe.com/climate/orders. The suppliers are made up. */
import type Stripe from 'stripe';
import { resourceMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { pageOf } from '../kernel/page-of';

export type Product = Stripe.Climate.Product;
type Supplier = Stripe.Climate.Supplier;

const PATHWAYS = ['biomass_carbon_removal_and_storage', 'direct_air_capture', 'enhanced_weathering'] as const;

const SUPPLIERS: readonly Supplier[] = PATHWAYS.map((removal_pathway, index) => ({
  id: `climsup_backlot${index + 1}`,
  object: 'climate.supplier',
  info_url: 'https://example.com',
  livemode: false,
  locations: [{ city: null, country: 'US', latitude: null, longitude: null, region: null }],
  name: `Test supplier ${index + 1}`,
  removal_pathway,
}));

/** The price of a ton in cents of the dollar, without the fee, and how many tons there are. */
const OFFERS: readonly (readonly [id: string, name: string, price: number, tons: string, supplier: number])[] = [
  ['climsku_frontier_offtake_portfolio_2027', 'Biomass carbon removal and storage', 38_000, '500', 0],
  ['climsku_frontier_offtake_portfolio_2028', 'Direct air capture', 61_000, '200', 1],
  ['climsku_frontier_offtake_portfolio_2030', 'Enhanced weathering', 40_000, '0.5', 2],
];

/** What Frontier takes for its service, in percent. */
const FEE = 3;
/** What a dollar is worth, for the prices in other currencies. */
const CURRENCIES: Readonly<Record<string, number>> = { eur: 0.9, gbp: 0.8, usd: 1 };

export const climateCatalog: DefineModule = (stripe) => ({
  operations: {
    'GET /v1/climate/products': ({ params, url }) => pageOf(climateProducts(stripe), url, params),
    'GET /v1/climate/products/{id}': ({ path: { id } }) => climateProduct(stripe, id!),
    'GET /v1/climate/suppliers': ({ params, url }) => pageOf(SUPPLIERS, url, params),
    'GET /v1/climate/suppliers/{id}': ({ path: { id } }) => {
      const found = SUPPLIERS.find((supplier) => supplier.id === id);
      if (found === undefined) throw resourceMissing('climate_supplier', id!);
      return found;
    },
  },
});

/** The product under an identifier. Throws where there is none. */
export function climateProduct(stripe: Backend, id: string, param?: string): Product {
  const found = climateProducts(stripe).find((product) => product.id === id);
  if (found === undefined) throw resourceMissing('climate_product', id, param);
  return found;
}

function climateProducts(stripe: Backend): Product[] {
  return OFFERS.map(([id, name, price, tons, supplier]) => ({
    id,
    object: 'climate.product',
    created: stripe.now(),
    current_prices_per_metric_ton: Object.fromEntries(
      Object.entries(CURRENCIES).map(([currency, worth]) => {
        const amount_subtotal = Math.round(price * worth);
        const amount_fees = Math.round((amount_subtotal * FEE) / 100);
        return [currency, { amount_fees, amount_subtotal, amount_total: amount_subtotal + amount_fees }];
      }),
    ),
    delivery_year: Number(id.slice(-4)),
    livemode: false,
    metric_tons_available: tons as unknown as Product['metric_tons_available'],
    name,
    suppliers: [SUPPLIERS[supplier]!],
  }));
}

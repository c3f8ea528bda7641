/** The part `stripe` of a file that fills Vercel's emulate. https://github.com/vercel-labs/emulate */
import * as v from 'valibot';
import type { SeedRequests } from './seed';

const Item = v.record(v.string(), v.unknown());

export const EmulateSeed = v.looseObject({
  customers: v.optional(v.array(Item), []),
  products: v.optional(v.array(v.looseObject({ name: v.string() })), []),
  /** Each of a product above, by its name. */
  prices: v.optional(v.array(v.looseObject({ product_name: v.string() })), []),
  webhooks: v.optional(v.array(v.looseObject({ url: v.string(), events: v.optional(v.array(v.string()), ['*']) })), []),
});

export type EmulateSeed = v.InferOutput<typeof EmulateSeed>;

/** The requests that make what such a file names. Throws for a price of a product that is not in it. */
export function fromEmulate({ customers, products, prices, webhooks }: EmulateSeed, newId: () => string): SeedRequests {
  const made = products.map((product) => ({ id: newId(), ...product }));
  return {
    customers,
    products: made,
    prices: prices.map(({ product_name: name, ...price }) => {
      const product = made.find((each) => each.name === name);
      if (product === undefined) throw new Error(`there is no product with the name ${name}`);
      return { ...price, product: product.id };
    }),
    webhook_endpoints: webhooks.map(({ events, ...webhook }) => ({ ...webhook, enabled_events: events })),
  };
}

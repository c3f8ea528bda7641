/** Prices that stand for amounts: what an invoice charges always has a price, also where nobody made one. */
import type Stripe from 'stripe';
import type { Collection } from 'backlot';
import type { Backend } from '../kernel/backend';
import { makePrice } from './prices';

/** A thing that is charged by its amount alone. */
interface Charged {
  readonly currency: string;
  /** What one of it costs, in the smallest unit of the currency. */
  readonly unitAmount: string;
  readonly description: string | null | undefined;
}

const UNNAMED = 'Invoice item';

/** The prices that were made, by what they stand for. */
function madePrices(stripe: Backend): Collection<string> {
  return stripe.state.collection<string>('amount_prices');
}

/** The price for an amount: the same one whenever the same thing costs the same. It is not active, as nothing is sold by it. */
export function amountPrice(stripe: Backend, { currency, unitAmount, description }: Charged): Stripe.Price {
  const name = description || UNNAMED;
  const key = JSON.stringify([stripe.account, currency, unitAmount, name]);
  const table = stripe.table<Stripe.Price>('price');
  const known = table.find(madePrices(stripe).get(key) ?? '');
  if (known) return known;
  const data = { currency, product_data: { name }, unit_amount_decimal: unitAmount as never };
  const made = makePrice(stripe, data, '');
  madePrices(stripe).put(key, made.id);
  return made;
}

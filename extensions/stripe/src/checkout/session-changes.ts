/** What a buyer changes of an open session before they pay: on its page, or by Stripe.js on a page of the application. */
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { redeemable } from './promotion';
import { amountsOf, sessionsOf, type SessionHidden } from './session-data';

/** Takes a promotion code. Throws, with a text for the buyer, for one that takes nothing off. */
export function applyCode(stripe: Backend, id: string, code: string): void {
  const session = sessionsOf(stripe).get(id);
  const discount = redeemable(stripe, code, {
    customer: idOf(session.customer),
    subtotal: session.amount_subtotal ?? 0,
    currency: session.currency ?? 'usd',
  });
  keep(stripe, id, { discounts: [discount] });
}

export function removeCode(stripe: Backend, id: string): void {
  keep(stripe, id, { discounts: [] });
}

/** Throws for a line whose quantity is fixed, and for a quantity outside of its limits. */
export function changeQuantity(stripe: Backend, id: string, item: string, quantity: number): void {
  const { lines } = sessionsOf(stripe).hidden(id)!;
  const line = lines.find((each) => each.id === item);
  const limits = line?.adjustable;
  const isFine = Number.isInteger(quantity) && limits && quantity >= limits.minimum && quantity <= limits.maximum;
  if (limits?.enabled !== true || !isFine) {
    throw invalidRequest('The quantity of this line item cannot be changed to this.', { param: 'line_items' });
  }
  keep(stripe, id, { lines: lines.map((each) => (each === line ? { ...line, quantity } : each)) });
}

/** Throws for what the session does not offer. */
export function chooseShipping(stripe: Backend, id: string, rate: string): void {
  const { shipping_options: options } = sessionsOf(stripe).get(id);
  if (!options.some((option) => idOf(option.shipping_rate) === rate)) {
    throw invalidRequest(`The session does not offer the shipping rate \`${rate}\`.`, { param: 'shipping_option' });
  }
  keep(stripe, id, { shippingRate: rate });
}

/** Notes an address before the buyer confirms. Throws for one that cannot be. */
export function noteEmail(stripe: Backend, id: string, email: string): void {
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) {
    throw invalidRequest('Your email is invalid.', { code: 'email_invalid', param: 'email' });
  }
  sessionsOf(stripe).update(id, ({ customer_details: details }) => ({
    customer_details: {
      address: null,
      business_name: null,
      individual_name: null,
      name: null,
      phone: null,
      tax_exempt: 'none',
      tax_ids: null,
      ...details,
      email,
    },
  }));
}

function keep(stripe: Backend, id: string, change: Partial<SessionHidden>): void {
  const table = sessionsOf(stripe);
  table.hide(id, { ...table.hidden(id)!, ...change });
  table.update(id, amountsOf(stripe, id));
}

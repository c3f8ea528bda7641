import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { readLine, type Line, type LineParams } from './line-items';

/** What a buyer may add to a session. */
const MOST_OPTIONAL = 10;

/** Reads `optional_items`, each as the line that it becomes when the buyer adds it. Throws for a price that is not there, or not active. */
export function readOptional(stripe: Backend, given: readonly LineParams[]): Line[] {
  if (given.length > MOST_OPTIONAL) {
    throw invalidRequest(`Array optional_items exceeded maximum ${MOST_OPTIONAL} allowed elements.`, {
      param: 'optional_items',
    });
  }
  return given.map((line, index) => readLine(stripe, line, `optional_items[${index}]`));
}

/** As the API shows what may be added; null where nothing may. */
export function shownOptional(optional: readonly Line[]): Stripe.Checkout.Session['optional_items'] {
  if (optional.length === 0) return null;
  return optional.map(({ price, quantity, adjustable }) => ({
    price,
    quantity: quantity ?? 1,
    adjustable_quantity: adjustable,
  }));
}

/** The lines of a sale after a buyer has pressed a button for one that may be added: `add:ID` or `drop:ID`. */
export function withChoice(lines: readonly Line[], optional: readonly Line[], action: string | null): readonly Line[] {
  const [, verb, id] = /^(add|drop):(\w+)$/.exec(action ?? '') ?? [];
  const chosen = optional.find((line) => line.id === id);
  if (chosen === undefined) return lines;
  const others = lines.filter((line) => line.id !== id);
  return verb === 'add' ? [...others, chosen] : others;
}

/** How many elements lists of parameters take, as the reference says of each. */
import { invalidRequest } from '../errors';
import type { Params } from './validate';

type Limits = Readonly<Record<string, number>>;

const INVOICE: Limits = { custom_fields: 4 };
const PRODUCT: Limits = { images: 8, marketing_features: 15 };
const PAYMENT_LINK: Limits = { custom_fields: 3, line_items: 20 };
const SUBSCRIPTION: Limits = { add_invoice_items: 20, items: 20 };

const LIMITS: Readonly<Record<string, Limits>> = {
  'GET /v1/events': { types: 20 },
  'POST /v1/checkout/sessions': { custom_fields: 3, line_items: 100 },
  'POST /v1/invoices': INVOICE,
  'POST /v1/invoices/{invoice}': INVOICE,
  'POST /v1/payment_links': PAYMENT_LINK,
  'POST /v1/payment_links/{payment_link}': PAYMENT_LINK,
  'POST /v1/products': PRODUCT,
  'POST /v1/products/{product}': PRODUCT,
  'POST /v1/subscriptions': SUBSCRIPTION,
  'POST /v1/subscriptions/{subscription}': SUBSCRIPTION,
};

/** Throws where a list has more elements than the operation takes. */
export function checkLists(operation: string, params: Params): void {
  for (const [param, most] of Object.entries(LIMITS[operation] ?? {})) {
    const given = params[param];
    if (!Array.isArray(given) || given.length <= most) continue;
    throw invalidRequest(`Array ${param} exceeded maximum ${most} allowed elements.`, { param });
  }
}

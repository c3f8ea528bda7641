import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { pageOf } from '../kernel/page-of';
import { businessName } from '../connect/business-name';
import { wholeAddress } from '../parameters/address';
import { methodTable } from '../resources/method-table';
import { checkForm } from '../resources/tax-ids';
import { itemsOf } from './sessions';
import { priceOf } from './line-items';
import { removeSaved, savedFor } from './saved-methods';
import { applyCode, changeQuantity, chooseShipping, noteEmail, removeCode } from './session-changes';
import { sessionsOf } from './session-data';
import { recurringOf } from './session-recurring';
import type { Outcome } from './outcome';
import { lastError, paySession } from './session-pay';

type Address = Stripe.Address;

/** What Stripe.js changes of a session. */
interface Change {
  readonly email?: string;
  /** Empty text takes the code away. */
  readonly promotion_code?: string;
  readonly shipping_option?: string;
  readonly line_item?: { readonly id: string; readonly quantity: string };
  /** Only looked at: it is kept when the session is confirmed. */
  readonly tax_id?: { readonly type: string; readonly value: string };
}

interface Confirmation {
  readonly payment_method?: string;
  readonly expected_amount?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly shipping?: { readonly name: string; readonly address: Address };
  readonly save_payment_method?: string;
  readonly business_name?: string;
  readonly individual_name?: string;
  readonly tax_id?: { readonly type: string; readonly value: string };
}

/**
 * What the page of a Checkout Session asks for. The official command line does, too, to complete one, and so does Stripe.js where an
 * application shows the elements of Checkout itself. Not documented.
 */
export const paymentPages: DefineModule = (stripe) => ({
  operations: {
    'GET /v1/payment_pages/{session}': ({ path }) => shown(stripe, path['session']!),
    'POST /v1/payment_pages/{session}': ({ path, params }) => {
      const { id } = openSession(stripe, path['session']!);
      const given = params as Change;
      if (given.email !== undefined) noteEmail(stripe, id, given.email);
      if (given.tax_id) checkForm(given.tax_id.type, given.tax_id.value);
      if (given.promotion_code === '') removeCode(stripe, id);
      else if (given.promotion_code !== undefined) applyCode(stripe, id, given.promotion_code);
      if (given.shipping_option !== undefined) chooseShipping(stripe, id, given.shipping_option);
      if (given.line_item) changeQuantity(stripe, id, given.line_item.id, Number(given.line_item.quantity));
      return shown(stripe, id);
    },
    'POST /v1/payment_pages/{session}/detach': ({ path, params }) => {
      const { payment_method: method = '' } = params as Confirmation;
      return removeSaved(stripe, openSession(stripe, path['session']!), method);
    },
    'POST /v1/payment_pages/{session}/confirm': ({ path, params }) => {
      const session = openSession(stripe, path['session']!);
      const given = params as Confirmation;
      const { payment_method: method, expected_amount: expected } = given;
      if (expected !== undefined && Number(expected) !== session.amount_total) {
        throw invalidRequest('The amount that you expect is not that of the Checkout Session.', {
          code: 'checkout_amount_mismatch',
          param: 'expected_amount',
        });
      }
      const buyer =
        method === undefined ? undefined : methodTable(stripe).get(method, 'payment_method').billing_details;
      const outcome = paySession(stripe, session.id, {
        email: given.email ?? buyer?.email ?? undefined,
        name: buyer?.name ?? undefined,
        phone: given.phone ?? buyer?.phone ?? undefined,
        address: buyer?.address ?? undefined,
        shipping: given.shipping && { ...given.shipping, address: wholeAddress(given.shipping.address) },
        method,
        save: given.save_payment_method === 'true',
        businessName: given.business_name,
        individualName: given.individual_name,
        taxId: given.tax_id,
        customFields: {},
        acceptsTerms: true,
        wantsPromotions: false,
      });
      if (outcome.kind === 'declined') throw outcome.error.keepingWrites();
      return { ...shown(stripe, session.id), next_action: nextAction(outcome) };
    },
  },
});

function openSession(stripe: Backend, id: string): Stripe.Checkout.Session {
  const session = sessionsOf(stripe).get(id);
  if (session.status === 'open') return session;
  throw invalidRequest(`This Checkout Session is ${session.status}, and can no longer be confirmed.`, {
    code: 'payment_intent_unexpected_state',
  });
}

/** A session with what its page shows. */
function shown(stripe: Backend, id: string): object {
  const session = sessionsOf(stripe).get(id);
  const rates = stripe.table<Stripe.ShippingRate>('shipping_rate');
  const { lines, discounts } = sessionsOf(stripe).hidden(id)!;
  const products = stripe.table<Stripe.Product>('product');
  const productOf = (price: Stripe.Price): Stripe.Product | undefined => products.find(idOf(price.product) ?? '');
  return {
    ...session,
    business_name: businessName(stripe),
    products: Object.fromEntries(
      lines.flatMap((line) => {
        const product = productOf(priceOf(stripe, line));
        return product ? [[line.id, product]] : [];
      }),
    ),
    applied_discounts: discounts.map(({ coupon, promotion_code: code }) => ({
      coupon: stripe.table<Stripe.Coupon>('coupon').find(coupon) ?? null,
      code: stripe.table<Stripe.PromotionCode>('promotion_code').find(code ?? '')?.code ?? null,
    })),
    saved_payment_methods: savedFor(stripe, session),
    recurring: recurringOf(stripe, session),
    last_payment_error: lastError(stripe, session),
    line_items: pageOf(itemsOf(stripe, id), `/v1/checkout/sessions/${id}/line_items`, { limit: 100 }),
    shipping_options: session.shipping_options.map((option) => ({
      ...option,
      shipping_rate: rates.get(idOf(option.shipping_rate)!),
    })),
  };
}

/** Where the buyer has to go before the session is complete. */
function nextAction(outcome: Outcome): object | null {
  return outcome.kind === 'redirect' ? { type: 'redirect_to_url', redirect_to_url: { url: outcome.url } } : null;
}

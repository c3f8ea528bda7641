import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import type { Params } from '../parameters/validate';
import { breakdownOf, breakdownOfItem } from './breakdown';
import { currencyOf, readLine, type Line, type LineParams } from './line-items';
import { pageOf } from '../kernel/page-of';
import { cancelIntent } from '../payments/capture-intent';
import { intentTable } from '../payments/intents';
import { cancelSetupIntent } from '../payments/cancel-setup';
import { setupTable } from '../payments/setup-intents';
import { createSession } from './session-create';
import { subscribeOnceSetUp } from './session-subscribe';
import { completePaid, completeSetUp, noteAsyncFailure, noteCaptured } from './session-complete';
import { amountsOf, saleOf, sessionsOf } from './session-data';
import { readShippingOptions } from './shipping-options';
import { addUp } from './totals';

/** https://docs.stripe.com/api/checkout/sessions */
export const checkoutSessions: DefineModule = (stripe) => {
  const table = sessionsOf(stripe);
  return {
    operations: {
      'POST /v1/checkout/sessions': ({ params }) => createSession(stripe, params),
      'GET /v1/checkout/sessions/{session}': ({ path }) => table.get(path['session']!),
      'POST /v1/checkout/sessions/{session}': ({ path, params }) => updateSession(stripe, path['session']!, params),
      'POST /v1/checkout/sessions/{session}/expire': ({ path }) => expireSession(stripe, path['session']!),
      'GET /v1/checkout/sessions/{session}/line_items': ({ path, params, url }) => {
        table.get(path['session']!);
        return pageOf(itemsOf(stripe, path['session']!), url, params);
      },
      'GET /v1/checkout/sessions': ({ params, url }) => {
        const given = params as Stripe.Checkout.SessionListParams;
        const { customer, payment_intent, payment_link, subscription, status } = given;
        // Taken only where the configuration asks for what emulate takes.
        const { payment_status: paid } = params as { readonly payment_status?: string };
        return table.page(url, params, {
          by: {
            customer,
            payment_intent,
            payment_link,
            subscription,
            'customer_details.email': given.customer_details?.email,
            status,
          },
          ...(paid !== undefined && { where: (session) => session.payment_status === paid }),
        });
      },
    },
    jobs: {
      'checkout.session.expire': (_stripe, { subject }) => {
        if (table.find(subject)?.status === 'open') expireSession(stripe, subject);
      },
    },
    includes: {
      'checkout.session line_items': (session: Stripe.Checkout.Session) =>
        pageOf(itemsOf(stripe, session.id), `/v1/checkout/sessions/${session.id}/line_items`),
      'checkout.session total_details.breakdown': (session: Stripe.Checkout.Session) => breakdownOf(stripe, session),
      'item discounts': ({ id }: Stripe.LineItem) => breakdownOfItem(stripe, id)?.discounts ?? [],
      'item taxes': ({ id }: Stripe.LineItem) => breakdownOfItem(stripe, id)?.taxes ?? [],
    },
    reactions: {
      'payment_intent.succeeded': (intent: Stripe.PaymentIntent) => {
        completePaid(stripe, { payment_intent: intent.id }, 'paid');
        noteCaptured(stripe, intent.id);
      },
      'payment_intent.processing': (intent: Stripe.PaymentIntent) =>
        completePaid(stripe, { payment_intent: intent.id }, 'unpaid'),
      'payment_intent.amount_capturable_updated': (intent: Stripe.PaymentIntent) =>
        completePaid(stripe, { payment_intent: intent.id }, 'unpaid'),
      'payment_intent.payment_failed': (intent: Stripe.PaymentIntent) => noteAsyncFailure(stripe, intent.id),
      'setup_intent.succeeded': (intent: Stripe.SetupIntent) => {
        completeSetUp(stripe, intent);
        subscribeOnceSetUp(stripe, intent);
      },
      'invoice.paid': (invoice: Stripe.Invoice) => {
        const subscription = idOf(invoice.parent?.subscription_details?.subscription);
        if (subscription !== undefined) completePaid(stripe, { subscription }, 'paid');
      },
    },
  };
};

/** The line items of a session, with what they cost. */
export function itemsOf(stripe: Backend, id: string): readonly Stripe.LineItem[] {
  const sale = saleOf(stripe, id);
  return sale === undefined ? [] : addUp(stripe, sale).items;
}

/** Ends a session that nobody completed. Throws for one that is no longer open. */
export function expireSession(stripe: Backend, id: string): Stripe.Checkout.Session {
  const table = sessionsOf(stripe);
  const session = table.get(id);
  if (session.status !== 'open') {
    throw invalidRequest(
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status}\`.`,
    );
  }
  const recovery = session.after_expiration?.recovery;
  const expired = table.update(id, {
    status: 'expired',
    expires_at: Math.min(session.expires_at, stripe.now()),
    url: null,
    ...(recovery?.enabled === true && {
      after_expiration: {
        recovery: { ...recovery, url: stripe.pageUrl(`pay/${id}/recover`), expires_at: stripe.now() + RECOVERABLE },
      },
    }),
  });
  stripe.jobs.cancel(id);
  giveUpIntents(stripe, session);
  stripe.emit('checkout.session.expired', expired);
  return expired;
}

/** Nobody can pay any more: intents of the session, which nobody else may cancel, are canceled with it. */
function giveUpIntents(stripe: Backend, session: Stripe.Checkout.Session): void {
  const [payment, setup] = [idOf(session.payment_intent), idOf(session.setup_intent)];
  const waits = (status: string | undefined): boolean => status?.startsWith('requires_') === true;
  if (payment !== undefined && waits(intentTable(stripe).find(payment)?.status))
    cancelIntent(stripe, payment, 'expired');
  if (setup !== undefined && waits(setupTable(stripe).find(setup)?.status)) cancelSetupIntent(stripe, setup);
}

const RECOVERABLE = 30 * 24 * 60 * 60;

function updateSession(stripe: Backend, id: string, params: Params): Stripe.Checkout.Session {
  const table = sessionsOf(stripe);
  const given = params as Stripe.Checkout.SessionUpdateParams;
  const session = table.get(id);
  const hidden = table.hidden(id)!;
  const changes = given.line_items !== undefined || given.shipping_options !== undefined;
  if (changes && session.status !== 'open') {
    throw invalidRequest(`This Checkout Session has a status of \`${session.status}\`, and can no longer be changed.`);
  }
  if (given.line_items !== undefined) {
    const lines = given.line_items.map((line, index) =>
      changedLine(stripe, hidden.lines, line as LineParams, `line_items[${index}]`),
    );
    currencyOf(stripe, lines);
    table.hide(id, { ...hidden, lines });
  }
  const shippingOptions =
    given.shipping_options === undefined
      ? undefined
      : readShippingOptions(stripe, given.shipping_options || [], session.currency);
  if (shippingOptions) {
    table.hide(id, { ...table.hidden(id)!, shippingRate: shippingOptions[0]?.shipping_rate ?? null });
  }
  const shipping = given.collected_information?.shipping_details;
  return table.update(id, (before) => ({
    metadata: mergeMetadata(before.metadata, given.metadata),
    ...(shippingOptions && { shipping_options: shippingOptions }),
    ...(shipping && {
      collected_information: {
        business_name: before.collected_information?.business_name ?? null,
        individual_name: before.collected_information?.individual_name ?? null,
        shipping_details: shipping as unknown as Stripe.Checkout.Session.CollectedInformation.ShippingDetails,
      },
    }),
    ...(changes && amountsOf(stripe, id)),
  }));
}

function changedLine(stripe: Backend, lines: readonly Line[], given: LineParams, param: string): Line {
  const before = lines.find(({ id }) => id === given.id);
  if (before === undefined) return readLine(stripe, given, param);
  if (given.price !== undefined || given.price_data !== undefined) {
    return {
      ...readLine(stripe, { quantity: before.quantity ?? undefined, ...given }, param),
      id: before.id,
    };
  }
  return {
    ...before,
    quantity: given.quantity ?? before.quantity,
    metadata: mergeMetadata(before.metadata, given.metadata),
    taxRates: given.tax_rates === undefined ? before.taxRates : given.tax_rates || [],
  };
}

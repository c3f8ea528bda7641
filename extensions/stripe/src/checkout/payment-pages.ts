import { cardError, invalidRequest } from '../errors';
import type { DefineModule } from '../kernel/module';
import { methodTable } from '../resources/payment-methods';
import { sessionsOf } from './session-data';
import { paySession } from './session-pay';

/** What the page of a Checkout Session asks for; the official command line does, too, to complete one. Not documented. */
export const paymentPages: DefineModule = (stripe) => ({
  operations: {
    'GET /v1/payment_pages/{session}': ({ path }) => sessionsOf(stripe).get(path['session']!),
    'POST /v1/payment_pages/{session}/confirm': ({ path, params }) => {
      const session = sessionsOf(stripe).get(path['session']!);
      const { payment_method: method, expected_amount: expected } = params as Readonly<Record<string, string>>;
      if (session.status !== 'open') {
        throw invalidRequest(`This Checkout Session is ${session.status}, and can no longer be confirmed.`, {
          code: 'payment_intent_unexpected_state',
        });
      }
      if (expected !== undefined && Number(expected) !== session.amount_total) {
        throw invalidRequest('The amount that you expect is not that of the Checkout Session.', {
          code: 'checkout_amount_mismatch',
          param: 'expected_amount',
        });
      }
      const buyer =
        method === undefined ? undefined : methodTable(stripe).get(method, 'payment_method').billing_details;
      const outcome = paySession(stripe, session.id, {
        email: buyer?.email ?? undefined,
        name: buyer?.name ?? undefined,
        phone: buyer?.phone ?? undefined,
        address: buyer?.address ?? undefined,
        method,
        customFields: {},
        acceptsTerms: true,
        wantsPromotions: false,
      });
      if (outcome.kind === 'declined') throw cardError(outcome.message, { code: 'card_declined' }).keepingWrites();
      return sessionsOf(stripe).get(session.id);
    },
  },
});

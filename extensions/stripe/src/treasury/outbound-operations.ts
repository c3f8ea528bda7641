import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule, OperationHandler } from '../kernel/module';
import {
  outboundTable,
  postOutbound,
  returnOutbound,
  sendOutbound,
  stopOutbound,
  type GivenOutbound,
  type Outbound,
  type OutboundKind,
} from './outbound';
import { financialAccountTable } from './ledger';

/** https://docs.stripe.com/api/treasury/outbound_payments and https://docs.stripe.com/api/treasury/outbound_transfers, with what tests do to them. */
export const outboundFlows: DefineModule = (stripe) => ({
  operations: { ...operationsOf(stripe, 'outbound_payment'), ...operationsOf(stripe, 'outbound_transfer') },
});

function operationsOf(stripe: Backend, kind: OutboundKind): Record<string, OperationHandler> {
  const table = outboundTable(stripe, kind);
  const path = `/v1/treasury/${kind}s`;
  const helper = `/v1/test_helpers/treasury/${kind}s/{id}`;
  return {
    [`POST ${path}`]: ({ params }) => sendOutbound(stripe, kind, params as unknown as GivenOutbound),
    [`GET ${path}`]: ({ params, url }) => {
      const { financial_account, customer, status } = params as unknown as Stripe.Treasury.OutboundPaymentListParams;
      financialAccountTable(stripe).get(financial_account, 'financial_account');
      return table.page(url, params, {
        by: { financial_account },
        where: (each) =>
          (status === undefined || each.status === status) &&
          (customer === undefined || ('customer' in each && each.customer === customer)),
      });
    },
    [`GET ${path}/{id}`]: ({ path: { id } }) => table.get(id!),
    [`POST ${path}/{id}/cancel`]: ({ path: { id } }) => stopOutbound(stripe, kind, id!, 'canceled'),
    [`POST ${helper}`]: ({ path: { id }, params }) => track(stripe, kind, table.get(id!), params),
    [`POST ${helper}/fail`]: ({ path: { id } }) => stopOutbound(stripe, kind, id!, 'failed'),
    [`POST ${helper}/post`]: ({ path: { id } }) => postOutbound(stripe, kind, id!),
    [`POST ${helper}/return`]: ({ path: { id }, params }) => {
      const { returned_details } = params as { readonly returned_details?: { readonly code?: string } };
      return returnOutbound(stripe, kind, id!, returned_details?.code ?? 'other');
    },
  };
}

function track(stripe: Backend, kind: OutboundKind, sent: Outbound, params: object): Outbound {
  if (sent.cancelable || sent.status === 'canceled' || sent.status === 'failed') {
    throw invalidRequest('Tracking details are there once the money is on its way, and not when it stays.', {
      param: 'tracking_details',
    });
  }
  const { tracking_details: given } = params as { readonly tracking_details: Outbound['tracking_details'] & object };
  const wire = { chips: null, imad: null, omad: null, ...given.us_domestic_wire };
  const tracking_details = { ...given, ...(given.type === 'us_domestic_wire' && { us_domestic_wire: wire }) };
  return outboundTable(stripe, kind).update(sent.id, { tracking_details }, `treasury.${kind}.tracking_details_updated`);
}

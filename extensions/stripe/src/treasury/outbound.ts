/** Money that is sent: to the own bank account (`outbound_transfer`) or to somebody else (`outbound_payment`). */
import type Stripe from 'stripe';
import { DAY } from '../billing/periods';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import { newObject } from '../kernel/resource';
import type { Table } from '../kernel/table';
import { makePaymentMethod } from '../resources/create-method';
import { bankDetails, bankMethod, billingOf, financialAccountDetails } from './bank-details';
import { checkFeature } from './features';
import { addEntry, cashOf, financialAccountTable, openTransaction } from './ledger';
import { inAccountOf } from './places';
import { receiveCredit } from './received';

export type OutboundKind = 'outbound_payment' | 'outbound_transfer';
export type Outbound = Stripe.Treasury.OutboundPayment | Stripe.Treasury.OutboundTransfer;
export type GivenOutbound = Stripe.Treasury.OutboundPaymentCreateParams;

const LONGEST_DESCRIPTOR = { ach: 10, stripe: 500, us_domestic_wire: 140 } as const;
type Network = keyof typeof LONGEST_DESCRIPTOR;

export function outboundTable(stripe: Backend, kind: OutboundKind): Table<Outbound> {
  return stripe.table<Outbound>(`treasury.${kind}`);
}

/** Sends money, with `created`; to another financial account it is there at once. Throws where there is not so much. */
export function sendOutbound(stripe: Backend, kind: OutboundKind, given: GivenOutbound): Outbound {
  const { amount, financial_account } = given;
  const currency = given.currency.toLowerCase();
  if (amount < 1) {
    throw invalidRequest('This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param: 'amount',
    });
  }
  const account = financialAccountTable(stripe).get(financial_account, 'financial_account');
  const { customer } = given;
  if (customer !== undefined) stripe.table('customer').get(customer, 'customer');
  const end = destinationOf(stripe, given);
  checkFeature(account, end.network === 'stripe' ? 'intra_stripe_flows' : `${kind}s.${end.network}`);
  const descriptor = given.statement_descriptor ?? (kind === 'outbound_transfer' ? 'transfer' : 'payment');
  if (descriptor.length > LONGEST_DESCRIPTOR[end.network]) {
    throw invalidRequest(`The statement descriptor must be at most ${LONGEST_DESCRIPTOR[end.network]} characters.`, {
      param: 'statement_descriptor',
    });
  }
  if (amount > cashOf(account, currency)) {
    throw invalidRequest(`The FinancialAccount ${account.id} has not enough funds for this.`, {
      code: 'insufficient_funds',
      param: 'amount',
    });
  }
  const id = stripe.newId(`treasury.${kind}`);
  const flow = { financial_account, amount: -amount, currency, flow: id, flow_type: kind };
  const description = given.description ?? null;
  const { id: transaction } = openTransaction(
    stripe,
    { ...flow, description: description ?? NAMES[kind] },
    { type: kind, impact: { cash: -amount, outbound_pending: amount }, status: 'open' },
  );
  const sent = newObject<Outbound>(
    stripe,
    `treasury.${kind}`,
    {},
    {
      id,
      amount,
      cancelable: end.network !== 'stripe',
      currency,
      ...(kind === 'outbound_payment' && { customer: customer ?? null, end_user_details: endUserOf(given) }),
      description,
      destination_payment_method: end.method,
      destination_payment_method_details: end.details,
      expected_arrival_date: stripe.now() + (end.network === 'ach' ? DAY : 0),
      financial_account,
      metadata: mergeMetadata(undefined, given.metadata),
      returned_details: null,
      statement_descriptor: descriptor,
      status: 'processing',
      status_transitions: { canceled_at: null, failed_at: null, posted_at: null, returned_at: null },
      tracking_details: null,
      transaction,
    },
  );
  outboundTable(stripe, kind).insert(sent);
  stripe.emit(`treasury.${kind}.created`, sent);
  return end.network === 'stripe' ? arrive(stripe, kind, sent, end.financialAccount!) : sent;
}

/** The money has left for good. */
export function postOutbound(stripe: Backend, kind: OutboundKind, id: string): Outbound {
  const sent = processing(stripe, kind, id);
  addEntry(stripe, sent.transaction as string, {
    type: `${kind}_posting`,
    impact: { outbound_pending: -sent.amount },
    status: 'posted',
  });
  return decide(stripe, kind, sent, 'posted');
}

/** The money stays: it was canceled, or the bank could not be reached. */
export function stopOutbound(stripe: Backend, kind: OutboundKind, id: string, status: 'canceled' | 'failed'): Outbound {
  const sent = processing(stripe, kind, id);
  addEntry(stripe, sent.transaction as string, {
    type: `${kind}_${status === 'canceled' ? 'cancellation' : 'failure'}`,
    impact: { cash: sent.amount, outbound_pending: -sent.amount },
    status: 'void',
  });
  return decide(stripe, kind, sent, status);
}

/** The money comes back from a bank that did not take it. */
export function returnOutbound(stripe: Backend, kind: OutboundKind, id: string, code: string): Outbound {
  const found = outboundTable(stripe, kind).get(id);
  const sent = found.status === 'posted' ? found : postOutbound(stripe, kind, id);
  const { amount, currency, financial_account } = sent;
  const { id: transaction } = openTransaction(
    stripe,
    { financial_account, amount, currency, description: `${NAMES[kind]} return`, flow: id, flow_type: kind },
    { type: `${kind}_return`, impact: { cash: amount }, status: 'posted' },
  );
  outboundTable(stripe, kind).update(id, { returned_details: { code, transaction } });
  return decide(stripe, kind, sent, 'returned');
}

const NAMES: Readonly<Record<OutboundKind, string>> = {
  outbound_payment: 'OutboundPayment',
  outbound_transfer: 'OutboundTransfer',
};

/** The other end is a financial account, too: it gets the money at once. */
function arrive(stripe: Backend, kind: OutboundKind, sent: Outbound, to: string): Outbound {
  const posted = postOutbound(stripe, kind, sent.id);
  inAccountOf(stripe, to, 'destination_payment_method_data[financial_account]', () =>
    receiveCredit(stripe, {
      amount: sent.amount,
      currency: sent.currency,
      description: sent.description ?? NAMES[kind],
      details: financialAccountDetails(sent.financial_account),
      financial_account: to,
      network: 'stripe',
      source: { source_flow: sent.id, source_flow_type: kind },
    }),
  );
  return posted;
}

function processing(stripe: Backend, kind: OutboundKind, id: string): Outbound {
  const sent = outboundTable(stripe, kind).get(id);
  if (sent.status === 'processing') return sent;
  throw invalidRequest(
    `The ${NAMES[kind]} ${id} has a status of ${sent.status}: only those that are processing can change.`,
  );
}

function decide(
  stripe: Backend,
  kind: OutboundKind,
  { id, status_transitions }: Outbound,
  status: 'canceled' | 'failed' | 'posted' | 'returned',
): Outbound {
  const decided = outboundTable(stripe, kind).update(id, {
    cancelable: false,
    status,
    status_transitions: { ...status_transitions, [`${status}_at`]: stripe.now() },
  });
  stripe.emit(`treasury.${kind}.${status}`, decided);
  return decided;
}

interface Destination {
  readonly network: Network;
  readonly method: string | null;
  readonly details: object;
  readonly financialAccount?: string;
}

function destinationOf(stripe: Backend, given: GivenOutbound): Destination {
  const { destination_payment_method: id, destination_payment_method_data: data } = given;
  const wanted = given.destination_payment_method_options?.us_bank_account;
  const network = ((wanted ? wanted.network : undefined) ?? 'ach') as Network;
  if (id !== undefined && data !== undefined) {
    throw invalidRequest('You may only give one of destination_payment_method and destination_payment_method_data.', {
      param: 'destination_payment_method',
    });
  }
  if (id !== undefined) {
    const method = bankMethod(stripe, id, 'destination_payment_method');
    return { network, method: method.id, details: bankDetails(method, network) };
  }
  if (data === undefined) throw parameterMissing('destination_payment_method');
  if (data.type === 'financial_account') {
    const to = data.financial_account;
    const param = 'destination_payment_method_data[financial_account]';
    if (to === undefined) throw parameterMissing(param);
    if (to === given.financial_account) {
      throw invalidRequest('A FinancialAccount cannot send money to itself.', { param });
    }
    const receiver = inAccountOf(stripe, to, param, () => financialAccountTable(stripe).get(to, param));
    if (receiver.status === 'closed') throw invalidRequest(`The FinancialAccount ${to} is closed.`, { param });
    const billing = data.billing_details && { billing_details: billingOf(data.billing_details) };
    return {
      network: 'stripe',
      method: null,
      details: { ...financialAccountDetails(to), ...billing },
      financialAccount: to,
    };
  }
  if (data.us_bank_account === undefined) throw parameterMissing('destination_payment_method_data[us_bank_account]');
  const { billing_details, us_bank_account } = data;
  const method = makePaymentMethod(stripe, { type: 'us_bank_account', billing_details, us_bank_account });
  return { network, method: null, details: bankDetails(method, network) };
}

function endUserOf({ end_user_details: user }: GivenOutbound): object {
  if (user?.present === true && user.ip_address === undefined) throw parameterMissing('end_user_details[ip_address]');
  return { ip_address: user?.ip_address ?? null, present: user?.present ?? false };
}

import type Stripe from 'stripe';
import { checkRecipients } from '../connect/recipients';
import { debitAccount } from '../connect/transfers';
import { cardError, invalidRequest, parameterMissing, type StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { checkEmail } from '../parameters/email';
import { methodTable } from '../resources/method-table';
import { resolveSource } from '../resources/resolve-method';
import { createToken } from '../resources/tokens';
import { bankBehavior } from './bank-accounts';
import { bankAccountTable, cardTable, sourceTable } from './card-source';
import { newCard } from './card-objects';
import { cardOf, type CardParams } from './cards';
import {
  announceCharge,
  bookCharge,
  charge,
  chargeTable,
  DAY,
  failPending,
  passPending,
  transferDataOf,
} from './charging';
import { declineError } from './declines';
import { followUp } from './follow-up';
import { heldByIntent } from './intent-state';
import { checkDescriptors } from './descriptors';
import { checkShares, shippingOf } from './intent-fields';
import { checkAmount, checkWhole, readCurrency } from './money';
import { releaseRest } from './refunds';

const CAPTURE_DAYS = 7;

/** The data of a card in the place of a token. */
type InlineCard = CardParams & Readonly<Record<string, unknown>>;

/** Charges a token, a source or a customer, as before payment intents. Throws a card error, keeping the failed charge. */
export function createCharge(stripe: Backend, params: Stripe.ChargeCreateParams): Stripe.Charge {
  return stripe.onClockOf(params.customer, () => make(stripe, params));
}

/** The recipient of a charge as it was named at first, as it is named now. */
function withRecipient(params: Stripe.ChargeCreateParams): Stripe.ChargeCreateParams {
  const { destination, ...rest } = params as Stripe.ChargeCreateParams & { readonly destination?: Recipient };
  if (!destination) return params;
  if (params.transfer_data) {
    throw invalidRequest('You may only specify one of these parameters: destination, transfer_data.', {
      param: 'destination',
    });
  }
  const { account, amount } =
    typeof destination === 'string' ? { account: destination, amount: undefined } : destination;
  return { ...rest, transfer_data: { destination: account, ...(amount !== undefined && { amount }) } };
}

type Recipient = string | { readonly account: string; readonly amount?: number };

function make(stripe: Backend, given: Stripe.ChargeCreateParams): Stripe.Charge {
  const params = withRecipient(given);
  const { amount, customer, capture = true } = params;
  if (amount === undefined) throw parameterMissing('amount');
  if (params.currency === undefined) throw parameterMissing('currency');
  const currency = readCurrency(params.currency);
  checkAmount(amount, currency);
  checkWhole(amount, currency);
  if (typeof params.source === 'string' && params.source.startsWith('acct_')) {
    return debitAccount(stripe, params.source, { ...params, currency });
  }
  const fee = params.application_fee_amount ?? params.application_fee;
  checkShares(amount, fee, params.transfer_data?.amount);
  checkRecipients(stripe, { ...params, application_fee_amount: fee });
  checkDescriptors(params);
  checkEmail(params.receipt_email, 'receipt_email');
  if (customer !== undefined) stripe.table('customer').get(customer, 'customer');
  const source = (params.source ?? defaultSource(stripe, customer)) as string | InlineCard;
  const sourceId = typeof source === 'string' ? source : createToken(stripe, { card: source }).id;
  // The card of a token is nobody’s yet, and a customer is charged by what is its own.
  const isForeign = customer !== undefined && params.source === sourceId && sourceId.startsWith('tok_');
  if (!stripe.isLoose && isForeign) throw notLinked(customer, sourceId);
  const method = resolveSource(stripe, sourceId);
  if (!stripe.isLoose && method.customer !== null && idOf(method.customer) !== customer) {
    throw notLinked(customer ?? '', sourceId);
  }
  const isDebit = method.type !== 'card';
  const { charge: made, decline } = charge(stripe, {
    amount,
    currency,
    method,
    capture,
    customer: customer ?? idOf(method.customer) ?? null,
    isPending: isDebit,
    fields: {
      ...(isDebit && { payment_method_details: debitDetails(method) }),
      description: params.description ?? null,
      metadata: mergeMetadata(undefined, params.metadata),
      receipt_email: params.receipt_email ?? null,
      shipping: shippingOf(params.shipping),
      source: shownSource(stripe, sourceId, method),
      statement_descriptor: params.statement_descriptor ?? null,
      statement_descriptor_suffix: params.statement_descriptor_suffix ?? null,
      on_behalf_of: params.on_behalf_of ?? null,
      transfer_data: transferDataOf(params.transfer_data),
      transfer_group: params.transfer_group ?? null,
      application_fee_amount: fee ?? null,
    },
  });
  if (decline) {
    announceCharge(stripe, made.id);
    throw declineError(decline).keepingWrites({
      charge: made.id,
      ...(decline.advice !== undefined && { advice_code: decline.advice }),
    });
  }
  if (isDebit) return debit(stripe, made.id, method);
  if (capture) bookCharge(stripe, made.id, amount);
  else stripe.jobs.schedule('charge.expire', made.id, stripe.now() + CAPTURE_DAYS * DAY);
  announceCharge(stripe, made.id);
  followUp(stripe, made.id);
  return chargeTable(stripe).get(made.id);
}

/** The error of a source that is not the customer’s. */
function notLinked(customer: string, source: string): StripeError {
  return invalidRequest(`Customer ${customer} does not have a linked source with ID ${source}.`, {
    code: 'missing',
    param: 'source',
  });
}

/** What a debit of old says of the bank account. */
function debitDetails({ us_bank_account: bank }: Stripe.PaymentMethod): Stripe.Charge.PaymentMethodDetails {
  return {
    ach_debit: {
      account_holder_type: bank?.account_holder_type ?? null,
      bank_name: bank?.bank_name ?? null,
      country: 'US',
      fingerprint: bank?.fingerprint ?? null,
      last4: bank?.last4 ?? null,
      routing_number: bank?.routing_number ?? null,
    },
    type: 'ach_debit',
  };
}

/** A debit is under way until the bank has answered. */
function debit(stripe: Backend, id: string, method: Stripe.PaymentMethod): Stripe.Charge {
  announceCharge(stripe, id);
  const { delay } = bankBehavior(methodTable(stripe).hidden(method.id)?.account);
  // Banks keep to the time of the world, whatever clock a customer is on.
  if (Number.isFinite(delay)) {
    stripe.as({ clock: null }, () => stripe.jobs.schedule('charge.settle', id, stripe.now() + delay));
  }
  return chargeTable(stripe).get(id);
}

/** Ends a debit, as the number of its bank account says. */
function settle(stripe: Backend, id: string): void {
  const table = chargeTable(stripe);
  const made = table.find(id);
  if (made?.status !== 'pending') return;
  const { failure } = bankBehavior(table.hidden(id)?.account);
  if (failure) {
    failPending(stripe, id, failure);
    return;
  }
  passPending(stripe, id);
  bookCharge(stripe, id, made.amount);
  announceCharge(stripe, id);
  followUp(stripe, id);
}

function defaultSource(stripe: Backend, customer: string | undefined): string {
  if (customer === undefined) {
    throw invalidRequest('Must provide source or customer.', { code: 'parameter_missing' });
  }
  const source = idOf(stripe.table<Stripe.Customer>('customer').get(customer, 'customer').default_source);
  if (source !== undefined) return source;
  const hasMethod = methodTable(stripe).first({ by: { customer } }) !== undefined;
  throw cardError(
    hasMethod
      ? "This Customer doesn't have any legacy saved payment details, but does have a Payment Method attached. Use a Payment Intent instead of creating a Charge: https://stripe.com/docs/payments/payment-intents/migration"
      : "This Customer doesn't have any saved payment details. Attach a legacy Token, Card, Bank Account, or Source to this Customer and then try this request again, or use Payment Intents and Payment Methods instead.",
    { code: 'missing', param: 'card' },
  );
}

/** What the charge shows as its `source`: the card, even where it came as a token. */
function shownSource(stripe: Backend, id: string, method: Stripe.PaymentMethod): Stripe.CustomerSource {
  if (id.startsWith('card_')) return cardTable(stripe).get(id);
  if (id.startsWith('src_')) return sourceTable(stripe).get(id);
  if (id.startsWith('ba_')) return bankAccountTable(stripe).get(id);
  const { card, billing_details: billing } = method;
  const secret = methodTable(stripe).hidden(method.id);
  const number = secret?.number ?? '4242424242424242';
  const data = cardOf(number, {
    month: card?.exp_month ?? 1,
    year: card?.exp_year ?? 1,
    hasCvc: secret?.hasCvc ?? false,
  });
  const { address } = billing;
  const shown = newCard(stripe, data, {
    name: billing.name,
    address_city: address?.city,
    address_country: address?.country,
    address_line1: address?.line1,
    address_line2: address?.line2,
    address_state: address?.state,
    address_zip: address?.postal_code,
  });
  return { ...shown, id: method.id };
}

function capture(stripe: Backend, id: string, params: Stripe.ChargeCaptureParams): Stripe.Charge {
  const table = chargeTable(stripe);
  const made = table.get(id);
  if (made.captured) {
    throw invalidRequest(`Charge ${id} has already been captured.`, { code: 'charge_already_captured' });
  }
  if (made.status === 'failed') throw invalidRequest(`Charge ${id} could not be captured because it failed.`);
  const intent = idOf(made.payment_intent);
  if (intent !== undefined) throw heldByIntent(intent, 'capture the PaymentIntent instead.');
  if (made.refunded)
    throw invalidRequest(`Charge ${id} has already been refunded.`, { code: 'charge_already_refunded' });
  const { amount = made.amount } = params;
  if (amount > made.amount) {
    throw invalidRequest('Capture amount must be less than or equal to the amount originally charged.', {
      code: 'amount_too_large',
      param: 'amount',
    });
  }
  checkAmount(amount, made.currency);
  stripe.jobs.cancel(id);
  const fee = params.application_fee_amount ?? params.application_fee;
  table.update(id, {
    captured: true,
    amount_captured: amount,
    amount_refunded: made.amount - amount,
    ...(params.receipt_email !== undefined && { receipt_email: params.receipt_email }),
    ...(params.statement_descriptor !== undefined && { statement_descriptor: params.statement_descriptor }),
    ...(params.transfer_group !== undefined && { transfer_group: params.transfer_group }),
    ...(fee !== undefined && { application_fee_amount: fee }),
  });
  releaseRest(stripe, id);
  const captured = bookCharge(stripe, id, amount);
  stripe.emit('charge.captured', captured);
  return captured;
}

function update(stripe: Backend, id: string, params: Stripe.ChargeUpdateParams): Stripe.Charge {
  const table = chargeTable(stripe);
  const before = table.get(id);
  const { metadata, customer, fraud_details: fraud, shipping } = params;
  if (customer !== undefined) checkCustomer(stripe, before, customer);
  const intent = idOf(before.payment_intent);
  if (params.transfer_group !== undefined && intent !== undefined) {
    throw invalidRequest(
      `This Charge was created by a PaymentIntent (${intent}). You must update the \`transfer_group\` on the PaymentIntent instead of updating the Charge directly. See https://stripe.com/docs/api#update_payment_intent`,
    );
  }
  return table.update(
    id,
    {
      ...(metadata !== undefined && { metadata: mergeMetadata(before.metadata, metadata) }),
      ...(customer !== undefined && { customer }),
      ...(params.description !== undefined && { description: params.description }),
      ...(params.receipt_email !== undefined && { receipt_email: params.receipt_email }),
      ...(params.transfer_group !== undefined && { transfer_group: params.transfer_group }),
      ...(fraud !== undefined && { fraud_details: { ...fraud } as Stripe.Charge.FraudDetails }),
      ...(shipping !== undefined && { shipping: shippingOf(shipping) as Stripe.Charge.Shipping }),
    },
    'charge.updated',
  );
}

/** A charge has a customer once. */
function checkCustomer(stripe: Backend, { id, customer: owner }: Stripe.Charge, customer: string): void {
  stripe.table('customer').get(customer, 'customer');
  if (owner === null || idOf(owner) === customer) return;
  throw invalidRequest(`Charge ${id} already has a customer, which cannot be changed.`, { param: 'customer' });
}

/** https://docs.stripe.com/api/charges */
export const charges: DefineModule = (stripe) => {
  const table = chargeTable(stripe);
  return {
    operations: {
      'POST /v1/charges': ({ params }) => createCharge(stripe, params),
      'GET /v1/charges': ({ url, params }) => {
        const { customer, payment_intent, transfer_group } = params as Stripe.ChargeListParams;
        return table.page(url, params, { by: { payment_intent, customer, transfer_group } });
      },
      'GET /v1/charges/{id}': ({ path }) => table.get(path['id']!),
      'POST /v1/charges/{id}': ({ path, params }) => update(stripe, path['id']!, params),
      'POST /v1/charges/{id}/capture': ({ path, params }) => capture(stripe, path['id']!, params),
    },
    jobs: {
      'charge.settle': (each, { subject }) => settle(each, subject),
      'charge.expire': (each, { subject }) => {
        const charges = chargeTable(each);
        const made = charges.find(subject);
        if (made === undefined || made.captured || made.refunded) return;
        const expired = charges.update(subject, { refunded: true, amount_refunded: made.amount });
        releaseRest(each, subject);
        each.emit('charge.expired', expired);
      },
    },
  };
};

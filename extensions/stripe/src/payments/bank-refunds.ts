/** Refunds to a bank account that the customer is asked for by email: https://docs.stripe.com/refunds and /payments/customer-balance/refunding. */
import type Stripe from 'stripe';
import { invalidRequest, parameterMissing, type StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import { idOf } from '../kernel/objects';
import { checkEmail } from '../parameters/email';
import { emailOf } from '../resources/customer-email';
import { availableCash, moveCash } from './cash-movements';
import { DAY } from './charging';
import { refundTable, type RefundParams } from './refund-table';
import { transferTypeOf } from './transfer-types';

/** Ways to pay that money does not go back on. */
const ONE_WAY = ['customer_balance', 'konbini', 'multibanco', 'promptpay'];
/** For how long a customer may leave the email unanswered. */
const DAYS_TO_ANSWER = 45;

/** Where money goes that a bank transfers: the kind of transfer is that of the currency. */
export function bankDestination(currency: string): Stripe.Refund.DestinationDetails {
  const type = transferTypeOf(currency);
  return { [type]: { reference: null, reference_status: null }, type };
}

/** What a refund waits for where the bank account of the customer is not known. Throws where nobody can be asked for it. */
export function askForAccount(
  stripe: Backend,
  charge: Stripe.Charge,
  given: string | undefined,
): Partial<Stripe.Refund> | undefined {
  if (!ONE_WAY.includes(charge.payment_method_details?.type ?? 'card')) return undefined;
  const email = given ?? charge.billing_details.email ?? emailOf(stripe, idOf(charge.customer));
  if (email === undefined) throw nobodyToAsk();
  return { ...waiting(stripe, email), destination_details: bankDestination(charge.currency) };
}

function waiting(stripe: Backend, email: string): Partial<Stripe.Refund> {
  checkEmail(email, 'instructions_email');
  return {
    instructions_email: email,
    next_action: {
      display_details: {
        email_sent: { email_sent_at: stripe.now(), email_sent_to: email },
        expires_at: stripe.now() + DAYS_TO_ANSWER * DAY,
      },
      type: 'display_details',
    },
    status: 'requires_action',
  };
}

function nobodyToAsk(): StripeError {
  return invalidRequest(
    'You must provide an `instructions_email`, or a customer with an email address: the customer is asked for the bank account that the refund goes to.',
    { code: 'parameter_missing', param: 'instructions_email' },
  );
}

/** Sets the time at which a refund ends that nobody answers for. */
export function scheduleExpiry(stripe: Backend, { id, status }: Stripe.Refund): void {
  if (status === 'requires_action') stripe.jobs.schedule('refund.expire', id, stripe.now() + DAYS_TO_ANSWER * DAY);
}

/** Gives back what a customer has in the cash balance and spent for nothing. Throws for more than there is. */
export function returnCash(stripe: Backend, params: RefundParams): Stripe.Refund {
  const { customer: id } = params;
  if (id === undefined) throw parameterMissing('customer');
  if (params.currency === undefined) throw parameterMissing('currency');
  const customer = stripe.table<Stripe.Customer>('customer').get(id, 'customer');
  const currency = params.currency.toLowerCase();
  const available = availableCash(stripe, id)?.[currency] ?? 0;
  const { amount = available } = params;
  if (amount > available || available === 0) {
    throw invalidRequest('The customer does not have enough funds in their cash balance.', {
      code: 'insufficient_funds',
      param: 'amount',
    });
  }
  const email = params.instructions_email ?? customer.email ?? undefined;
  if (email === undefined) throw nobodyToAsk();
  const refund = refundTable(stripe).insert({
    id: stripe.newId('refund'),
    object: 'refund',
    amount,
    balance_transaction: null,
    charge: null,
    created: stripe.now(),
    currency,
    customer: id,
    customer_account: null,
    destination_details: bankDestination(currency),
    metadata: mergeMetadata(undefined, params.metadata),
    payment_intent: null,
    payment_method: null,
    reason: params.reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    transfer_reversal: null,
    ...waiting(stripe, email),
  } as unknown as Stripe.Refund);
  stripe.emit('refund.created', refund);
  moveCash(stripe, id, -amount, currency, { type: 'return_initiated' });
  scheduleExpiry(stripe, refund);
  return refund;
}

/** Puts what was to leave the cash balance back. */
export function keepCash(stripe: Backend, { amount, currency, customer }: Stripe.Refund): void {
  moveCash(stripe, idOf(customer)!, amount, currency, { type: 'return_canceled' });
}

/** A refund of a transfer that nobody fetched stays with the customer, as money to spend. */
export function leaveInCash(stripe: Backend, { id, amount, currency }: Stripe.Refund, customer: string): void {
  moveCash(stripe, customer, amount, currency, {
    type: 'refunded_from_payment',
    refunded_from_payment: { refund: id },
  });
}

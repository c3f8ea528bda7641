/** Takes money: from here on there is a charge, whether the bank agreed or not. */
import type Stripe from 'stripe';
import { accountDescriptors } from '../connect/account-descriptors';
import { refusedCheck } from '../connect/decline-settings';
import { applicationFee, applicationOf } from '../connect/fees';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import type { Table } from '../kernel/table';
import { judge } from '../radar/rules';
import { methodTable, billingDetails } from '../resources/method-table';
import { addBalanceTransaction, pendingUntil, stripeFee } from './balance';
import { behaviorOf, chargeDecline, type CardSecret } from './cards';
import { methodDetails, outcomeOf, type Approval } from './charge-details';
import { DECLINES, type Decline } from './declines';
import { LONGEST_DESCRIPTOR } from './descriptors';

export const DAY = 24 * 60 * 60;

/** For how many days a bank holds money back: fewer for a card that was there, more for loans and where it was asked to. */
export function captureDays(type: string, options?: Stripe.PaymentIntent.PaymentMethodOptions.Card): number {
  if (options?.request_extended_authorization === 'if_available') return 30;
  return HELD_DAYS[type] ?? 7;
}

/** The types that are held for another time than cards are: https://docs.stripe.com/payments/place-a-hold-on-a-payment-method. */
const HELD_DAYS: Readonly<Record<string, number>> = { affirm: 30, afterpay_clearpay: 13, card_present: 2, klarna: 28 };

/** What is kept beside a charge. */
export interface ChargeSecret extends CardSecret {
  /** The number of the bank account. */
  readonly account?: string;
}

/** What of a charge goes to another account, as the charge shows it. */
export function transferDataOf(
  given: { readonly amount?: number | null; readonly destination: string | Stripe.Account } | null | undefined,
): Stripe.Charge.TransferData | null {
  return given ? { amount: given.amount ?? null, destination: given.destination } : null;
}

export function chargeTable(stripe: Backend): Table<Stripe.Charge, ChargeSecret> {
  return stripe.table<Stripe.Charge, ChargeSecret>('charge');
}

export interface Attempt {
  readonly amount: number;
  readonly currency: string;
  readonly method: Stripe.PaymentMethod;
  readonly capture: boolean;
  readonly customer: string | null;
  /** Fields of the charge that its intent, or the client, decides. */
  readonly fields: Partial<Stripe.Charge>;
  readonly isAuthenticated?: boolean;
  /** Why the payment fails before the bank is asked. */
  readonly decline?: Decline | undefined;
  readonly mandate?: string | null;
  readonly options?: Stripe.PaymentIntent.PaymentMethodOptions.Card | undefined;
  readonly presentOptions?: Stripe.PaymentIntent.PaymentMethodOptions.CardPresent | undefined;
  /** The payment will be decided later. */
  readonly isPending?: boolean;
}

export interface Charged {
  readonly charge: Stripe.Charge;
  readonly decline?: Decline;
}

/**
 * Charges a payment method, and sends `charge.succeeded`, `charge.failed` or `charge.pending`. What is captured is not yet booked:
 * that is up to {@link bookCharge}, for which there is a moment of its own.
 */
export function charge(stripe: Backend, attempt: Attempt): Charged {
  const { amount, currency, method, capture, customer, fields, isAuthenticated = false, isPending = false } = attempt;
  const secret = methodTable(stripe).hidden(method.id);
  const judged = { method, customer, description: fields.description, number: secret?.number };
  const decline =
    attempt.decline ??
    (isPending ? undefined : judge(stripe, judged, declineOf(secret, isAuthenticated) ?? refusedCheck(stripe, secret)));
  const paid = decline === undefined && !isPending;
  const isCard = method.type === 'card' || secret?.presented !== undefined;
  const id = isCard ? stripe.newId('charge') : stripe.platform.ids.next('py', 24);
  const made = {
    id,
    object: 'charge',
    amount,
    amount_captured: capture && decline === undefined ? amount : 0,
    amount_refunded: 0,
    application: applicationOf(stripe),
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: billingDetails(method.billing_details),
    calculated_statement_descriptor: isCard ? descriptorOf(stripe, fields) : null,
    captured: capture && decline === undefined,
    created: stripe.now(),
    currency,
    customer,
    description: null,
    destination: null,
    dispute: null,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: {},
    on_behalf_of: null,
    order: null,
    outcome: outcomeOf(secret, decline),
    paid,
    payment_intent: null,
    payment_method: method.id,
    payment_method_details: methodDetails(method, {
      amount,
      secret,
      isAuthenticated,
      mandate: attempt.mandate ?? null,
      captureBefore: capture
        ? undefined
        : stripe.now() + captureDays(method.type, isCard ? attempt.options : undefined) * DAY,
      options: attempt.options,
      presentOptions: attempt.presentOptions,
      approval: decline === undefined && method.type === 'card' ? newApproval(stripe) : undefined,
    }),
    radar_options: {},
    receipt_email: null,
    receipt_number: null,
    receipt_url: paid ? receiptUrl(stripe, id) : null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: decline !== undefined ? 'failed' : isPending ? 'pending' : 'succeeded',
    transfer_data: null,
    transfer_group: null,
    ...fields,
  } as unknown as Stripe.Charge;
  chargeTable(stripe).insert(made, secret);
  return { charge: made, ...(decline !== undefined && { decline }) };
}

function declineOf(secret: ChargeSecret | undefined, isAuthenticated: boolean): Decline | undefined {
  const { declinesAuthenticated } = behaviorOf(secret);
  if (isAuthenticated && declinesAuthenticated !== undefined) return DECLINES[declinesAuthenticated];
  return chargeDecline(secret);
}

function receiptUrl(stripe: Backend, id: string): string {
  return stripe.pageUrl(`receipts/${id}`);
}

/** The money of a charge that was under way has come. */
export function passPending(stripe: Backend, id: string): void {
  chargeTable(stripe).update(id, { status: 'succeeded', paid: true, receipt_url: receiptUrl(stripe, id) });
}

/** The money of a charge that was under way does not come: says so, with `charge.failed`. */
export function failPending(stripe: Backend, id: string, { code, message }: Decline): void {
  chargeTable(stripe).update(id, {
    amount_captured: 0,
    status: 'failed',
    captured: false,
    failure_code: code,
    failure_message: message,
  });
  announceCharge(stripe, id);
}

/** Says what became of a charge. */
export function announceCharge(stripe: Backend, id: string): void {
  const made = chargeTable(stripe).get(id);
  stripe.emit(`charge.${made.status}`, made);
}

/** Books what was captured of a charge; the first booking is the one that the charge names. */
export function bookCharge(stripe: Backend, id: string, amount: number, event?: string): Stripe.Charge {
  const table = chargeTable(stripe);
  const made = table.get(id);
  const type = made.payment_method_details?.type ?? 'card';
  const transaction = addBalanceTransaction(stripe, {
    amount,
    currency: made.currency,
    type: id.startsWith('py_') ? 'payment' : 'charge',
    source: id,
    fees: [stripeFee(amount, made.currency, type), ...platformFee(stripe, made)],
    description: made.description,
    ...(behaviorOf(table.hidden(id)).bypassPending !== true && { available_on: pendingUntil(stripe) }),
  });
  if (made.balance_transaction !== null) return made;
  return table.update(id, { balance_transaction: transaction.id }, event);
}

/** What the platform takes of a charge of a connected account. */
function platformFee(
  stripe: Backend,
  { application_fee_amount: fee, balance_transaction: booked, currency }: Stripe.Charge,
) {
  return stripe.account === PLATFORM_ACCOUNT || fee === null || fee === 0 || booked !== null
    ? []
    : [applicationFee(fee, currency)];
}

/** What stands on the statement of who paid by card. */
export function descriptorOf(
  stripe: Backend,
  { on_behalf_of: principal, statement_descriptor: own, statement_descriptor_suffix: suffix }: Partial<Stripe.Charge>,
): string {
  const { whole, prefix } = accountDescriptors(stripe, idOf(principal));
  return (suffix ? `${prefix}* ${suffix}` : (own ?? whole)).slice(0, LONGEST_DESCRIPTOR);
}

const CODE_DIGITS = 6;
const TRANSACTION_DIGITS = 15;

function newApproval(stripe: Backend): Approval {
  const number = stripe.platform.ids.number('charge.approval');
  const digits = (length: number): string => String(number).padStart(length, '0');
  return { code: digits(CODE_DIGITS), transaction: `1${digits(TRANSACTION_DIGITS - 1)}` };
}

import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { idOf, type StripeObject } from '../kernel/objects';
import type { Table } from '../kernel/table';
import { blank } from '../spec/shapes';
import { completeAction, intentTable, methodOf } from '../payments/intents';

type Transaction = Stripe.CustomerCashBalanceTransaction;
type Mode = Stripe.CashBalance.Settings.ReconciliationMode;

/** How the transfers of a customer are used, where it is not as usual. It is kept by customer. */
interface OwnMode extends StripeObject {
  readonly mode: Mode;
}

/** What customers have transferred, by customer: https://docs.stripe.com/payments/customer-balance. */
export const cashBalances: DefineModule = (stripe) => {
  const customers = stripe.table<Stripe.Customer>('customer');
  const transactions = stripe.table<Transaction>('customer_cash_balance_transaction');
  return {
    operations: {
      'GET /v1/customers/{customer}/cash_balance': ({ path }) =>
        cashBalance(stripe, customers.get(path['customer']!).id),
      'POST /v1/customers/{customer}/cash_balance': ({ path, params }) => {
        const { id } = customers.get(path['customer']!);
        const { settings } = params as Stripe.CustomerUpdateCashBalanceParams;
        if (settings?.reconciliation_mode) setMode(stripe, id, settings.reconciliation_mode);
        return cashBalance(stripe, id);
      },
      'POST /v1/payment_intents/{intent}/apply_customer_balance': ({ path, params }) => {
        const intent = intentTable(stripe).get(path['intent']!);
        const { amount, currency } = params as Stripe.PaymentIntentApplyCustomerBalanceParams;
        return stripe.onClockOf(idOf(intent.customer), () => applyByHand(stripe, intent, amount, currency));
      },
      'GET /v1/customers/{customer}/cash_balance_transactions': ({ path, params, url }) =>
        transactions.page(url, params, { by: { customer: customers.get(path['customer']!).id } }),
      'GET /v1/customers/{customer}/cash_balance_transactions/{transaction}': ({ path }) =>
        transactions.get(path['transaction']!),
      'POST /v1/test_helpers/customers/{customer}/fund_cash_balance': ({ path, params }) => {
        const { id } = customers.get(path['customer']!);
        const { amount, currency } = params as { readonly amount: number; readonly currency: string };
        if (amount <= 0) {
          throw invalidRequest('This value must be greater than or equal to 1.', {
            code: 'parameter_invalid_integer',
            param: 'amount',
          });
        }
        return stripe.onClockOf(id, () => fund(stripe, id, amount, currency.toLowerCase()));
      },
    },
  };
};

function cashBalance(stripe: Backend, customer: string): Stripe.CashBalance {
  const available: Record<string, number> = {};
  const table = stripe.table<Transaction>('customer_cash_balance_transaction');
  for (const { currency, net_amount: net } of table.values({ by: { customer } })) {
    available[currency] = (available[currency] ?? 0) + net;
  }
  const own = modeTable(stripe).find(customer);
  return {
    object: 'cash_balance',
    available: Object.keys(available).length === 0 ? null : available,
    customer,
    customer_account: null,
    livemode: false,
    settings: { reconciliation_mode: own?.mode ?? 'automatic', using_merchant_default: own === undefined },
  } as unknown as Stripe.CashBalance;
}

/** A transfer has come in: it pays what waits for it, the oldest first, and the rest can be spent. */
function fund(stripe: Backend, customer: string, amount: number, currency: string): Transaction {
  const funded = book(stripe, customer, amount, currency, {
    type: 'funded',
    funded: { bank_transfer: { reference: null, type: `${currency.slice(0, 2)}_bank_transfer` } },
  });
  const waiting = [...intentTable(stripe).values({ by: { customer } })].reverse().filter((intent) => {
    return (
      intent.status === 'requires_action' &&
      intent.currency === currency &&
      methodOf(stripe, intent)?.type === 'customer_balance'
    );
  });
  const isByHand = modeTable(stripe).find(customer)?.mode === 'manual';
  for (const intent of isByHand ? [] : waiting) {
    const has = cashBalance(stripe, customer).available?.[currency] ?? 0;
    if (has === 0) break;
    apply(stripe, customer, intent, has);
  }
  const left = cashBalance(stripe, customer);
  if ((left.available?.[currency] ?? 0) > 0) stripe.emit('cash_balance.funds_available', left);
  return funded;
}

/** Pays an intent out of what the customer has, as somebody asks. Throws where there is not so much, or so much to pay. */
function applyByHand(
  stripe: Backend,
  intent: Stripe.PaymentIntent,
  amount: number | undefined,
  currency = intent.currency,
): Stripe.PaymentIntent {
  const customer = idOf(intent.customer);
  const isWaiting = intent.status === 'requires_action' && methodOf(stripe, intent)?.type === 'customer_balance';
  if (customer === undefined || !isWaiting) {
    throw invalidRequest(`This PaymentIntent does not wait for a bank transfer: its status is ${intent.status}.`, {
      code: 'payment_intent_unexpected_state',
    });
  }
  if (currency.toLowerCase() !== intent.currency) {
    throw invalidRequest(`The PaymentIntent is in ${intent.currency}.`, { param: 'currency' });
  }
  const has = cashBalance(stripe, customer).available?.[intent.currency] ?? 0;
  const wanted = amount ?? Math.min(has, owedFor(stripe, customer, intent));
  if (wanted < 1 || wanted > has) {
    throw invalidRequest(`The cash balance of the customer (${has}) is less than the amount.`, {
      code: 'insufficient_funds',
      param: 'amount',
    });
  }
  if (wanted > owedFor(stripe, customer, intent)) {
    throw invalidRequest('The amount is more than what remains to be paid.', { param: 'amount' });
  }
  apply(stripe, customer, intent, wanted);
  return intentTable(stripe).get(intent.id);
}

function modeTable(stripe: Backend): Table<OwnMode> {
  return stripe.table<OwnMode>('cash_balance_mode');
}

function setMode(stripe: Backend, customer: string, mode: Mode | 'merchant_default'): void {
  const table = modeTable(stripe);
  table.remove(customer);
  if (mode !== 'merchant_default') table.insert({ id: customer, object: 'cash_balance_mode', mode });
}

/** What remains to be paid of an intent. */
function owedFor(stripe: Backend, customer: string, intent: Stripe.PaymentIntent): number {
  const table = stripe.table<Transaction>('customer_cash_balance_transaction');
  let owed = intent.amount;
  for (const each of table.values({ by: { customer } })) {
    if (each.applied_to_payment?.payment_intent === intent.id) owed += each.net_amount;
  }
  return owed;
}

function apply(stripe: Backend, customer: string, intent: Stripe.PaymentIntent, has: number): void {
  const owed = owedFor(stripe, customer, intent);
  const applied = Math.min(has, owed);
  book(stripe, customer, -applied, intent.currency, {
    type: 'applied_to_payment',
    applied_to_payment: { payment_intent: intent.id },
  });
  if (applied === owed) {
    completeAction(stripe, intent.id, true);
    return;
  }
  const { next_action: action } = intent;
  const instructions = action?.display_bank_transfer_instructions;
  const partly = intentTable(stripe).update(intent.id, {
    next_action: {
      ...action,
      display_bank_transfer_instructions: { ...instructions, amount_remaining: owed - applied },
    } as unknown as Stripe.PaymentIntent.NextAction,
  });
  stripe.emit('payment_intent.partially_funded', partly);
}

/** One movement, with what is in the balance after it. */
function book(stripe: Backend, customer: string, net: number, currency: string, details: object): Transaction {
  const before = cashBalance(stripe, customer).available?.[currency] ?? 0;
  const transaction = {
    ...blank('customer_cash_balance_transaction'),
    id: stripe.newId('customer_cash_balance_transaction'),
    created: stripe.now(),
    currency,
    customer,
    ending_balance: before + net,
    net_amount: net,
    ...details,
  } as unknown as Transaction;
  stripe.table<Transaction>('customer_cash_balance_transaction').insert(transaction);
  stripe.emit('customer_cash_balance_transaction.created', transaction);
  return transaction;
}

import type { Collection } from 'backlot';
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { blank } from '../spec/shapes';
import { completeAction } from '../payments/attempt-payment';
import { intentTable, methodOf } from '../payments/intents';

type Transaction = Stripe.CustomerCashBalanceTransaction;

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
        const { reconciliation_mode: mode } = (params as Stripe.CustomerUpdateCashBalanceParams).settings ?? {};
        if (mode === 'merchant_default') modesOf(stripe).delete(id);
        else if (mode !== undefined) modesOf(stripe).put(id, mode);
        return cashBalance(stripe, id);
      },
      'POST /v1/payment_intents/{intent}/apply_customer_balance': ({ path, params }) =>
        applyByHand(stripe, path['intent']!, params),
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
  return {
    object: 'cash_balance',
    available: Object.keys(available).length === 0 ? null : available,
    customer,
    customer_account: null,
    livemode: false,
    settings: { reconciliation_mode: modeOf(stripe, customer), using_merchant_default: !modesOf(stripe).has(customer) },
  } as unknown as Stripe.CashBalance;
}

/** A transfer has come in: it pays what waits for it, the oldest first, and the rest can be spent. */
function fund(stripe: Backend, customer: string, amount: number, currency: string): Transaction {
  const funded = book(stripe, customer, amount, currency, {
    type: 'funded',
    funded: { bank_transfer: { reference: null, type: `${currency.slice(0, 2)}_bank_transfer` } },
  });
  const waiting = [...intentTable(stripe).values({ by: { customer } })]
    .reverse()
    .filter((intent) => intent.currency === currency && waitsForTransfer(stripe, intent));
  for (const intent of modeOf(stripe, customer) === 'automatic' ? waiting : []) {
    const has = cashBalance(stripe, customer).available?.[currency] ?? 0;
    if (has === 0) break;
    apply(stripe, customer, intent, has);
  }
  const left = cashBalance(stripe, customer);
  if ((left.available?.[currency] ?? 0) > 0) stripe.emit('cash_balance.funds_available', left);
  return funded;
}

/** Which customers have their transfers applied in another way than the usual one, and in which. */
function modesOf(stripe: Backend): Collection<string> {
  return stripe.state.collection<string>('cash_balance_mode');
}

function modeOf(stripe: Backend, customer: string): string {
  return modesOf(stripe).get(customer) ?? 'automatic';
}

function waitsForTransfer(stripe: Backend, intent: Stripe.PaymentIntent): boolean {
  return intent.status === 'requires_action' && methodOf(stripe, intent)?.type === 'customer_balance';
}

/** Pays an intent from what its customer has transferred, or a part of it: the rest has to come. Throws for more than there is. */
function applyByHand(
  stripe: Backend,
  id: string,
  { amount, currency }: Stripe.PaymentIntentApplyCustomerBalanceParams,
): Stripe.PaymentIntent {
  const intent = intentTable(stripe).get(id);
  const customer = idOf(intent.customer);
  if (customer === undefined || !waitsForTransfer(stripe, intent)) {
    throw invalidRequest(
      `This PaymentIntent's balance cannot be applied because it has a status of ${intent.status}. Only a PaymentIntent of the type customer_balance with the status requires_action can be funded.`,
      { code: 'payment_intent_unexpected_state' },
    );
  }
  if (currency !== undefined && currency.toLowerCase() !== intent.currency) {
    throw invalidRequest('The currency must be that of the PaymentIntent.', { param: 'currency' });
  }
  const has = cashBalance(stripe, customer).available?.[intent.currency] ?? 0;
  const owed = owedOf(stripe, customer, intent);
  const wanted = amount ?? Math.min(owed, has);
  if (wanted > owed) {
    throw invalidRequest('The amount is more than what remains to be paid.', { param: 'amount' });
  }
  if (wanted > has || has === 0) {
    throw invalidRequest('The customer does not have enough funds in their cash balance.', {
      code: 'insufficient_funds',
      param: 'amount',
    });
  }
  stripe.onClockOf(customer, () => apply(stripe, customer, intent, wanted));
  return intentTable(stripe).get(id);
}

/** What has not been paid of an intent. */
function owedOf(stripe: Backend, customer: string, intent: Stripe.PaymentIntent): number {
  const table = stripe.table<Transaction>('customer_cash_balance_transaction');
  let owed = intent.amount;
  for (const each of table.values({ by: { customer } })) {
    if (each.applied_to_payment?.payment_intent === intent.id) owed += each.net_amount;
  }
  return owed;
}

function apply(stripe: Backend, customer: string, intent: Stripe.PaymentIntent, has: number): void {
  const owed = owedOf(stripe, customer, intent);
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

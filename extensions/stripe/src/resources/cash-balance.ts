import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { availableCash, cashSettings, moveCash, setCashSettings, type CashMovement } from '../payments/cash-movements';
import { transferTypeOf } from '../payments/transfer-types';
import { appliesByItself, applyCash, owedOf, waitsForTransfer } from '../payments/transfers-in';
import { intentTable } from '../payments/intents';

/** What customers have transferred, by customer: https://docs.stripe.com/payments/customer-balance. */
export const cashBalances: DefineModule = (stripe) => {
  const customers = stripe.table<Stripe.Customer>('customer');
  const transactions = stripe.table<CashMovement>('customer_cash_balance_transaction');
  return {
    operations: {
      'GET /v1/customers/{customer}/cash_balance': ({ path }) =>
        cashBalance(stripe, customers.get(path['customer']!).id),
      'POST /v1/customers/{customer}/cash_balance': ({ path, params }) => {
        const { id } = customers.get(path['customer']!);
        setCashSettings(stripe, id, (params as Stripe.CustomerUpdateCashBalanceParams).settings);
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
        const given = params as unknown as {
          readonly amount: number;
          readonly currency: string;
          readonly reference?: string;
        };
        if (given.amount <= 0) {
          throw invalidRequest('This value must be greater than or equal to 1.', {
            code: 'parameter_invalid_integer',
            param: 'amount',
          });
        }
        return stripe.onClockOf(id, () => fund(stripe, id, { ...given, currency: given.currency.toLowerCase() }));
      },
    },
  };
};

function cashBalance(stripe: Backend, customer: string): Stripe.CashBalance {
  return {
    object: 'cash_balance',
    available: availableCash(stripe, customer),
    customer,
    customer_account: null,
    livemode: false,
    settings: cashSettings(stripe, customer),
  };
}

/** What a bank says of who transferred money: nothing, in tests. */
const SENDERS: Readonly<Record<string, object>> = {
  eu: { bic: null, iban_last4: null, sender_name: null },
  gb: { account_number_last4: null, sender_name: null, sort_code: null },
  jp: { sender_bank: null, sender_branch: null, sender_name: null },
  us: { sender_name: null },
};

function transferOf(currency: string, reference: string | null): object {
  const region = currency.slice(0, 2);
  const type = transferTypeOf(currency);
  return { ...(SENDERS[region] && { [type]: SENDERS[region] }), reference, type };
}

/** A transfer has come in: it pays what waits for it, the oldest first, and the rest can be spent. */
function fund(
  stripe: Backend,
  customer: string,
  { amount, currency, reference }: { readonly amount: number; readonly currency: string; readonly reference?: string },
): CashMovement {
  const funded = moveCash(stripe, customer, amount, currency, {
    type: 'funded',
    funded: { bank_transfer: transferOf(currency, reference ?? null) },
  });
  const waiting = [...intentTable(stripe).values({ by: { customer } })]
    .reverse()
    .filter((intent) => intent.currency === currency && waitsForTransfer(stripe, intent));
  for (const intent of appliesByItself(stripe, customer) ? waiting : []) {
    const has = availableCash(stripe, customer)?.[currency] ?? 0;
    if (has === 0) break;
    applyCash(stripe, customer, intent, has);
  }
  const left = cashBalance(stripe, customer);
  if ((left.available?.[currency] ?? 0) > 0) stripe.emit('cash_balance.funds_available', left);
  return funded;
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
  const has = availableCash(stripe, customer)?.[intent.currency] ?? 0;
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
  stripe.onClockOf(customer, () => applyCash(stripe, customer, intent, wanted));
  return intentTable(stripe).get(id);
}

/** Payments by bank transfer: from what the customer has sent, or will send. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { transferAddresses } from '../resources/funding-instructions';
import { completeAction, pay } from './attempt-payment';
import { availableCash, cashSettings, moveCash, type CashMovement } from './cash-movements';
import { intentTable, methodOf, type Confirmed } from './intents';
import { actionUrl } from './next-action';
import { transferTypeOf } from './transfer-types';

/** Whether a customer's transfers pay what waits for them without being told to. */
export function appliesByItself(stripe: Backend, customer: string): boolean {
  return cashSettings(stripe, customer).reconciliation_mode === 'automatic';
}

export function waitsForTransfer(stripe: Backend, intent: Stripe.PaymentIntent): boolean {
  return intent.status === 'requires_action' && methodOf(stripe, intent)?.type === 'customer_balance';
}

/** What has not been paid of an intent. */
export function owedOf(stripe: Backend, customer: string, intent: Stripe.PaymentIntent): number {
  const table = stripe.table<CashMovement>('customer_cash_balance_transaction');
  let owed = intent.amount;
  for (const each of table.values({ by: { customer } })) {
    if (each.applied_to_payment?.payment_intent === intent.id) owed += each.net_amount;
  }
  return owed;
}

/** Pays an intent that waits for a transfer, or a part of it. */
export function applyCash(stripe: Backend, customer: string, intent: Stripe.PaymentIntent, has: number): void {
  const owed = owedOf(stripe, customer, intent);
  const applied = Math.min(has, owed);
  spend(stripe, customer, intent, applied);
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

/**
 * Pays an intent as soon as it is confirmed, where its customer has transferred enough; otherwise what there is pays a part of it,
 * and `ask` is given what the customer has to do for the rest.
 */
export function payByTransfer(
  stripe: Backend,
  intent: Stripe.PaymentIntent,
  ask: (action: object) => Confirmed,
): Confirmed {
  const customer = idOf(intent.customer);
  if (customer === undefined) {
    throw invalidRequest('Payments with `customer_balance` need a customer, whose balance it is.', {
      code: 'parameter_missing',
      param: 'customer',
    });
  }
  const has = appliesByItself(stripe, customer) ? (availableCash(stripe, customer)?.[intent.currency] ?? 0) : 0;
  if (has >= intent.amount) {
    spend(stripe, customer, intent, intent.amount);
    return pay(stripe, intent.id);
  }
  const asked = ask(instructions(stripe, intent));
  if (has === 0) return asked;
  applyCash(stripe, customer, asked.intent, has);
  return { intent: intentTable(stripe).get(intent.id) };
}

function spend(stripe: Backend, customer: string, { id, currency }: Stripe.PaymentIntent, amount: number): void {
  moveCash(stripe, customer, -amount, currency, {
    type: 'applied_to_payment',
    applied_to_payment: { payment_intent: id },
  });
}

/** Where the customer has to transfer how much to. */
function instructions(stripe: Backend, intent: Stripe.PaymentIntent): object {
  const { bank_transfer: transfer } = intent.payment_method_options?.customer_balance ?? {};
  const type = transfer?.type ?? transferTypeOf(intent.currency);
  const customer = idOf(intent.customer);
  return {
    display_bank_transfer_instructions: {
      amount_remaining: intent.amount,
      currency: intent.currency,
      ...(customer !== undefined && {
        financial_addresses: transferAddresses(stripe, customer, {
          type,
          ...(type === 'eu_bank_transfer' && { eu_bank_transfer: transfer?.eu_bank_transfer ?? { country: 'DE' } }),
        }),
      }),
      hosted_instructions_url: actionUrl(stripe, intent.id),
      reference: stripe.secret(12).toUpperCase(),
      type,
    },
    type: 'display_bank_transfer_instructions',
  };
}

/** What is left of grants of billing credits: https://docs.stripe.com/api/billing/credit-balance-transaction. */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';

export type Grant = Stripe.Billing.CreditGrant;
type Transaction = Stripe.Billing.CreditBalanceTransaction;
type Why = NonNullable<Transaction['credit']>['type'] | NonNullable<Transaction['debit']>['type'];

/** What is left of a grant. */
export function leftOf(stripe: Backend, grant: string): number {
  let left = 0;
  const transactions = stripe.table<Transaction>('billing.credit_balance_transaction');
  for (const { credit, debit } of transactions.values({ by: { credit_grant: grant } })) {
    left += (credit?.amount.monetary?.value ?? 0) - (debit?.amount.monetary?.value ?? 0);
  }
  return left;
}

/** Keeps a change of what is left of a grant; `place` is the line of an invoice that it is for. */
export function changeBalance(
  stripe: Backend,
  grant: Grant,
  type: 'credit' | 'debit',
  why: Why,
  value: number,
  place: object | null = null,
): Transaction {
  const isApplied = why === 'credits_applied' || why === 'credits_application_invoice_voided';
  const former = type === 'credit' ? { credits_application_invoice_voided: null } : { credits_applied: null };
  const transaction = {
    id: stripe.newId('billing.credit_balance_transaction'),
    object: 'billing.credit_balance_transaction',
    created: stripe.now(),
    credit: null,
    credit_grant: grant.id,
    debit: null,
    effective_at: why === 'credits_granted' ? (grant.effective_at ?? stripe.now()) : stripe.now(),
    livemode: false,
    test_clock: stripe.clock,
    type,
    [type]: {
      amount: { monetary: { currency: grant.amount.monetary!.currency, value }, type: 'monetary' },
      ...former,
      ...(isApplied && { [why]: place }),
      type: why,
    },
  } as unknown as Transaction;
  stripe.table<Transaction>('billing.credit_balance_transaction').insert(transaction);
  stripe.emit('billing.credit_balance_transaction.created', transaction);
  return transaction;
}

/** Whether a grant was neither taken back nor has ended. */
export function isGood({ voided_at, expires_at }: Grant, now: number): boolean {
  return voided_at === null && (expires_at === null || expires_at > now);
}

/** Whether a grant can be used. */
export function isEffective(grant: Grant, now: number): boolean {
  return isGood(grant, now) && (grant.effective_at === null || grant.effective_at <= now);
}

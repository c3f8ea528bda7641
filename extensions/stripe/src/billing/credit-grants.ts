import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { changeBalance, isEffective, isGood, leftOf, type Grant } from './credit-balance';

/** Of grants that say nothing; 0 goes first. */
const USUAL_PRIORITY = 50;
const LAST_PRIORITY = 100;

type Transaction = Stripe.Billing.CreditBalanceTransaction;

/** Credits for usage and their balance: https://docs.stripe.com/billing/subscriptions/usage-based/billing-credits. */
export const creditGrants: DefineModule = (stripe) => {
  const grants = stripe.table<Grant>('billing.credit_grant');
  const transactions = stripe.table<Transaction>('billing.credit_balance_transaction');
  return {
    operations: {
      'POST /v1/billing/credit_grants': ({ params }) =>
        grant(stripe, params as unknown as Stripe.Billing.CreditGrantCreateParams),
      'GET /v1/billing/credit_grants': ({ params, url }) =>
        grants.page(url, params, { by: { customer: (params as Stripe.Billing.CreditGrantListParams).customer } }),
      'GET /v1/billing/credit_grants/{id}': ({ path }) => grants.get(path['id']!),
      'POST /v1/billing/credit_grants/{id}': ({ path, params }) => {
        const { expires_at, metadata } = params as Stripe.Billing.CreditGrantUpdateParams;
        const before = grants.get(path['id']!);
        const after = grants.update(
          before.id,
          {
            ...(expires_at !== undefined && { expires_at: expires_at === '' ? null : expires_at }),
            metadata: mergeMetadata(before.metadata, metadata),
            updated: stripe.now(),
          },
          'billing.credit_grant.updated',
        );
        stripe.jobs.cancel(after.id);
        if (after.expires_at !== null) {
          stripe.onClockOf(idOf(after.customer), () =>
            stripe.jobs.schedule('credit_grant.expire', after.id, after.expires_at!),
          );
        }
        return after;
      },
      'POST /v1/billing/credit_grants/{id}/expire': ({ path }) => end(stripe, path['id']!, 'credits_expired'),
      'POST /v1/billing/credit_grants/{id}/void': ({ path }) => end(stripe, path['id']!, 'credits_voided'),
      'GET /v1/billing/credit_balance_transactions': ({ params, url }) => {
        const { customer, credit_grant } = params as Stripe.Billing.CreditBalanceTransactionListParams;
        return transactions.page(url, params, {
          by: { credit_grant },
          where: (each) => customer === undefined || grants.find(idOf(each.credit_grant)!)?.customer === customer,
        });
      },
      'GET /v1/billing/credit_balance_transactions/{id}': ({ path }) => transactions.get(path['id']!),
      'GET /v1/billing/credit_balance_summary': ({ params }) => {
        const { customer, filter } = params as unknown as Stripe.Billing.CreditBalanceSummaryRetrieveParams;
        if (customer === undefined) throw parameterMissing('customer');
        return stripe.onClockOf(customer, () => summary(stripe, customer, filter));
      },
    },
    jobs: {
      'credit_grant.expire': (_stripe, { subject }) => {
        if (grants.find(subject)?.voided_at !== null) return;
        const left = leftOf(stripe, subject);
        if (left > 0) changeBalance(stripe, grants.get(subject), 'debit', 'credits_expired', left);
      },
    },
  };
};

function grant(stripe: Backend, given: Stripe.Billing.CreditGrantCreateParams): Grant {
  const { customer, amount } = given;
  if (customer === undefined) throw parameterMissing('customer');
  if (amount.monetary === undefined) throw parameterMissing('amount[monetary]');
  if (amount.monetary.value < 1) {
    throw invalidRequest('This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param: 'amount[monetary][value]',
    });
  }
  const { priority = USUAL_PRIORITY } = given;
  if (priority < 0 || priority > LAST_PRIORITY) {
    throw invalidRequest(`This value must be between 0 and ${LAST_PRIORITY}.`, {
      code: 'parameter_invalid_integer',
      param: 'priority',
    });
  }
  stripe.table('customer').get(customer, 'customer');
  return stripe.onClockOf(customer, () => {
    const now = stripe.now();
    const made = {
      id: stripe.newId('billing.credit_grant'),
      object: 'billing.credit_grant',
      amount: { monetary: amount.monetary!, type: 'monetary' },
      applicability_config: given.applicability_config,
      category: given.category ?? 'paid',
      created: now,
      customer,
      customer_account: null,
      effective_at: given.effective_at ?? now,
      expires_at: given.expires_at ?? null,
      livemode: false,
      metadata: mergeMetadata(undefined, given.metadata),
      name: given.name ?? null,
      priority,
      test_clock: stripe.clock,
      updated: now,
      voided_at: null,
    } as unknown as Grant;
    stripe.table<Grant>('billing.credit_grant').insert(made);
    changeBalance(stripe, made, 'credit', 'credits_granted', amount.monetary!.value);
    if (made.expires_at !== null) stripe.jobs.schedule('credit_grant.expire', made.id, made.expires_at);
    stripe.emit('billing.credit_grant.created', made);
    return made;
  });
}

function end(stripe: Backend, id: string, type: 'credits_expired' | 'credits_voided'): Grant {
  const grants = stripe.table<Grant>('billing.credit_grant');
  const before = grants.get(id);
  return stripe.onClockOf(idOf(before.customer), () => {
    const now = stripe.now();
    if (!isGood(before, now)) throw invalidRequest('This credit grant is already expired or voided.');
    stripe.jobs.cancel(id);
    changeBalance(stripe, before, 'debit', type, leftOf(stripe, id));
    const change = type === 'credits_expired' ? { expires_at: now } : { voided_at: now };
    return grants.update(id, { ...change, updated: now }, 'billing.credit_grant.updated');
  });
}

type Filter = Stripe.Billing.CreditBalanceSummaryRetrieveParams.Filter;

/** Whether a grant is the one that is asked for, or pays for the prices that are asked for. */
function isWanted({ id, applicability_config: { scope } }: Grant, filter: Filter): boolean {
  if (filter.credit_grant !== undefined) return id === filter.credit_grant;
  const { price_type: type, prices } = filter.applicability_scope ?? {};
  if (prices !== undefined) return scope.prices?.some((each) => prices.some((price) => price.id === each.id)) ?? false;
  return type === undefined || scope.price_type === type;
}

function summary(stripe: Backend, customer: string, filter: Filter): Stripe.Billing.CreditBalanceSummary {
  stripe.table('customer').get(customer, 'customer');
  const now = stripe.now();
  const sums = new Map<string, { ledger: number; available: number }>();
  const where = (each: Grant): boolean => isGood(each, now) && isWanted(each, filter);
  for (const grant of stripe.table<Grant>('billing.credit_grant').values({ by: { customer }, where })) {
    const { currency } = grant.amount.monetary!;
    const value = leftOf(stripe, grant.id);
    const sum = sums.get(currency) ?? { ledger: 0, available: 0 };
    sums.set(currency, {
      ledger: sum.ledger + value,
      available: sum.available + (isEffective(grant, now) ? value : 0),
    });
  }
  const balances = [...sums].map(([currency, { ledger, available }]) => ({
    available_balance: { monetary: { currency, value: available }, type: 'monetary' as const },
    ledger_balance: { monetary: { currency, value: ledger }, type: 'monetary' as const },
  }));
  return {
    object: 'billing.credit_balance_summary',
    balances,
    customer,
    customer_account: null,
    livemode: false,
  };
}

/** What platforms earn: https://docs.stripe.com/api/application_fees. They are the platform's objects. */
import type Stripe from 'stripe';
import { invalidRequest, resourceMissing } from '../errors';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import { withFirst } from '../kernel/embedded-list';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import type { Table } from '../kernel/table';
import { addBalanceTransaction } from '../payments/balance';
import { formatAmount } from '../payments/money';
import { blank } from '../spec/shapes';
import { asAccount, asPlatform } from './account-data';

/** The application that the platform is. */
export const APPLICATION = 'ca_BacklotPlatform000000000000000';

/** The application that makes an object of an account for it; null where the account acts for itself. */
export function applicationOf(stripe: Backend): string | null {
  return stripe.account === PLATFORM_ACCOUNT ? null : APPLICATION;
}

/** How a fee of the platform stands in what an account books. */
export function applicationFee(amount: number, currency: string): Stripe.BalanceTransaction.FeeDetail {
  return {
    amount,
    application: APPLICATION,
    currency,
    description: 'Application fee',
    type: 'application_fee',
  };
}

export function feeTable(stripe: Backend): Table<Stripe.ApplicationFee> {
  return stripe.table<Stripe.ApplicationFee>('application_fee');
}

function feeRefundTable(stripe: Backend) {
  return stripe.table<Stripe.FeeRefund>('fee_refund');
}

/** Gives the platform its fee of a charge; that the account has paid it is booked with the charge. */
export function takeFee(
  stripe: Backend,
  given: {
    account: string;
    charge: string;
    amount: number;
    currency: string;
    originating?: string;
    available_on: number;
  },
): Stripe.ApplicationFee {
  return asPlatform(stripe, () => {
    const id = stripe.newId('application_fee');
    const { amount, currency } = given;
    const transaction = addBalanceTransaction(stripe, {
      amount,
      currency,
      type: 'application_fee',
      source: id,
      available_on: given.available_on,
    });
    const fee = feeTable(stripe).insert({
      ...blank('application_fee'),
      id,
      account: given.account,
      amount,
      application: APPLICATION,
      balance_transaction: transaction.id,
      charge: given.charge,
      created: stripe.now(),
      currency,
      fee_source: { charge: given.charge, type: 'charge' },
      originating_transaction: given.originating ?? null,
      refunds: { object: 'list', data: [], has_more: false, total_count: 0, url: `/v1/application_fees/${id}/refunds` },
    } as unknown as Stripe.ApplicationFee);
    stripe.emit('application_fee.created', fee);
    return fee;
  });
}

/** Gives a part of a fee, or what is left of it, back to the account. */
export function refundFee(
  stripe: Backend,
  id: string,
  given: { amount?: number | undefined; metadata?: object | undefined },
): Stripe.FeeRefund {
  return asPlatform(stripe, () => {
    const fee = feeTable(stripe).get(id);
    const left = fee.amount - fee.amount_refunded;
    const amount = given.amount ?? left;
    if (left === 0)
      throw invalidRequest(`Application fee ${id} has already been refunded.`, {
        code: 'application_fee_already_refunded',
      });
    const { currency } = fee;
    if (amount < 1 || amount > left) {
      const [asked, rest] = [formatAmount(amount, currency), formatAmount(left, currency)];
      throw invalidRequest(`Refund amount (${asked}) is greater than unrefunded amount on fee (${rest})`, {
        param: 'amount',
      });
    }
    const refundId = stripe.newId('fee_refund');
    const transaction = addBalanceTransaction(stripe, {
      amount: -amount,
      currency,
      type: 'application_fee_refund',
      source: refundId,
    });
    asAccount(stripe, idOf(fee.account)!, () =>
      addBalanceTransaction(stripe, { amount, currency, type: 'application_fee_refund', source: refundId }),
    );
    const refund = feeRefundTable(stripe).insert({
      id: refundId,
      object: 'fee_refund',
      amount,
      balance_transaction: transaction.id,
      created: stripe.now(),
      currency,
      fee: id,
      metadata: mergeMetadata(undefined, given.metadata as Record<string, string> | undefined),
    });
    keepRefund(stripe, refund, amount);
    return refund;
  });
}

function keepRefund(stripe: Backend, refund: Stripe.FeeRefund, amount: number): void {
  const before = feeTable(stripe).get(idOf(refund.fee)!);
  const after = feeTable(stripe).update(before.id, {
    amount_refunded: before.amount_refunded + amount,
    refunded: before.amount_refunded + amount === before.amount,
    refunds: withFirst(before.refunds, refund),
  });
  if (amount > 0) stripe.emit('application_fee.refunded', after, { amount_refunded: before.amount_refunded });
}

/** https://docs.stripe.com/api/application_fees and https://docs.stripe.com/api/fee_refunds */
export const applicationFees: DefineModule = (stripe) => {
  const table = feeTable(stripe);
  const refunds = feeRefundTable(stripe);
  const get = (fee: string, id: string): Stripe.FeeRefund => {
    const refund = refunds.find(id);
    if (refund === undefined || idOf(refund.fee) !== table.get(fee).id)
      throw resourceMissing('application fee refund', id);
    return refund;
  };
  return {
    operations: {
      'GET /v1/application_fees': ({ url, params }) => {
        const { charge } = params as Stripe.ApplicationFeeListParams;
        return table.page(url, params, {
          where: (fee) =>
            charge === undefined || idOf(fee.charge) === charge || idOf(fee.originating_transaction) === charge,
        });
      },
      'GET /v1/application_fees/{fee}': ({ path }) => table.get(path['fee']!),
      'GET /v1/application_fees/{fee}/refunds': ({ path, url, params }) => {
        const { id } = table.get(path['fee']!);
        return refunds.page(url, params, { where: ({ fee }) => idOf(fee) === id });
      },
      'POST /v1/application_fees/{fee}/refunds': ({ path, params }) => refundFee(stripe, path['fee']!, params),
      'POST /v1/application_fees/{fee}/refund': ({ path, params }) => {
        refundFee(stripe, path['fee']!, params);
        return table.get(path['fee']!);
      },
      'GET /v1/application_fees/{fee}/refunds/{id}': ({ path }) => get(path['fee']!, path['id']!),
      'POST /v1/application_fees/{fee}/refunds/{id}': ({ path, params }) => {
        const before = get(path['fee']!, path['id']!);
        const { metadata } = params as { metadata?: Record<string, string> };
        const after = refunds.update(before.id, { metadata: mergeMetadata(before.metadata, metadata) });
        keepRefund(stripe, after, 0);
        stripe.emitChange('application_fee.refund.updated', before, after);
        return after;
      },
    },
  };
};

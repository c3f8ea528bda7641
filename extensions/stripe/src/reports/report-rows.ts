/** The rows of reports, which come from the transactions of the balance. */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { balanceTransactions } from '../payments/balance';
import { decimalsOf } from '../payments/money';
import { contentsOf, payoutTable } from '../payments/payouts';

type Movement = Stripe.BalanceTransaction;
export type ReportParameters = Stripe.Reporting.ReportRun['parameters'];
/** What a report says, by the names of its columns. */
export type Row = Readonly<Record<string, string>>;

/** The rows of a type of report, oldest first. */
export function reportRows(stripe: Backend, type: string, parameters: ReportParameters): Row[] {
  const all = movements(stripe, parameters);
  const isIn = intervalOf(parameters);
  const [subject, kind] = type.split('.');
  if (subject === 'balance') return balanceSummary(all, parameters);
  const paid = payoutsByTransaction(stripe);
  const chosen = all.filter((each) => isIn(each) && isAbout(subject!, each, parameters, paid.get(each.id)));
  return kind === 'summary' ? sums(chosen) : chosen.map((each) => item(stripe, each, paid.get(each.id)));
}

/** All that was ever booked in the currency, oldest first. */
function movements(stripe: Backend, { currency }: ReportParameters): Movement[] {
  const wanted = currency?.toLowerCase();
  const where = (each: Movement): boolean => wanted === undefined || each.currency === wanted;
  return [...balanceTransactions(stripe).values({ where })].reverse();
}

function intervalOf({ interval_start: start = 0, interval_end: end = Infinity }: ReportParameters) {
  return ({ created }: Movement): boolean => created >= start && created < end;
}

function isAbout(
  subject: string,
  each: Movement,
  { payout, reporting_category: category }: ReportParameters,
  paid: string | undefined,
): boolean {
  const isPayout = each.reporting_category.startsWith('payout');
  if (category !== undefined && each.reporting_category !== category) return false;
  if (subject === 'payouts') return isPayout && (payout === undefined || idOf(each.source) === payout);
  if (subject === 'payout_reconciliation') {
    return !isPayout && paid !== undefined && (payout === undefined || paid === payout);
  }
  return !isPayout;
}

function item(stripe: Backend, each: Movement, paid: string | undefined): Row {
  const payout = each.reporting_category.startsWith('payout') ? idOf(each.source) : paid;
  const arrival = payout === undefined ? undefined : stripe.table<Stripe.Payout>('payout').find(payout)?.arrival_date;
  const effective = arrival === undefined ? '' : written(arrival);
  return {
    automatic_payout_effective_at: effective,
    automatic_payout_id: payout ?? '',
    available_on: written(each.available_on),
    available_on_utc: written(each.available_on),
    balance_transaction_id: each.id,
    created: written(each.created),
    created_utc: written(each.created),
    currency: each.currency,
    description: each.description ?? '',
    effective_at: effective,
    effective_at_utc: effective,
    fee: money(each.fee, each.currency),
    gross: money(each.amount, each.currency),
    net: money(each.net, each.currency),
    payout_id: payout ?? '',
    reporting_category: each.reporting_category,
    source_id: idOf(each.source) ?? '',
  };
}

/** One row for each category and currency. */
function sums(chosen: readonly Movement[]): Row[] {
  const groups = new Map<string, Movement[]>();
  for (const each of chosen) {
    const key = `${each.reporting_category} ${each.currency}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].map((group) => {
    const [{ currency, reporting_category }] = group as [Movement, ...Movement[]];
    const sum = (name: 'amount' | 'fee' | 'net'): string =>
      money(
        group.reduce((all, each) => all + each[name], 0),
        currency,
      );
    return {
      count: String(group.length),
      currency,
      fee: sum('fee'),
      gross: sum('amount'),
      net: sum('net'),
      reporting_category,
    };
  });
}

/** What was there, what came and went, and what is left, in each currency. */
function balanceSummary(all: readonly Movement[], parameters: ReportParameters): Row[] {
  const isIn = intervalOf(parameters);
  const { interval_start: start = 0, interval_end: end = Infinity } = parameters;
  return [...new Set(all.map(({ currency }) => currency))].flatMap((currency) => {
    const own = all.filter((each) => each.currency === currency);
    const sum = (wanted: (each: Movement) => boolean): string =>
      money(
        own.filter(wanted).reduce((net, each) => net + each.net, 0),
        currency,
      );
    const isPayout = (each: Movement): boolean => each.reporting_category.startsWith('payout');
    const row = (category: string, description: string, net_amount: string): Row => ({
      category,
      currency,
      description,
      net_amount,
    });
    return [
      row(
        'starting_balance',
        'Starting balance',
        sum(({ created }) => created < start),
      ),
      row(
        'activity',
        'Balance change from activity',
        sum((each) => isIn(each) && !isPayout(each)),
      ),
      row(
        'payouts',
        'Payouts',
        sum((each) => isIn(each) && isPayout(each)),
      ),
      row(
        'ending_balance',
        'Ending balance',
        sum(({ created }) => created < end),
      ),
    ];
  });
}

/** The automatic payout by which each transaction was paid out. */
function payoutsByTransaction(stripe: Backend): ReadonlyMap<string, string> {
  const payouts = payoutTable(stripe).values({ where: ({ automatic }) => automatic });
  return new Map([...payouts].flatMap(({ id }) => [...contentsOf(stripe, id)].map((paid) => [paid, id] as const)));
}

/** A time in UTC, as reports write it. */
function written(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 19).replace('T', ' ');
}

/** An amount in whole units of the currency. */
function money(amount: number, currency: string): string {
  const decimals = decimalsOf(currency);
  return (amount / 10 ** decimals).toFixed(decimals);
}

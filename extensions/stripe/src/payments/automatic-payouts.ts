/** Payouts by the schedule of an account: https://docs.stripe.com/connect/manage-payout-schedule. */
import type Stripe from 'stripe';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { readBalance } from './balance';
import { minimumBalances } from './balance-settings';
import { bankAccountTable } from './card-source';
import { DAY } from './charging';
import { createPayout } from './payouts';

type Schedule = Stripe.Account.Settings.Payouts.Schedule;

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const FURTHEST = 62;

/** Connected accounts with a bank account are paid out as their schedule says; the platform's own account is not. */
export const automaticPayouts: DefineModule = (stripe) => ({
  jobs: { 'payout.automatic': () => payOut(stripe) },
  reactions: {
    'balance.available': () => schedulePayout(stripe),
    'account.updated': ({ id }: Stripe.Account) => stripe.as({ account: id }, () => schedulePayout(stripe)),
  },
});

function schedulePayout(stripe: Backend): void {
  const { account } = stripe;
  if (account === PLATFORM_ACCOUNT) return;
  const subject = `payouts/${account}/${stripe.clock ?? ''}`;
  stripe.jobs.cancel(subject);
  const hasMoney = readBalance(stripe).available.some(({ amount }) => amount > 0);
  if (!hasMoney || !hasBank(stripe)) return;
  const schedule = scheduleOf(stripe);
  const at = schedule && nextDay(schedule, stripe.now());
  if (at === undefined) return;
  if (at === stripe.now()) payOut(stripe);
  else stripe.jobs.schedule('payout.automatic', subject, at);
}

function hasBank(stripe: Backend): boolean {
  const isOwn = (each: Stripe.BankAccount): boolean => each.account === stripe.account;
  return bankAccountTable(stripe).first({ where: isOwn }) !== undefined;
}

function scheduleOf(stripe: Backend): Schedule | undefined {
  const { account: id } = stripe;
  const account = stripe.as({ account: PLATFORM_ACCOUNT }, () => stripe.table<Stripe.Account>('account').find(id));
  return account?.payouts_enabled === true ? account.settings?.payouts?.schedule : undefined;
}

/** The next beginning of a day, from a time on, at which a schedule pays out; undefined for one that never does by itself. */
function nextDay(
  { interval, weekly_anchor = 'monday', monthly_anchor = 1, weekly_payout_days, monthly_payout_days }: Schedule,
  from: number,
): number | undefined {
  if (interval === 'manual') return undefined;
  const weekdays: readonly string[] = weekly_payout_days ?? [weekly_anchor];
  const days = monthly_payout_days ?? [monthly_anchor];
  const first = Math.ceil(from / DAY) * DAY;
  for (let at = first; at < first + FURTHEST * DAY; at += DAY) {
    const date = new Date(at * 1000);
    if (interval === 'daily') return at;
    if (interval === 'weekly' && weekdays.includes(WEEKDAYS[date.getUTCDay()]!)) return at;
    const isPayday = (day: number): boolean => date.getUTCDate() === Math.min(day, lastDayOf(date));
    if (interval === 'monthly' && days.some(isPayday)) return at;
  }
  return undefined;
}

function lastDayOf(date: Date): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
}

function payOut(stripe: Backend): void {
  if ((scheduleOf(stripe)?.interval ?? 'manual') === 'manual') return;
  const minimums = minimumBalances(stripe);
  for (const { amount: available, currency } of readBalance(stripe).available) {
    const amount = available - (minimums[currency] ?? 0);
    if (amount > 0) createPayout(stripe, { amount, currency }, { isAutomatic: true });
  }
}

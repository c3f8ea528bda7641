/** Payouts by the schedule of an account: https://docs.stripe.com/connect/manage-payout-schedule. */
import type Stripe from 'stripe';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { ownAccount } from '../connect/own-account';
import { addBalanceTransaction, readBalance } from './balance';
import { minimumBalance } from './balance-settings';
import { DAY } from './charging';
import { createPayout, payoutAccount } from './payouts';

type Weekday = NonNullable<Schedule['weekly_payout_days']>[number];
type Schedule = Stripe.Account.Settings.Payouts.Schedule;

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const FURTHEST = 62;

/** Accounts are paid out as their schedule says, by the clock of the platform; connected ones once they have a bank account. */
export const automaticPayouts: DefineModule = (stripe) => ({
  jobs: { 'payout.automatic': () => payOut(stripe) },
  reactions: {
    'balance.available': () => schedulePayout(stripe),
    'account.updated': ({ id }: Stripe.Account) => stripe.as({ account: id }, () => schedulePayout(stripe)),
  },
});

function schedulePayout(stripe: Backend): void {
  // Banks do not wait for test clocks.
  if (stripe.clock !== null) {
    stripe.as({ clock: null }, () => schedulePayout(stripe));
    return;
  }
  const subject = `payouts/${stripe.account}`;
  stripe.jobs.cancel(subject);
  const hasMoney = readBalance(stripe).available.some(
    ({ amount, currency }) => amount > 0 && hasBank(stripe, currency),
  );
  if (!hasMoney) return;
  const schedule = scheduleOf(stripe);
  const at = schedule && nextDay(schedule, stripe.now());
  if (at === undefined) return;
  if (at === stripe.now()) payOut(stripe);
  else stripe.jobs.schedule('payout.automatic', subject, at);
}

function hasBank(stripe: Backend, currency: string): boolean {
  if (stripe.account === PLATFORM_ACCOUNT) return true;
  const bank = payoutAccount(stripe, currency);
  return bank !== undefined && (bank as Stripe.BankAccount).status !== 'errored';
}

function scheduleOf(stripe: Backend): Schedule | undefined {
  const { account: id } = stripe;
  if (id === PLATFORM_ACCOUNT) return ownAccount(stripe).settings?.payouts?.schedule;
  const account = stripe.as({ account: PLATFORM_ACCOUNT }, () => stripe.table<Stripe.Account>('account').find(id));
  return account?.payouts_enabled === true ? account.settings?.payouts?.schedule : undefined;
}

/** The next beginning of a day, from a time on, at which a schedule pays out; undefined for one that never does by itself. */
function nextDay(schedule: Schedule, from: number): number | undefined {
  const { interval, weekly_anchor: weekday = 'monday', monthly_anchor: day = 1 } = schedule;
  const { weekly_payout_days: weekdays = [weekday], monthly_payout_days: days = [day] } = schedule;
  if (interval === 'manual') return undefined;
  const first = Math.ceil(from / DAY) * DAY;
  for (let at = first; at < first + FURTHEST * DAY; at += DAY) {
    const date = new Date(at * 1000);
    if (interval === 'daily') return at;
    if (interval === 'weekly' && weekdays.includes(WEEKDAYS[date.getUTCDay()] as Weekday)) return at;
    const isDay = days.some((each) => date.getUTCDate() === Math.min(each, lastDayOf(date)));
    if (interval === 'monthly' && isDay) return at;
  }
  return undefined;
}

function lastDayOf(date: Date): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
}

function payOut(stripe: Backend): void {
  if ((scheduleOf(stripe)?.interval ?? 'manual') === 'manual') return;
  for (const { amount, currency } of readBalance(stripe).available) {
    if (!hasBank(stripe, currency)) continue;
    const kept = Math.min(minimumBalance(stripe, currency), amount);
    if (amount - kept <= 0) continue;
    if (kept > 0) hold(stripe, currency, -kept);
    createPayout(stripe, { amount: amount - kept, currency }, { isAutomatic: true });
    if (kept > 0) hold(stripe, currency, kept);
  }
}

/** Keeps a part of the balance out of a payout, or gives it back: https://docs.stripe.com/payouts/minimum-balances-for-automatic-payouts. */
function hold(stripe: Backend, currency: string, amount: number): void {
  const type = amount < 0 ? 'payout_minimum_balance_hold' : 'payout_minimum_balance_release';
  addBalanceTransaction(stripe, { amount, currency, type, source: null, reporting_category: type });
}

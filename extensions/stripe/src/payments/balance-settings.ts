/** How an account is paid out: https://docs.stripe.com/api/balance-settings. What accounts have in their settings, too, is kept there. */
import type { Collection } from 'backlot';
import type Stripe from 'stripe';
import { asPlatform, accountTable } from '../connect/account-data';
import { refreshAccount } from '../connect/accounts';
import { merged } from '../connect/given';
import { changeOwnSettings, ownAccount } from '../connect/own-account';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';

type Payments = Stripe.BalanceSettings.Payments;
type Schedule = Stripe.Account.Settings.Payouts.Schedule;

/** What only balance settings have. */
interface Own {
  readonly minimum_balance_by_currency?: Readonly<Record<string, number | null>> | null;
  readonly automatic_transfer_rules_by_currency?: object | null;
  readonly start_of_day?: Payments['settlement_timing']['start_of_day'];
}

const START_OF_DAY = { hour: 0, minutes: 0, timezone: 'Etc/UTC' };

function ownOf(stripe: Backend): Collection<Own> {
  return stripe.state.collection<Own>('balance_settings');
}

function accountOf(stripe: Backend): Stripe.Account {
  const { account: id } = stripe;
  return id === PLATFORM_ACCOUNT ? ownAccount(stripe) : asPlatform(stripe, () => accountTable(stripe).get(id));
}

/** How much of a currency automatic payouts leave in the balance. */
export function minimumBalance(stripe: Backend, currency: string): number {
  return ownOf(stripe).get(stripe.account)?.minimum_balance_by_currency?.[currency] ?? 0;
}

function read(stripe: Backend): Stripe.BalanceSettings {
  const { payouts_enabled: isEnabled, settings } = accountOf(stripe);
  const own = ownOf(stripe).get(stripe.account) ?? {};
  const {
    schedule,
    statement_descriptor: descriptor = null,
    debit_negative_balances: debits,
  } = settings?.payouts ?? {};
  const { delay_days: delay = 2, interval = 'manual', ...days }: Partial<Schedule> = schedule ?? {};
  const { weekly_anchor: weekday = 'monday', monthly_anchor: day = 1 } = days;
  return {
    object: 'balance_settings',
    payments: {
      debit_negative_balances: debits ?? false,
      payouts: {
        automatic_transfer_rules_by_currency: own.automatic_transfer_rules_by_currency ?? null,
        minimum_balance_by_currency: (own.minimum_balance_by_currency ?? null) as Record<string, number> | null,
        schedule: {
          interval,
          ...(interval === 'monthly' && { monthly_payout_days: days.monthly_payout_days ?? [day] }),
          ...(interval === 'weekly' && { weekly_payout_days: days.weekly_payout_days ?? [weekday] }),
        },
        statement_descriptor: descriptor,
        status: isEnabled ? 'enabled' : 'disabled',
      },
      settlement_timing: { delay_days: delay, start_of_day: own.start_of_day ?? START_OF_DAY },
    },
  } as Stripe.BalanceSettings;
}

function change(stripe: Backend, { payments = {} }: Stripe.BalanceSettingsUpdateParams): Stripe.BalanceSettings {
  const before = read(stripe);
  const { debit_negative_balances: debits, payouts = {}, settlement_timing: timing = {} } = payments;
  const { schedule, statement_descriptor: descriptor, ...own } = payouts;
  const { start_of_day: start, delay_days_override: delay } = timing;
  const kept = ownOf(stripe).get(stripe.account) ?? {};
  ownOf(stripe).put(
    stripe.account,
    merged(kept, { ...own, ...(start !== undefined && { start_of_day: start }) }) as Own,
  );
  const settings = {
    payouts: {
      ...(debits !== undefined && { debit_negative_balances: debits }),
      ...(descriptor !== undefined && { statement_descriptor: descriptor }),
      schedule: { ...schedule, ...(typeof delay === 'number' && { delay_days: delay }) },
    },
  };
  if (stripe.account === PLATFORM_ACCOUNT) changeOwnSettings(stripe, settings);
  else refreshAccount(stripe, stripe.account, { settings });
  const after = read(stripe);
  stripe.emitChange('balance_settings.updated', before as never, after as never);
  return after;
}

export const balanceSettings: DefineModule = (stripe) => ({
  operations: {
    'GET /v1/balance_settings': () => read(stripe),
    'POST /v1/balance_settings': ({ params }) => change(stripe, params),
  },
});

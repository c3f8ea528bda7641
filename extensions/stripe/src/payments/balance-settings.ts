/** How an account is paid out: https://docs.stripe.com/api/balance-settings. What accounts have in their settings, too, is kept there. */
import type { Collection } from 'backlot';
import type Stripe from 'stripe';
import { asPlatform, accountTable } from '../connect/account-data';
import { refreshAccount } from '../connect/accounts';
import { merged } from '../connect/given';
import { changeOwnSettings, ownAccount } from '../connect/own-account';
import { invalidRequest, parameterMissing } from '../errors';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';

type Payments = Stripe.BalanceSettings.Payments;
type Schedule = Stripe.Account.Settings.Payouts.Schedule;
type Given = NonNullable<Stripe.BalanceSettingsUpdateParams['payments']>;

/** What only balance settings have. */
interface Own {
  readonly minimum_balance_by_currency?: Readonly<Record<string, number | null>> | null;
  readonly automatic_transfer_rules_by_currency?: object | null;
  readonly start_of_day?: Payments['settlement_timing']['start_of_day'];
  readonly delay_days_override?: number;
}

const DELAY_DAYS = 2;
const MOST_DELAY_DAYS = 31;
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
  const { delay_days: delay = DELAY_DAYS, interval = 'manual', ...days }: Partial<Schedule> = schedule ?? {};
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
      settlement_timing: {
        delay_days: delay,
        ...(own.delay_days_override !== undefined && { delay_days_override: own.delay_days_override }),
        start_of_day: own.start_of_day ?? null,
      },
    },
  } as Stripe.BalanceSettings;
}

function change(stripe: Backend, { payments = {} }: Stripe.BalanceSettingsUpdateParams): Stripe.BalanceSettings {
  checkGiven(payments);
  const before = read(stripe);
  const { debit_negative_balances: debits, payouts = {}, settlement_timing: timing = {} } = payments;
  const { schedule, statement_descriptor: descriptor, ...own } = payouts;
  const { start_of_day: start, delay_days_override: delay } = timing;
  const { delay_days_override: overridden, ...kept } = ownOf(stripe).get(stripe.account) ?? {};
  const override = delay === undefined ? overridden : delay || undefined;
  ownOf(stripe).put(stripe.account, {
    ...(merged(kept, {
      ...own,
      ...(start !== undefined && { start_of_day: start ? { ...START_OF_DAY, ...start } : null }),
    }) as Own),
    ...(override !== undefined && { delay_days_override: override }),
  });
  const settings = {
    payouts: {
      ...(debits !== undefined && { debit_negative_balances: debits }),
      ...(descriptor !== undefined && { statement_descriptor: descriptor }),
      schedule: {
        ...schedule,
        ...anchorsOf(schedule),
        ...(delay !== undefined && { delay_days: override ?? DELAY_DAYS }),
      },
    },
  };
  if (stripe.account === PLATFORM_ACCOUNT) changeOwnSettings(stripe, settings);
  else refreshAccount(stripe, stripe.account, { settings });
  const after = read(stripe);
  stripe.emitChange('balance_settings.updated', before as never, after as never);
  return after;
}

/** Throws what Stripe says of days and amounts that there are not. */
function checkGiven({ payouts, settlement_timing: timing }: Given): void {
  const delay = timing?.delay_days_override;
  if (typeof delay === 'number' && (delay < 0 || delay > MOST_DELAY_DAYS)) {
    throw invalidRequest(`This value must be between 0 and ${MOST_DELAY_DAYS}.`, {
      param: 'payments[settlement_timing][delay_days_override]',
    });
  }
  for (const [currency, amount] of Object.entries(payouts?.minimum_balance_by_currency || {})) {
    if (typeof amount !== 'number' || amount >= 0) continue;
    throw invalidRequest('This value must be greater than or equal to 0.', {
      param: `payments[payouts][minimum_balance_by_currency][${currency}]`,
    });
  }
  const at = 'payments[payouts][schedule]';
  const { interval, weekly_payout_days: weekdays, monthly_payout_days: days } = payouts?.schedule ?? {};
  if (interval === 'weekly' && !weekdays?.length) throw parameterMissing(`${at}[weekly_payout_days]`);
  if (interval === 'monthly' && !days?.length) throw parameterMissing(`${at}[monthly_payout_days]`);
  if (days?.some((day) => day < 1 || day > 31)) {
    throw invalidRequest('Days of the month are from 1 to 31.', { param: `${at}[monthly_payout_days]` });
  }
}

/** The first of the days, as accounts had it before there could be several. */
function anchorsOf(schedule: NonNullable<Given['payouts']>['schedule']): Partial<Schedule> {
  const { weekly_payout_days: weekdays, monthly_payout_days: days } = schedule ?? {};
  return {
    ...(weekdays?.length && { weekly_anchor: weekdays[0]! }),
    ...(days?.length && { monthly_anchor: days[0]! }),
  };
}

export const balanceSettings: DefineModule = (stripe) => ({
  operations: {
    'GET /v1/balance_settings': () => read(stripe),
    'POST /v1/balance_settings': ({ params }) => change(stripe, params),
  },
});

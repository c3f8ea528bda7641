import type Stripe from 'stripe';
import { refreshAccount } from '../connect/accounts';
import { invalidRequest, parameterMissing } from '../errors';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { omit } from '../kernel/omit';
import { singleton, type Singleton } from '../kernel/singleton';

type Settings = Stripe.BalanceSettings;
type Payments = Stripe.BalanceSettings.Payments;
type Given = NonNullable<Stripe.BalanceSettingsUpdateParams['payments']>;
type GivenSchedule = NonNullable<NonNullable<Given['payouts']>['schedule']>;
type GivenMinimum = NonNullable<Given['payouts']>['minimum_balance_by_currency'];

const DELAY_DAYS = 2;
const MOST_DELAY_DAYS = 31;

/**
 * How the balance of an account is paid out: https://docs.stripe.com/api/balance-settings. What connected accounts have of it in their
 * `settings[payouts]`, too, is the same.
 */
export const balanceSettings: DefineModule = (stripe) => ({
  operations: {
    'GET /v1/balance_settings': () => settingsIn(stripe).get(),
    'POST /v1/balance_settings': ({ params }) => {
      const { payments } = params as Stripe.BalanceSettingsUpdateParams;
      const kept = settingsIn(stripe);
      const before = kept.get();
      const after = kept.put({ ...before, payments: change(before.payments, payments ?? {}) });
      if (stripe.account !== PLATFORM_ACCOUNT) applyToAccount(stripe, after.payments);
      stripe.emit('balance_settings.updated', after);
      return after;
    },
  },
});

/** What stays in the balance of an account when it is paid out, by currency. */
export function minimumBalances(stripe: Backend): Readonly<Record<string, number>> {
  return settingsIn(stripe).get().payments.payouts?.minimum_balance_by_currency ?? {};
}

function settingsIn(stripe: Backend): Singleton<Settings> {
  const kept = singleton<Settings>(stripe, 'balance_settings', () => ({
    object: 'balance_settings',
    payments: {
      debit_negative_balances: false,
      payouts: {
        automatic_transfer_rules_by_currency: null,
        minimum_balance_by_currency: null,
        // The platform is paid out by hand.
        schedule: { interval: 'manual' },
        statement_descriptor: null,
        status: 'enabled',
      },
      settlement_timing: { delay_days: DELAY_DAYS, start_of_day: null },
    },
  }));
  return { ...kept, get: () => ({ ...kept.get(), payments: withAccount(stripe, kept.get().payments) }) };
}

/** With what the account says, which may have changed since. */
function withAccount(stripe: Backend, payments: Payments): Payments {
  const { account: id } = stripe;
  if (id === PLATFORM_ACCOUNT) return payments;
  const account = stripe.as({ account: PLATFORM_ACCOUNT }, () => stripe.table<Stripe.Account>('account').get(id));
  const own = account.settings?.payouts;
  if (!own) return payments;
  const { interval, weekly_anchor: weekday, monthly_anchor: day, delay_days } = own.schedule;
  const { weekly_payout_days = weekday && [weekday], monthly_payout_days = day && [day] } = own.schedule;
  return {
    ...payments,
    debit_negative_balances: own.debit_negative_balances,
    payouts: {
      ...payments.payouts!,
      schedule: {
        interval: interval as GivenSchedule['interval'],
        ...(interval === 'weekly' && { weekly_payout_days }),
        ...(interval === 'monthly' && { monthly_payout_days }),
      } as NonNullable<Payments['payouts']>['schedule'],
      statement_descriptor: own.statement_descriptor,
      status: account.payouts_enabled ? 'enabled' : 'disabled',
    },
    settlement_timing: { ...payments.settlement_timing, delay_days },
  };
}

function applyToAccount(stripe: Backend, { debit_negative_balances, payouts, settlement_timing }: Payments): void {
  const { interval, weekly_payout_days: weekdays, monthly_payout_days: days } = payouts?.schedule ?? {};
  refreshAccount(stripe, stripe.account, {
    settings: {
      payouts: {
        debit_negative_balances: debit_negative_balances ?? false,
        schedule: {
          delay_days: settlement_timing.delay_days,
          ...(interval && { interval }),
          ...(weekdays && { weekly_anchor: weekdays[0], weekly_payout_days: weekdays }),
          ...(days && { monthly_anchor: days[0], monthly_payout_days: days }),
        },
        ...(payouts?.statement_descriptor && { statement_descriptor: payouts.statement_descriptor }),
      },
    },
  });
}

function change(before: Payments, given: Given): Payments {
  const { payouts, settlement_timing: timing } = given;
  const delay = timing?.delay_days_override;
  if (typeof delay === 'number' && (delay < 0 || delay > MOST_DELAY_DAYS)) {
    throw invalidRequest(`This value must be between 0 and ${MOST_DELAY_DAYS}.`, {
      param: 'payments[settlement_timing][delay_days_override]',
    });
  }
  const own = before.payouts!;
  return {
    debit_negative_balances: given.debit_negative_balances ?? before.debit_negative_balances,
    payouts: {
      ...own,
      ...(payouts?.automatic_transfer_rules_by_currency !== undefined && {
        automatic_transfer_rules_by_currency: (payouts.automatic_transfer_rules_by_currency ||
          null) as typeof own.automatic_transfer_rules_by_currency,
      }),
      minimum_balance_by_currency: minimums(own.minimum_balance_by_currency, payouts?.minimum_balance_by_currency),
      schedule: payouts?.schedule ? readSchedule(payouts.schedule) : own.schedule,
      statement_descriptor: payouts?.statement_descriptor ?? own.statement_descriptor,
    },
    settlement_timing: {
      ...(delay === undefined ? before.settlement_timing : omit(before.settlement_timing, 'delay_days_override')),
      ...(typeof delay === 'number' && { delay_days: delay, delay_days_override: delay }),
      ...((delay === '' || delay === null) && { delay_days: DELAY_DAYS }),
      ...(timing?.start_of_day !== undefined && {
        start_of_day: timing.start_of_day ? { hour: 0, minutes: 0, timezone: 'Etc/UTC', ...timing.start_of_day } : null,
      }),
    },
  };
}

/** A currency that is given as an empty text, or all of them, need no minimum any more. */
function minimums(before: Readonly<Record<string, number>> | null, given: GivenMinimum): Record<string, number> | null {
  if (given === undefined) return before === null ? null : { ...before };
  if (given === '' || given === null) return null;
  const merged: Record<string, number> = { ...before };
  for (const [currency, amount] of Object.entries(given)) {
    if (amount === '' || amount === null) delete merged[currency];
    else if (amount < 0) {
      throw invalidRequest('This value must be greater than or equal to 0.', {
        param: `payments[payouts][minimum_balance_by_currency][${currency}]`,
      });
    } else merged[currency] = amount;
  }
  return merged;
}

function readSchedule(given: GivenSchedule): NonNullable<Payments['payouts']>['schedule'] {
  const at = 'payments[payouts][schedule]';
  const { interval = 'daily', weekly_payout_days: weekdays, monthly_payout_days: days } = given;
  if (interval === 'weekly' && !weekdays?.length) throw parameterMissing(`${at}[weekly_payout_days]`);
  if (interval === 'monthly' && !days?.length) throw parameterMissing(`${at}[monthly_payout_days]`);
  if (days?.some((day) => day < 1 || day > MOST_DELAY_DAYS)) {
    throw invalidRequest('Days of the month are from 1 to 31.', { param: `${at}[monthly_payout_days]` });
  }
  return {
    interval,
    ...(interval === 'weekly' && weekdays && { weekly_payout_days: weekdays }),
    ...(interval === 'monthly' && days && { monthly_payout_days: days }),
  };
}

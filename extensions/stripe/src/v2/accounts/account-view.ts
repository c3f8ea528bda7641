import type Stripe from 'stripe';
import { accountTable, asPlatform } from '../../connect/account-data';
import { merged } from '../../connect/given';
import type { Backend } from '../../kernel/backend';
import { complete } from '../kernel/complete';
import { timestamp } from '../kernel/time';
import { ACCOUNT_PAIRS, RESPONSIBILITY_PAIRS, SHOWN_CUSTOMER_PAIRS } from './account-paths';
import { CONFIGURATIONS, rowOf, type AccountRow, type Configuration } from './account-row';
import { capabilitiesOf } from './capabilities';
import { fromVersion1 } from './paths';
import { findPerson, shownPerson } from './persons';
import { NO_FUTURE_REQUIREMENTS, requirementsOf } from './requirements';

type Fields = Record<string, unknown>;

/** The kind of accounts of version 2. */
export const ACCOUNT = 'v2.core.account';

/** What is only there when a client asks for it. */
const INCLUDABLE = ['defaults', 'future_requirements', 'identity', 'requirements'] as const;

/** Everything that there is to be said of an account. What version 1 knows goes before what clients gave. */
export function wholeAccount(stripe: Backend, account: Stripe.Account): Fields {
  return asPlatform(stripe, () => {
    const row = rowOf(stripe, account);
    const given = merged(row.given, fromVersion1(ACCOUNT_PAIRS, account)) as Fields;
    const isConnected = row.applied_configurations.some((name) => name !== 'customer');
    // Nobody is responsible for who only buys.
    const controller = isConnected ? fromVersion1(RESPONSIBILITY_PAIRS, account.controller ?? {}) : {};
    const { dashboard = null, defaults = {}, identity = {}, ...rest } = merged(given, controller) as Fields;
    return complete(ACCOUNT, {
      ...rest,
      id: account.id,
      object: ACCOUNT,
      applied_configurations: row.applied_configurations,
      closed: row.closed,
      configuration: configurationsOf(stripe, row, account, given),
      created: timestamp(account.created ?? 0),
      dashboard,
      defaults,
      future_requirements: NO_FUTURE_REQUIREMENTS,
      identity: identityOf(stripe, account, identity as Fields, isConnected),
      livemode: false,
      metadata: account.metadata ?? {},
      requirements: requirementsOf(row, account),
    });
  });
}

/** An account as it is answered: of configurations, identity and the like only what the client asks for. */
export function shownAccount(stripe: Backend, account: Stripe.Account, include: readonly string[] = []): Fields {
  const whole = wholeAccount(stripe, account);
  const configurations = whole['configuration'] as Fields;
  const asked = CONFIGURATIONS.filter((name) => include.includes(`configuration.${name}`));
  const configuration = Object.fromEntries(
    CONFIGURATIONS.map((name) => [name, asked.includes(name) ? configurations[name] : null]),
  );
  const left = Object.fromEntries(INCLUDABLE.filter((name) => !include.includes(name)).map((name) => [name, null]));
  return { ...whole, ...left, configuration: asked.length > 0 ? configuration : null };
}

function configurationsOf(stripe: Backend, row: AccountRow, account: Stripe.Account, given: Fields): Fields {
  const all = (given['configuration'] ?? {}) as Readonly<Record<Configuration, Fields | undefined>>;
  const customer = row.customer === null ? undefined : stripe.table<Stripe.Customer>('customer').find(row.customer);
  const known = customer && (fromVersion1(SHOWN_CUSTOMER_PAIRS, customer)['configuration'] as Fields | undefined);
  return Object.fromEntries(
    row.applied_configurations.map((name) => {
      const own = name === 'customer' ? (merged(all[name] ?? {}, known?.[name] ?? {}) as Fields) : all[name];
      return [name, { ...own, applied: true, capabilities: capabilitiesOf(row, account, name) }];
    }),
  );
}

/** Where who only buys is, nobody knows who was not told. */
function identityOf(stripe: Backend, { id, country }: Stripe.Account, given: Fields, isConnected: boolean): Fields {
  const person = accountTable(stripe).hidden(id)?.individual;
  const found = person === undefined ? undefined : findPerson(stripe, id, person);
  const place = (given['country'] ?? (isConnected ? country : undefined)) as string | undefined;
  const told = place === undefined ? null : place.toLowerCase();
  return { ...given, country: told, individual: found === undefined ? null : shownPerson(stripe, id, found) };
}

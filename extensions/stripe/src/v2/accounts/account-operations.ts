import type Stripe from 'stripe';
import { accountTable, asPlatform } from '../../connect/account-data';
import { announceChange, createAccount, refreshAccount } from '../../connect/accounts';
import { merged } from '../../connect/given';
import { PLATFORM_ACCOUNT, type Backend } from '../../kernel/backend';
import type { Call, DefineModule } from '../../kernel/module';
import { omit } from '../../kernel/omit';
import { failure, invalidFields, notFound } from '../kernel/errors';
import { pageOf, pagesOf, type Pages } from '../kernel/page';
import { adopted, announceAccount, emitAccount } from './account-events';
import { ACCOUNT_PAIRS, RESPONSIBILITY_PAIRS } from './account-paths';
import { CONFIGURATIONS, keepRow, newRow, rowOf, type AccountRow, type Configuration } from './account-row';
import { shownAccount } from './account-view';
import { versionOneName, wishesIn } from './capabilities';
import { keepCustomer } from './customer-configuration';
import { toVersion1 } from './paths';
import { keepPersonExtras, personParams, withoutNumbers } from './persons';
import { useToken } from './tokens';

type Fields = Record<string, unknown>;

interface Given {
  readonly account_token?: string;
  readonly configuration?: Readonly<Partial<Record<Configuration, Fields | null>>>;
  readonly identity?: Fields & { readonly business_details?: Fields | null; readonly individual?: Fields | null };
  readonly include?: readonly string[];
  readonly [name: string]: unknown;
}

/** https://docs.stripe.com/api/v2/core/accounts */
export const accounts: DefineModule = (stripe) => {
  const find = ({ path }: Call): Stripe.Account => findAccount(stripe, path['id']!);
  return {
    operations: {
      'POST /v2/core/accounts': ({ params }) => {
        if (stripe.account !== PLATFORM_ACCOUNT)
          throw failure(403, 'account_not_a_platform', 'Only a platform can create accounts.');
        const given = withToken(stripe, params);
        const made = createAccount(stripe, creationParams(given));
        return write(stripe, made, newRow(made.id, made.created ?? 0), given, true);
      },
      'GET /v2/core/accounts': (call) => pageOf(call, listed(stripe, call), (account) => shownAccount(stripe, account)),
      'GET /v2/core/accounts/{id}': (call) => shownAccount(stripe, find(call), (call.params as Given).include),
      'POST /v2/core/accounts/{id}': (call) => {
        const before = find(call);
        const row = rowOf(stripe, before);
        if (row.closed) throw failure(400, 'account_closed', 'The account is closed: it cannot be changed.');
        const given = withToken(stripe, call.params);
        const { country } = given.identity ?? {};
        if (typeof country === 'string' && country.toUpperCase() !== before.country)
          throw invalidFields('The country of an account cannot be changed.', 'identity.country');
        return write(stripe, before, adopted(stripe, before), given);
      },
      'POST /v2/core/accounts/{id}/close': (call) => {
        const account = find(call);
        const row = rowOf(stripe, account);
        const { applied_configurations: named } = call.params as { applied_configurations?: readonly Configuration[] };
        const left = row.applied_configurations.filter((name) => named !== undefined && !named.includes(name));
        if (row.closed || left.length > 0) {
          const why = row.closed ? 'it is closed already.' : `it also has the configurations ${left.join(', ')}.`;
          throw failure(400, 'account_not_closable', `The account cannot be closed: ${why}`, {
            param: 'applied_configurations',
          });
        }
        keepRow(stripe, { ...row, closed: true });
        emitAccount(stripe, account.id, 'v2.core.account.closed');
        return shownAccount(stripe, account);
      },
    },
  };
};

/** The account with an identifier, closed ones too. */
export function findAccount(stripe: Backend, id: string): Stripe.Account {
  const account = asPlatform(stripe, () => accountTable(stripe).present(id));
  // A connected account sees itself alone.
  if (account === undefined || (stripe.account !== PLATFORM_ACCOUNT && stripe.account !== id))
    throw notFound('account', id);
  return account;
}

function withToken(stripe: Backend, given: Given): Given {
  const { account_token: token } = given;
  return token === undefined ? given : (merged(given, useToken(stripe, 'v2.core.account_token', token)) as Given);
}

function creationParams(given: Given): Fields {
  const isOnlyCustomer = Object.keys(given.configuration ?? {}).every((name) => name === 'customer');
  const { stripe_dashboard, fees, losses } = toVersion1(RESPONSIBILITY_PAIRS, given);
  if (!isOnlyCustomer && stripe_dashboard === undefined)
    throw invalidFields('dashboard is required for accounts with a merchant or recipient configuration.', 'dashboard');
  const country = given.identity?.['country'];
  if (!isOnlyCustomer && country === undefined) {
    throw invalidFields(
      'identity.country is required for accounts with a merchant or recipient configuration.',
      'identity.country',
    );
  }
  // The platform collects what it bears the losses of, where Stripe shows the account nothing.
  const dashboard = (stripe_dashboard as { readonly type?: string } | undefined)?.type ?? 'none';
  const bearer = (losses as { readonly payments?: string } | undefined)?.payments ?? 'application';
  const isOwn = dashboard === 'none' && bearer === 'application';
  return {
    controller: {
      fees: fees ?? { payer: 'application' },
      losses: { payments: bearer },
      requirement_collection: isOwn ? 'application' : 'stripe',
      stripe_dashboard: { type: dashboard },
    },
    ...(typeof country === 'string' && { country: country.toUpperCase() }),
  };
}

/** Changes what was given of an account, in both versions, and tells of it. Gives the account as it is answered. */
function write(stripe: Backend, before: Stripe.Account, row: AccountRow, given: Given, isNew = false): Fields {
  const { id } = before;
  const wishes = wishesOf(row, given);
  const changed = keepRow(stripe, changedRow(row, given, wishes));
  if (changed.applied_configurations.includes('customer')) keepCustomer(stripe, id, given);
  const after = refreshAccount(stripe, id, changeParams(given, wishes), null);
  const { individual } = given.identity ?? {};
  const person = asPlatform(stripe, () => accountTable(stripe).hidden(id)?.individual);
  if (individual && person !== undefined) keepPersonExtras(stripe, id, person, individual);
  if (!isNew) announceChange(stripe, before, after);
  announceAccount(stripe, id);
  return shownAccount(stripe, after, given.include);
}

/** What is asked for: what goes with a configuration that is taken away is asked for no more. */
function wishesOf({ requested }: AccountRow, { configuration = {} }: Given): ReadonlyMap<string, boolean> {
  const removed = Object.keys(configuration).filter((name) => !isApplied(configuration[name as Configuration]));
  const unwanted = requested.filter((each) => removed.some((name) => each.startsWith(`${name}.`)));
  return new Map([...wishesIn(configuration), ...unwanted.map((each) => [each, false] as const)]);
}

function isApplied(configuration: Fields | null | undefined): boolean {
  return configuration !== null && configuration?.['applied'] !== false;
}

function changedRow(row: AccountRow, given: Given, wishes: ReadonlyMap<string, boolean>): AccountRow {
  const { configuration = {}, identity } = given;
  const requested = new Set(row.requested);
  for (const [name, isWanted] of wishes) {
    if (isWanted) requested.add(name);
    else requested.delete(name);
  }
  const applied = CONFIGURATIONS.filter((name) =>
    configuration[name] === undefined ? row.applied_configurations.includes(name) : isApplied(configuration[name]),
  );
  const business = identity?.business_details;
  const kept = {
    ...omit(given, 'account_token', 'include'),
    configuration: Object.fromEntries(
      Object.entries(configuration).map(([name, each]) => [name, each && omit(each, 'applied', 'capabilities')]),
    ),
    ...(identity !== undefined && {
      identity: { ...omit(identity, 'individual'), ...(business && { business_details: withoutNumbers(business) }) },
    }),
  };
  return {
    ...row,
    applied_configurations: applied,
    given: merged(row.given, kept) as Fields,
    requested: [...requested].filter((name) => applied.some((each) => name.startsWith(`${each}.`))),
  };
}

/** What was given, as parameters of version 1. */
function changeParams(given: Given, wishes: ReadonlyMap<string, boolean>): Fields {
  const { business_details: business, individual } = given.identity ?? {};
  const capabilities = [...wishes].flatMap(([name, requested]) => {
    const first = versionOneName(name);
    return first === undefined || name.startsWith('customer.') ? [] : [[first, { requested }] as const];
  });
  const params = toVersion1(ACCOUNT_PAIRS, given);
  const [number] = (business?.['id_numbers'] ?? []) as readonly { readonly value?: string }[];
  return {
    ...params,
    ...(number?.value !== undefined && { company: { ...(params['company'] as object), tax_id: number.value } }),
    ...(individual && { individual: personParams(individual) }),
    ...(capabilities.length > 0 && { capabilities: Object.fromEntries(capabilities) }),
  };
}

interface ListGiven {
  readonly applied_configurations?: readonly Configuration[];
  readonly closed?: boolean;
}

/** The accounts of the platform; closed ones only for who asks for those. */
function listed(stripe: Backend, { params }: Call): Pages<Stripe.Account> {
  const { applied_configurations: configurations = [], closed = false } = params as ListGiven;
  return pagesOf(accountTable(stripe), {
    where: (account) => {
      const row = rowOf(stripe, account);
      return row.closed === closed && configurations.every((name) => row.applied_configurations.includes(name));
    },
  });
}

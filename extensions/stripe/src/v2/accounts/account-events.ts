/** What is told of accounts: one event for each part that changed. https://docs.stripe.com/connect/accounts-v2 */
import type Stripe from 'stripe';
import { accountTable, asPlatform } from '../../connect/account-data';
import type { Backend } from '../../kernel/backend';
import type { DefineModule } from '../../kernel/module';
import { omit } from '../../kernel/omit';
import { emitAboutAccount } from '../events/notify';
import { isKept, keepRow, rowOf, type AccountRow } from './account-row';
import { ACCOUNT, wholeAccount } from './account-view';

type Fields = Readonly<Record<string, unknown>>;

interface Status {
  readonly status: string;
}

/** The parts of an account that have an event of their own, by what stands in brackets in its type. */
const PARTS = [
  'configuration.customer',
  'configuration.merchant',
  'configuration.recipient',
  'defaults',
  'identity',
  'requirements',
] as const;
const REST = '';

/** Emits an event about an account: `v2.core.account.created`. */
export function emitAccount(stripe: Backend, id: string, type: string, data?: object): void {
  const related = { id, type: ACCOUNT, url: `/v2/core/accounts/${id}` };
  emitAboutAccount(stripe, type, { related, ...(data && { data }) });
}

/** The row of an account that version 1 may have made. From here on version 2 tells of what changes. */
export function adopted(stripe: Backend, account: Stripe.Account): AccountRow {
  const row = rowOf(stripe, account);
  if (isKept(stripe, account.id)) return row;
  return keepRow(stripe, { ...row, told: partsOf(wholeAccount(stripe, account)) });
}

/** Tells what has changed since the account was last told of. Of a new account, that it is there. */
export function announceAccount(stripe: Backend, id: string): void {
  asPlatform(stripe, () => {
    const account = accountTable(stripe).get(id);
    const row = rowOf(stripe, account);
    const parts = partsOf(wholeAccount(stripe, account));
    const isNew = Object.keys(row.told).length === 0;
    keepRow(stripe, { ...row, told: parts });
    if (isNew) emitAccount(stripe, id, 'v2.core.account.created');
    else announceChanges(stripe, id, row.told, parts);
  });
}

type Parts = Readonly<Record<string, string>>;

function announceChanges(stripe: Backend, id: string, before: Parts, after: Parts): void {
  const changed = Object.keys(after).filter((name) => before[name] !== after[name]);
  for (const name of changed.filter((each) => !each.includes(':'))) {
    emitAccount(stripe, id, name === REST ? 'v2.core.account.updated' : `v2.core.account[${name}].updated`);
  }
  for (const name of changed.filter((each) => each.includes(':'))) {
    const [configuration = '', capability] = name.split(':');
    const type = `v2.core.account[${configuration}].capability_status_updated`;
    emitAccount(stripe, id, type, { updated_capability: capability });
  }
}

/** Each part as text, and each capability: `configuration.merchant:card_payments`. */
function partsOf(whole: Fields): Parts {
  const { configuration, defaults, identity, requirements, ...rest } = whole;
  const configurations = (configuration ?? {}) as Readonly<Record<string, Fields | null>>;
  const parts: Record<string, string> = { [REST]: JSON.stringify(rest) };
  for (const part of PARTS) {
    const [, name] = part.split('.');
    const value = name === undefined ? { defaults, identity, requirements }[part as 'defaults'] : configurations[name];
    if (name === undefined || value === null || value === undefined) parts[part] = JSON.stringify(value ?? null);
    else {
      const { capabilities } = value as { readonly capabilities?: Fields | null };
      parts[part] = JSON.stringify(omit(value, 'capabilities'));
      for (const [capability, { status }] of statuses(capabilities ?? {})) parts[`${part}:${capability}`] = status;
    }
  }
  return parts;
}

/** The capabilities by their names, with their status: `stripe_balance.payouts`. */
function statuses(capabilities: Fields, at = ''): (readonly [string, Status])[] {
  return Object.entries(capabilities).flatMap(([name, value]) => {
    if (typeof value !== 'object' || value === null) return [];
    if ('status' in value) return [[at + name, value as Status] as const];
    return statuses(value as Fields, `${at}${name}.`);
  });
}

/** What version 1 changes of an account is told by version 2, too, where that knows the account. */
export const accountEvents: DefineModule = (stripe) => ({
  reactions: {
    'account.updated': ({ id }: Stripe.Account) => {
      if (isKept(stripe, id)) announceAccount(stripe, id);
    },
    'customer.updated': ({ customer_account: id }: Stripe.Customer) => {
      if (typeof id === 'string' && isKept(stripe, id)) announceAccount(stripe, id);
    },
  },
});

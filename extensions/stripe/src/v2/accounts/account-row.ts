/** What version 2 keeps of an account besides what version 1 does. */
import type Stripe from 'stripe';
import { accountTable, asPlatform } from '../../connect/account-data';
import type { Backend } from '../../kernel/backend';
import type { StripeObject } from '../../kernel/objects';
import type { Table } from '../../kernel/table';

export type Configuration = Stripe.V2.Core.Account.AppliedConfiguration;

export const CONFIGURATIONS: readonly Configuration[] = ['customer', 'merchant', 'recipient'];

export interface AccountRow extends StripeObject {
  readonly object: 'v2.core.account';
  readonly created: number;
  readonly applied_configurations: readonly Configuration[];
  readonly closed: boolean;
  /** What clients gave, as version 2 has it. Where version 1 knows the same, that goes before it. */
  readonly given: Readonly<Record<string, unknown>>;
  /** Capabilities that were asked for: `merchant.card_payments`, `recipient.stripe_balance.stripe_transfers`. */
  readonly requested: readonly string[];
  /** The customer of version 1 that the account is as a customer. */
  readonly customer: string | null;
  /** Each part of the account as it was last told about by events. */
  readonly told: Readonly<Record<string, string>>;
}

/** Rows are objects of the platform, as accounts are. */
function rowTable(stripe: Backend): Table<AccountRow> {
  return stripe.table<AccountRow>('v2.core.account');
}

export function isKept(stripe: Backend, id: string): boolean {
  return asPlatform(stripe, () => rowTable(stripe).find(id) !== undefined);
}

/** The row of an account; of one that version 1 made, what follows from what it may do. */
export function rowOf(stripe: Backend, account: Stripe.Account): AccountRow {
  return asPlatform(stripe, () => rowTable(stripe).find(account.id)) ?? rowFromVersion1(stripe, account);
}

/** Keeps a row, in the place of the former one. */
export function keepRow(stripe: Backend, row: AccountRow): AccountRow {
  return asPlatform(stripe, () => rowTable(stripe).put(row));
}

export function newRow(id: string, created: number): AccountRow {
  return {
    id,
    object: 'v2.core.account',
    applied_configurations: [],
    closed: false,
    created,
    customer: null,
    given: {},
    requested: [],
    told: {},
  };
}

const TRANSFERS = 'transfers';

function rowFromVersion1(stripe: Backend, { id, created = 0 }: Stripe.Account): AccountRow {
  const names = Object.keys(asPlatform(stripe, () => accountTable(stripe).hidden(id))?.requested ?? {});
  const requested = names.map((name) =>
    name === TRANSFERS ? 'recipient.stripe_balance.stripe_transfers' : `merchant.${name}`,
  );
  const applied = CONFIGURATIONS.filter((name) => requested.some((each) => each.startsWith(`${name}.`)));
  return { ...newRow(id, created), applied_configurations: applied, requested };
}

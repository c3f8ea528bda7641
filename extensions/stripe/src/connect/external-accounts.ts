/** The bank accounts and cards that accounts are paid out to: https://docs.stripe.com/api/external_accounts. */
import type Stripe from 'stripe';
import { invalidRequest, resourceMissing } from '../errors';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import type { Page } from '../kernel/objects';
import { namedBankAccount, newBankAccount } from '../payments/card-objects';
import { bankAccountTable, cardTable, tokenTable, useToken } from '../payments/card-source';
import { accountTable, asAccount, asPlatform } from './account-data';
import { refreshAccount } from './accounts';

type External = Stripe.BankAccount | Stripe.Card;
type Owned = External & { readonly account?: string; readonly default_for_currency?: boolean | null };

function all(stripe: Backend, account: string): Owned[] {
  return asAccount(stripe, account, () =>
    [...bankAccountTable(stripe).values(), ...cardTable(stripe).values()].filter(
      (each) => (each as Owned).account === account,
    ),
  ) as Owned[];
}

/** The list as it stands in an account. */
export function externalAccountsOf(stripe: Backend, account: string): Page<External> {
  return {
    object: 'list',
    data: all(stripe, account),
    has_more: false,
    url: `/v1/accounts/${account}/external_accounts`,
  };
}

/** Adds what a client names by a token, or describes. The first of a currency is the default. */
export function addExternalAccount(stripe: Backend, account: string, given: string | object): External {
  return asAccount(stripe, account, () => {
    const isFirst = (currency: string | null | undefined) =>
      !all(stripe, account).some((each) => each.currency === currency && each.default_for_currency === true);
    const finish = <T extends External>(object: T): T => ({
      ...object,
      account,
      available_payout_methods: ['standard'],
      customer: null,
      default_for_currency: isFirst(object.currency),
      metadata: object.metadata ?? {},
    });
    const named = typeof given === 'string' ? namedBankAccount(stripe, given) : undefined;
    let added: External;
    if (typeof given !== 'string') {
      const number = (given as { account_number?: string }).account_number;
      if (number === undefined)
        throw invalidRequest('Missing required param: external_account[account_number].', {
          code: 'parameter_missing',
          param: 'external_account[account_number]',
        });
      added = bankAccountTable(stripe).insert(finish(newBankAccount(stripe, given as never)), { account: number });
    } else if (named) {
      const [bank, number] = named;
      added = bankAccountTable(stripe).insert(finish(bank), { account: number });
    } else {
      // Tokens are the platform's, or the account's own.
      const scope = tokenTable(stripe).find(given) ? account : PLATFORM_ACCOUNT;
      const [token, secret] = stripe.as({ account: scope }, () => {
        const used = useToken(stripe, given, 'external_account');
        return [used, tokenTable(stripe).hidden(given) ?? {}] as const;
      });
      if (token.bank_account) added = bankAccountTable(stripe).insert(finish(token.bank_account), secret);
      else if (token.card) added = cardTable(stripe).insert(finish(token.card), secret);
      else throw resourceMissing('token', given, 'external_account');
    }
    stripe.emit('account.external_account.created', added);
    return added;
  });
}

/** https://docs.stripe.com/api/external_account_bank_accounts */
export const externalAccounts: DefineModule = (stripe) => {
  const get = (account: string, id: string): Owned => {
    asPlatform(stripe, () => accountTable(stripe).get(account));
    const found = all(stripe, account).find((each) => each.id === id);
    if (found === undefined) throw resourceMissing('external account', id);
    return found;
  };
  const tableOf = ({ object }: External) =>
    (object === 'card' ? cardTable(stripe) : bankAccountTable(stripe)) as ReturnType<typeof bankAccountTable>;
  return {
    operations: {
      'GET /v1/accounts/{account}/external_accounts': ({ path, url, params }) => {
        const { object, limit = 10 } = params as { object?: string; limit?: number };
        const { id } = asPlatform(stripe, () => accountTable(stripe).get(path['account']!));
        const found = all(stripe, id).filter((each) => object === undefined || each.object === object);
        return { object: 'list', data: found.slice(0, limit), has_more: found.length > limit, url };
      },
      'POST /v1/accounts/{account}/external_accounts': ({ path, params }) => {
        const { id } = asPlatform(stripe, () => accountTable(stripe).get(path['account']!));
        const { external_account: given } = params as { external_account: string | object };
        const added = addExternalAccount(stripe, id, given);
        refreshAccount(stripe, id, {});
        return added;
      },
      'GET /v1/accounts/{account}/external_accounts/{id}': ({ path }) => get(path['account']!, path['id']!),
      'POST /v1/accounts/{account}/external_accounts/{id}': ({ path, params }) => {
        const before = get(path['account']!, path['id']!);
        const { metadata, default_for_currency: isDefault, ...given } = params as Record<string, never>;
        return asAccount(stripe, path['account']!, () => {
          if (isDefault === true) {
            for (const other of all(stripe, path['account']!)) {
              if (other.currency === before.currency) tableOf(other).update(other.id, { default_for_currency: false });
            }
          }
          const change = {
            ...given,
            ...(isDefault !== undefined && { default_for_currency: isDefault }),
            metadata: mergeMetadata(before.metadata, metadata),
            // After a payout failed, what is new of the account is a reason to try again.
            status: 'new',
          };
          const after = tableOf(before).update(before.id, change, 'account.external_account.updated');
          refreshAccount(stripe, path['account']!, {});
          return after;
        });
      },
      'DELETE /v1/accounts/{account}/external_accounts/{id}': ({ path }) => {
        const found = get(path['account']!, path['id']!);
        if (
          found.default_for_currency === true &&
          all(stripe, path['account']!).filter((each) => each.currency === found.currency).length > 1
        ) {
          throw invalidRequest(
            'You cannot delete the default external account for your default currency. Please make another external account the default using the `default_for_currency` param, and then delete this one.',
          );
        }
        asAccount(stripe, path['account']!, () => {
          tableOf(found).remove(found.id);
          stripe.emit('account.external_account.deleted', found);
        });
        refreshAccount(stripe, path['account']!, {});
        return { id: found.id, object: found.object, deleted: true };
      },
    },
  };
};

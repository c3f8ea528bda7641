/** The bank accounts and cards that accounts are paid out to: https://docs.stripe.com/api/external_accounts. */
import type Stripe from 'stripe';
import { invalidRequest, resourceMissing } from '../errors';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import type { Page } from '../kernel/objects';
import { omit } from '../kernel/omit';
import { namedBankAccount, newBankAccount, newCard } from '../payments/card-objects';
import { bankAccountTable, cardTable, tokenTable, useToken, type SourceSecret } from '../payments/card-source';
import { behaviorOf, namedCard } from '../payments/cards';
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
  const data = all(stripe, account);
  return {
    object: 'list',
    data,
    has_more: false,
    total_count: data.length,
    url: `/v1/accounts/${account}/external_accounts`,
  };
}

const STANDARD = ['standard'];
const INSTANT = [...STANDARD, 'instant'];
const NO_REQUIREMENTS = { currently_due: [], errors: [], past_due: [], pending_verification: [] };

/** What else a client says of an external account that it adds. */
interface Wishes {
  /** The first of a currency is the default anyway. */
  readonly default_for_currency?: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Adds what a client names by a token, or describes. */
export function addExternalAccount(
  stripe: Backend,
  account: string,
  given: string | object,
  { default_for_currency: isWanted = false, metadata }: Wishes = {},
): External {
  return asAccount(stripe, account, () => {
    const finish = <T extends External>(given: T, payoutMethods: readonly string[]): T => {
      const object = omit(given, 'customer') as T;
      const currency = object.currency ?? currencyOfAccount(stripe, account);
      const isDefault = isWanted || defaultOf(stripe, account, currency) === undefined;
      if (isDefault) noDefault(stripe, account, currency);
      return {
        ...object,
        account,
        available_payout_methods: payoutMethods,
        currency,
        default_for_currency: isDefault,
        metadata: mergeMetadata(object.metadata ?? {}, metadata),
      };
    };
    const addCard = (card: Stripe.Card, secret: SourceSecret): External => {
      const isInstant = behaviorOf(secret).payout !== 'notInstant';
      return cardTable(stripe).insert(finish(debitCard(card), isInstant ? INSTANT : STANDARD), secret);
    };
    const addBank = (bank: Stripe.BankAccount, secret: SourceSecret): External => {
      const whole = { ...bank, future_requirements: NO_REQUIREMENTS, requirements: NO_REQUIREMENTS };
      return bankAccountTable(stripe).insert(finish(whole, bank.country === 'US' ? INSTANT : STANDARD), secret);
    };
    const named = typeof given === 'string' ? namedBankAccount(stripe, given) : undefined;
    let added: External;
    if (typeof given !== 'string') {
      const number = (given as { account_number?: string }).account_number;
      if (number === undefined)
        throw invalidRequest('Missing required param: external_account[account_number].', {
          code: 'parameter_missing',
          param: 'external_account[account_number]',
        });
      added = addBank(newBankAccount(stripe, given as never), { account: number });
    } else if (named) {
      const [bank, number] = named;
      added = addBank(bank, { account: number });
    } else if (namedCard(stripe, given)) {
      const card = namedCard(stripe, given)!;
      added = addCard(newCard(stripe, card, {}), { number: card.number, hasCvc: card.hasCvc });
    } else {
      // Tokens are the platform's, or the account's own.
      const scope = tokenTable(stripe).find(given) ? account : PLATFORM_ACCOUNT;
      const [token, secret] = stripe.as({ account: scope }, () => {
        const used = useToken(stripe, given, 'external_account');
        return [used, tokenTable(stripe).hidden(given) ?? {}] as const;
      });
      if (token.bank_account) added = addBank(token.bank_account, secret);
      else if (token.card) added = addCard(token.card, secret);
      else throw resourceMissing('token', given, 'external_account');
    }
    stripe.emit('account.external_account.created', added);
    return added;
  });
}

/** Adds an external account in the place of the default one of its currency, which is deleted. */
export function replaceExternalAccount(stripe: Backend, account: string, given: string | object): void {
  const before = all(stripe, account).filter((each) => each.default_for_currency === true);
  const { currency } = addExternalAccount(stripe, account, given, { default_for_currency: true });
  for (const former of before) if (former.currency === currency) forget(stripe, account, former);
}

function currencyOfAccount(stripe: Backend, account: string): string {
  return asPlatform(stripe, () => accountTable(stripe).get(account).default_currency) ?? 'usd';
}

function defaultOf(stripe: Backend, account: string, currency: string): Owned | undefined {
  return all(stripe, account).find((each) => each.currency === currency && each.default_for_currency === true);
}

/** Another one is going to be the default of the currency. */
function noDefault(stripe: Backend, account: string, currency: string | null | undefined): void {
  for (const each of all(stripe, account)) {
    if (each.currency === currency) tableOf(stripe, each).update(each.id, { default_for_currency: false });
  }
}

function forget(stripe: Backend, account: string, external: Owned): void {
  asAccount(stripe, account, () => {
    tableOf(stripe, external).remove(external.id);
    stripe.emit('account.external_account.deleted', external);
  });
}

function debitCard(card: Stripe.Card): Stripe.Card {
  if (card.funding === 'debit') return card;
  throw invalidRequest(
    'The card provided as an external account is not supported for payouts. Provide a non-prepaid debit card instead.',
    { code: 'invalid_card_type', param: 'external_account' },
  );
}

function tableOf(stripe: Backend, { object }: External) {
  return (object === 'card' ? cardTable(stripe) : bankAccountTable(stripe)) as ReturnType<typeof bankAccountTable>;
}

/** https://docs.stripe.com/api/external_account_bank_accounts */
export const externalAccounts: DefineModule = (stripe) => {
  const get = (account: string, id: string): Owned => {
    asPlatform(stripe, () => accountTable(stripe).get(account));
    const found = all(stripe, account).find((each) => each.id === id);
    if (found === undefined) throw resourceMissing('external account', id);
    return found;
  };
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
        const { external_account: given, ...wishes } = params as unknown as {
          external_account: string | object;
        } & Wishes;
        const added = addExternalAccount(stripe, id, given, wishes);
        refreshAccount(stripe, id, {});
        return added;
      },
      'GET /v1/accounts/{account}/external_accounts/{id}': ({ path }) => get(path['account']!, path['id']!),
      'POST /v1/accounts/{account}/external_accounts/{id}': ({ path, params }) => {
        const before = get(path['account']!, path['id']!);
        const { metadata, default_for_currency: isDefault, ...given } = params as Record<string, never>;
        return asAccount(stripe, path['account']!, () => {
          if (isDefault === true) noDefault(stripe, path['account']!, before.currency);
          const change = {
            ...given,
            ...(isDefault !== undefined && { default_for_currency: isDefault }),
            metadata: mergeMetadata(before.metadata, metadata),
            // After a payout failed, what is new of the account is a reason to try again.
            status: 'new',
          };
          const after = tableOf(stripe, before).update(before.id, change, 'account.external_account.updated');
          refreshAccount(stripe, path['account']!, {});
          return after;
        });
      },
      'DELETE /v1/accounts/{account}/external_accounts/{id}': ({ path }) => {
        const found = get(path['account']!, path['id']!);
        const isOnly = all(stripe, path['account']!).filter((each) => each.currency === found.currency).length === 1;
        const isUsual = found.currency === currencyOfAccount(stripe, path['account']!);
        if (found.default_for_currency === true && (isUsual || !isOnly)) {
          throw invalidRequest(
            'You cannot delete the default external account for your default currency. Please make another external account the default using the `default_for_currency` param, and then delete this one.',
          );
        }
        forget(stripe, path['account']!, found);
        refreshAccount(stripe, path['account']!, {});
        return { id: found.id, object: found.object, deleted: true };
      },
    },
  };
};

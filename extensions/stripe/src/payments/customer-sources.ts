/** Cards, bank accounts and sources of customers: https://docs.stripe.com/api/cards. */
import type Stripe from 'stripe';
import { invalidRequest, resourceMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import { pageOf } from '../kernel/page-of';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { omit } from '../kernel/omit';
import { DEPOSITS } from './bank-accounts';
import { checkedCard, namedBankAccount, newBankAccount, newCard } from './card-objects';
import { bankAccountTable, cardTable, sourceTable, tokenTable, useToken, type SourceSecret } from './card-source';
import { namedCard, readCard, verificationDecline, type CardParams } from './cards';
import { declineError } from './declines';
import { checkExpiry } from './expiry';

export type CustomerSource = Stripe.Card | Stripe.BankAccount | Stripe.Source;

type Given = CardParams & { readonly object?: string } & Readonly<Record<string, unknown>>;

/** All cards, bank accounts and sources of a customer: the default, and then the others, newest first. */
export function sourcesOf(stripe: Backend, customer: string): CustomerSource[] {
  const by = { customer };
  const all: CustomerSource[] = [
    ...cardTable(stripe).values({ by }),
    ...bankAccountTable(stripe).values({ by }),
    ...sourceTable(stripe).values({ by }),
  ];
  const preferred = idOf(stripe.table<Stripe.Customer>('customer').find(customer)?.default_source);
  const shown = all.filter((each) => !('deleted' in each));
  return [...shown.filter(({ id }) => id === preferred), ...shown.filter(({ id }) => id !== preferred)];
}

/**
 * Gives a customer what a token, a source or an inline card stands for. The first one becomes the default. Throws a card error
 * where the bank does not verify it.
 */
export function addSource(
  stripe: Backend,
  customer: string,
  given: string | Given,
  options: { readonly becomesDefault?: boolean; readonly replacesDefault?: boolean } = {},
): CustomerSource {
  stripe.table('customer').get(customer, 'customer');
  const added = take(stripe, customer, given);
  stripe.emit('customer.source.created', added);
  const customers = stripe.table<Stripe.Customer>('customer');
  const { default_source: before } = customers.get(customer);
  if (before === null && options.replacesDefault !== true) {
    customers.update(
      customer,
      { default_source: added.id },
      options.becomesDefault === true ? undefined : 'customer.updated',
    );
  }
  return added;
}

/** Gives a customer another default source; the one that was the default before goes. Throws as {@link addSource} does. */
export function replaceDefaultSource(stripe: Backend, customer: string, given: string | Given): CustomerSource {
  const customers = stripe.table<Stripe.Customer>('customer');
  const before = idOf(customers.get(customer, 'customer').default_source);
  const added = addSource(stripe, customer, given, { replacesDefault: true });
  customers.update(customer, { default_source: added.id });
  if (before !== undefined && before !== added.id) removeSource(stripe, customer, before);
  return added;
}

function take(stripe: Backend, customer: string, given: string | Given): CustomerSource {
  if (typeof given !== 'string') {
    if (given.object === 'bank_account') {
      return keepAccount(stripe, customer, newBankAccount(stripe, given), {
        account: given['account_number'] as string,
      });
    }
    const card = readCard(stripe, given);
    return keepCard(stripe, customer, newCard(stripe, card, given), { number: card.number, hasCvc: card.hasCvc });
  }
  const named = namedCard(stripe, given);
  if (named) {
    const secret = { number: named.number, hasCvc: named.hasCvc };
    return keepCard(stripe, customer, newCard(stripe, named, {}), secret);
  }
  if (given.startsWith('src_')) {
    const source = sourceTable(stripe).get(given, 'source');
    if (source.usage === 'single_use') {
      throw invalidRequest('The source you provided is not reusable and cannot be attached to a customer.', {
        param: 'source',
      });
    }
    return sourceTable(stripe).update(given, { customer });
  }
  const [bank, number] = namedBankAccount(stripe, given) ?? [];
  if (bank && number !== undefined) {
    return keepAccount(stripe, customer, bank, { account: number });
  }
  const token = useToken(stripe, given, 'source');
  const secret = tokenTable(stripe).hidden(given) ?? {};
  if (token.bank_account) {
    return keepAccount(stripe, customer, token.bank_account, secret);
  }
  if (!token.card) throw resourceMissing('token', given, 'source');
  // Only where looser rules hold can a token come twice, and each card needs an identifier of its own.
  const isTaken = cardTable(stripe).has(token.card.id);
  return keepCard(stripe, customer, isTaken ? { ...token.card, id: stripe.newId('card') } : token.card, secret);
}

/** Gives a bank account to a customer. Throws for one that the customer has already. */
function keepAccount(
  stripe: Backend,
  customer: string,
  account: Stripe.BankAccount,
  secret: SourceSecret,
): Stripe.BankAccount {
  const { fingerprint, routing_number: routing } = account;
  const isSame = (each: Stripe.BankAccount): boolean =>
    each.fingerprint === fingerprint && each.routing_number === routing;
  if (!stripe.isLoose && bankAccountTable(stripe).first({ by: { customer }, where: isSame })) {
    throw invalidRequest(
      'A bank account with that routing number and account number already exists for this customer.',
      {
        code: 'bank_account_exists',
      },
    );
  }
  return bankAccountTable(stripe).insert({ ...account, customer }, secret);
}

function keepCard(stripe: Backend, customer: string, card: Stripe.Card, secret: { number?: string; hasCvc?: boolean }) {
  const decline = verificationDecline(secret);
  if (decline) throw declineError(decline);
  return cardTable(stripe).insert({ ...checkedCard(card, secret.number), customer }, secret);
}

/** Takes a source from its customer; another one becomes the default. */
function removeSource(stripe: Backend, customer: string, id: string): object {
  const source = find(stripe, customer, id);
  const { object } = source;
  if (object === 'source') sourceTable(stripe).replace(id, { ...omit(source, 'customer'), status: 'consumed' });
  else if (object === 'card') cardTable(stripe).remove(id);
  else bankAccountTable(stripe).remove(id);
  stripe.table('payment_method').remove(id);
  stripe.emit('customer.source.deleted', source);
  const customers = stripe.table<Stripe.Customer>('customer');
  if (idOf(customers.get(customer).default_source) === id) {
    customers.update(customer, { default_source: sourcesOf(stripe, customer)[0]?.id ?? null }, 'customer.updated');
  }
  return object === 'source' ? sourceTable(stripe).get(id) : { id, object, deleted: true };
}

function find(stripe: Backend, customer: string, id: string): CustomerSource {
  stripe.table('customer').get(customer, 'customer');
  const found = sourcesOf(stripe, customer).find((each) => each.id === id);
  if (found === undefined) throw resourceMissing('source', id);
  return found;
}

/** The month and year of a card as numbers, where they change. Throws a card error for those that cannot be. */
function expiryOf(
  stripe: Backend,
  before: Stripe.Card,
  given: { readonly exp_month?: unknown; readonly exp_year?: unknown },
): Partial<Pick<Stripe.Card, 'exp_month' | 'exp_year'>> {
  if (given.exp_month === undefined && given.exp_year === undefined) return {};
  const expiry = {
    exp_month: Number(given.exp_month ?? before.exp_month),
    exp_year: Number(given.exp_year ?? before.exp_year),
  };
  checkExpiry(stripe, expiry);
  return expiry;
}

function updateSource(stripe: Backend, customer: string, id: string, params: object): CustomerSource {
  const source = find(stripe, customer, id);
  const { metadata, owner, ...given } = params as Readonly<Record<string, unknown>> & {
    readonly metadata?: Readonly<Record<string, string>> | '';
    readonly owner?: object;
  };
  const card = source.object === 'card' ? expiryOf(stripe, source, given) : {};
  const change = {
    ...Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value === '' ? null : value])),
    ...(metadata !== undefined && {
      metadata: mergeMetadata(source.metadata, metadata),
    }),
    ...(owner !== undefined && { owner }),
    ...card,
  };
  const table =
    source.object === 'card'
      ? cardTable(stripe)
      : source.object === 'source'
        ? sourceTable(stripe)
        : bankAccountTable(stripe);
  return (table as ReturnType<typeof cardTable>).update(id, change, 'customer.source.updated');
}

/** https://docs.stripe.com/api/customers/sources, and the paths that cards and bank accounts had on their own. */
export const customerSources: DefineModule = (stripe) => {
  return {
    operations: {
      'GET /v1/customers/{customer}/sources': ({ path, url, params }) => {
        const given = params as { readonly object?: string };
        stripe.table('customer').get(path['customer']!, 'customer');
        const found = sourcesOf(stripe, path['customer']!).filter(
          ({ object }) => given.object === undefined || object === given.object,
        );
        const page = pageOf(found, url, params);
        return stripe.isLoose ? { ...page, total_count: found.length } : page;
      },
      'POST /v1/customers/{customer}/sources': ({ path, params }) => {
        const { source, metadata } = params as unknown as {
          readonly source: string | Given;
          readonly metadata?: Readonly<Record<string, string>>;
        };
        const added = addSource(stripe, path['customer']!, source);
        return metadata === undefined ? added : updateSource(stripe, path['customer']!, added.id, { metadata });
      },
      'GET /v1/customers/{customer}/sources/{id}': ({ path }) => find(stripe, path['customer']!, path['id']!),
      'POST /v1/customers/{customer}/sources/{id}': ({ path, params }) =>
        updateSource(stripe, path['customer']!, path['id']!, params),
      'DELETE /v1/customers/{customer}/sources/{id}': ({ path }) =>
        removeSource(stripe, path['customer']!, path['id']!),
      'POST /v1/customers/{customer}/sources/{id}/verify': ({ path, params }) => {
        find(stripe, path['customer']!, path['id']!);
        const { amounts } = params as { readonly amounts?: readonly number[] };
        if (amounts !== undefined && amounts.join(',') !== DEPOSITS.amounts) {
          throw invalidRequest('The amounts provided do not match the amounts that were sent to the bank account.', {
            code: 'bank_account_verification_failed',
          });
        }
        return bankAccountTable(stripe).update(path['id']!, { status: 'verified' }, 'customer.source.updated');
      },
    },
    includes: {
      'customer sources': (customer: Stripe.Customer) => {
        const sources = sourcesOf(stripe, customer.id);
        const { url, ...page } = pageOf(sources, `/v1/customers/${customer.id}/sources`);
        return { ...page, total_count: sources.length, url };
      },
    },
  };
};

/** Accounts as customers: https://docs.stripe.com/connect/use-accounts-as-customers. Each is a customer of version 1 as well. */
import type { Collection } from 'backlot';
import { invalidRequest, resourceMissing } from '../../errors';
import type { Backend } from '../../kernel/backend';
import { omit } from '../../kernel/omit';
import type { RawHash } from '../../parameters/form';
import { fieldOf } from '../../spec/shapes';

interface Link {
  readonly account: string;
  readonly customer: string;
}

/** Each answer asks for them. */
const known = new WeakMap<Backend, Collection<Link>>();

/** By customer. */
function links(stripe: Backend): Collection<Link> {
  let all = known.get(stripe);
  if (all === undefined) {
    all = stripe.state.collection<Link>('customer_account', { indexes: { account: ({ account }) => [[account]] } });
    known.set(stripe, all);
  }
  return all;
}

export function linkCustomer(stripe: Backend, account: string, customer: string): void {
  links(stripe).put(customer, { account, customer });
}

/** What a client of version 1 gave, with the customer that an account is in the place of `customer_account`. */
export function withCustomer(stripe: Backend, given: RawHash): RawHash {
  const account = given['customer_account'];
  if (typeof account !== 'string' || account === '') return given;
  if (given['customer'] !== undefined && given['customer'] !== '') {
    throw invalidRequest('You may only specify one of these parameters: customer, customer_account.', {
      param: 'customer_account',
    });
  }
  const link = links(stripe).by('account').get([account]);
  if (link === undefined) throw resourceMissing('account', account, 'customer_account');
  return Object.assign(Object.create(null) as RawHash, omit(given, 'customer_account'), { customer: link.customer });
}

/** An answer in which whatever belongs to the customer of an account names the account, too. */
export function withCustomerAccounts(stripe: Backend, answer: object): object {
  const all = links(stripe);
  return all.count() === 0 ? answer : (named(all, answer) as object);
}

function named(all: Collection<Link>, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => named(all, each));
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([name, each]) => [name, named(all, each)]));
  const { customer, object } = copy;
  const id = typeof customer === 'string' ? customer : (customer as { readonly id?: string } | null | undefined)?.id;
  if (id === undefined || typeof object !== 'string' || fieldOf(object, 'customer_account') === undefined) return copy;
  const account = all.get(id)?.account;
  return account === undefined ? copy : { ...copy, customer_account: account };
}

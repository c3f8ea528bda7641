import { idOf, valueAt, type StripeObject } from '../kernel/objects';
import type { Backend } from '../kernel/backend';
import type { RawHash } from '../parameters/form';
import type { Change, Fields } from './changes';

/** https://docs.stripe.com/changelog: the versions before there were names. Newest first. */
export const EARLIER: readonly Change[] = [
  {
    // Products called their marketing features just features.
    since: '2024-04-10',
    render: (object) => (object['object'] === 'product' ? renamed(object, 'marketing_features', 'features') : object),
    translate: {
      'POST /v1/products': (given) => renamed(given, 'features', 'marketing_features'),
      'POST /v1/products/{id}': (given) => renamed(given, 'features', 'marketing_features'),
      'POST /v1/products/{product}': (given) => renamed(given, 'features', 'marketing_features'),
    },
  },
  {
    // A payment intent had all of its charges, and a charge its refunds.
    since: '2022-11-15',
    fields: { 'payment_intent charges': 'charge[]' },
    render: (object, stripe) => {
      if (object['object'] === 'payment_intent') {
        const id = String(object['id']);
        return {
          ...object,
          charges: pageOf(stripe, 'charge', `/v1/charges?payment_intent=${id}`, { payment_intent: id }),
        };
      }
      if (object['object'] !== 'charge' || object['refunds'] !== undefined) return object;
      const id = String(object['id']);
      return { ...object, refunds: pageOf(stripe, 'refund', `/v1/charges/${id}/refunds`, { charge: id }) };
    },
  },
  {
    // Checkout knew shipping in two fields.
    since: '2022-08-01',
    render: (object) => {
      if (object['object'] !== 'checkout.session') return object;
      const cost = object['shipping_cost'] as Fields | null | undefined;
      return { ...object, shipping_rate: idOf(cost?.['shipping_rate'] as string | null | undefined) ?? null };
    },
  },
  {
    // A customer had its sources, subscriptions and tax ids.
    since: '2020-08-27',
    render: (object, stripe) => {
      if (object['object'] !== 'customer' || object['deleted'] === true) return object;
      const id = String(object['id']);
      return {
        ...object,
        sources: object['sources'] ?? sourcesOf(stripe, id),
        subscriptions:
          object['subscriptions'] ??
          pageOf(stripe, 'subscription', `/v1/customers/${id}/subscriptions`, { customer: id }, (each) => {
            return each['status'] !== 'canceled' && each['status'] !== 'incomplete_expired';
          }),
        tax_ids: object['tax_ids'] ?? pageOf(stripe, 'tax_id', `/v1/customers/${id}/tax_ids`, { customer: id }),
      };
    },
  },
  {
    // The balance of a customer was called that of an account.
    since: '2019-10-17',
    render: (object) => (object['object'] === 'customer' ? renamed(object, 'balance', 'account_balance') : object),
    translate: {
      'POST /v1/customers': (given) => renamed(given, 'account_balance', 'balance'),
      'POST /v1/customers/{customer}': (given) => renamed(given, 'account_balance', 'balance'),
    },
  },
  {
    // A plan had a name of its own: there were no products for services.
    since: '2018-02-05',
    render: (object, stripe) => {
      if (object['object'] !== 'plan') return object;
      const product = idOf(object['product'] as string | null | undefined);
      const found = product === undefined ? undefined : stripe?.table<StripeObject>('product').find(product);
      return {
        ...object,
        name: valueAt(found, 'name') ?? object['nickname'] ?? null,
        statement_descriptor: valueAt(found, 'statement_descriptor') ?? null,
      };
    },
    translate: {
      'POST /v1/plans': ({ name, statement_descriptor: descriptor, ...given }: RawHash): RawHash =>
        name === undefined || given['product'] !== undefined
          ? given
          : { ...given, product: { name, ...(descriptor !== undefined && { statement_descriptor: descriptor }) } },
    },
  },
];

function renamed<T>(object: Record<string, T>, from: string, to: string): Record<string, T> {
  const { [from]: value, ...rest } = object;
  return value === undefined ? rest : { ...rest, [to]: value };
}

function pageOf(
  stripe: Backend | undefined,
  kind: string,
  url: string,
  by: Readonly<Record<string, string>>,
  where: (object: Fields) => boolean = () => true,
): object {
  const empty = { object: 'list', data: [], has_more: false, url };
  return stripe?.table(kind).page(url, {}, { by, where: (object) => where(object as unknown as Fields) }) ?? empty;
}

function sourcesOf(stripe: Backend | undefined, customer: string): object {
  const data = ['card', 'bank_account', 'source'].flatMap((kind) =>
    stripe ? [...stripe.table(kind).values({ by: { customer } })] : [],
  );
  return { object: 'list', data, has_more: false, url: `/v1/customers/${customer}/sources` };
}

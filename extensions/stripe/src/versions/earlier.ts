import { idOf, valueAt, type StripeObject } from '../kernel/objects';
import type { Backend } from '../kernel/backend';
import type { RawHash } from '../parameters/form';
import type { Change, Fields } from './changes';
import { formerCheckout } from './former-checkout';
import { sourceIntents } from './former-intents';
import { billing, cancelAtPeriodEnd, subscriptionSource, taxPercent } from './former-subscriptions';
import { isHash, listOf, renamed } from './raw-lists';

const OF_GOODS = ['attributes', 'caption', 'deactivate_on'];

/** https://docs.stripe.com/changelog: the versions before there were names. Newest first. */
export const EARLIER: readonly Change[] = [
  {
    // Products called their marketing features just features, and invoices how they are shown their options. A capture was not left for
    // later.
    since: '2024-04-10',
    render: (object) => {
      switch (object['object']) {
        case 'product':
          return renamed(object, 'marketing_features', 'features');
        case 'invoice': {
          const rendering = object['rendering'] as Fields | null | undefined;
          const display = rendering?.['amount_tax_display'] ?? null;
          return { ...object, rendering_options: display === null ? null : { amount_tax_display: display } };
        }
        default:
          return object;
      }
    },
    translate: {
      'POST /v1/accounts': withCapabilities,
      'POST /v1/accounts/{account}': withCapabilities,
      'POST /v1/invoices': withRendering,
      'POST /v1/invoices/{invoice}': withRendering,
      'POST /v1/payment_intents': (given) => ({ capture_method: 'automatic', ...given }),
      'POST /v1/products': (given) => renamed(given, 'features', 'marketing_features'),
      'POST /v1/products/{id}': (given) => renamed(given, 'features', 'marketing_features'),
      'POST /v1/products/{product}': (given) => renamed(given, 'features', 'marketing_features'),
    },
  },
  {
    // Who named no ways to pay meant cards.
    since: '2023-08-16',
    fields: { 'charge dispute': 'dispute', 'charge destination': 'account' },
    translate: {
      'POST /v1/payment_intents': withCards,
      'POST /v1/setup_intents': withCards,
      'POST /v1/accounts': withLegacyPayments,
    },
  },
  {
    // A payment intent had all of its charges, and a charge its refunds.
    since: '2022-11-15',
    fields: { 'payment_intent charges': 'charge[]' },
    render: (object, stripe, show) => {
      const withRefunds = (charge: Fields): Fields => {
        const id = String(charge['id']);
        return { refunds: pageOf(stripe, 'refund', `/v1/charges/${id}/refunds`, { charge: id }, show), ...charge };
      };
      if (object['object'] === 'charge') return withRefunds(object);
      if (object['object'] !== 'payment_intent') return object;
      const id = String(object['id']);
      const showCharge = (charge: object): object => withRefunds(show(charge) as Fields);
      return {
        ...object,
        charges: pageOf(stripe, 'charge', `/v1/charges?payment_intent=${id}`, { payment_intent: id }, showCharge),
      };
    },
  },
  {
    // An invoice took up what was pending, and was not made where nothing was, unless it was told not to.
    since: '2022-08-01',
    accepts: { 'POST /v1/invoices': ['pending_invoice_items_behavior'] },
    translate: {
      'POST /v1/invoices': (given) => ({ pending_invoice_items_behavior: 'include_and_require', ...given }),
    },
  },
  {
    // Products could be goods, with variants.
    since: '2022-08-01',
    accepts: {
      'POST /v1/products': OF_GOODS,
      'POST /v1/products/{product}': OF_GOODS,
    },
  },
  formerCheckout,
  taxPercent,
  {
    // A customer had its sources, subscriptions and tax ids.
    since: '2020-08-27',
    render: (object, stripe, show) => {
      if (object['object'] !== 'customer' || object['deleted'] === true) return object;
      const id = String(object['id']);
      const by = { customer: id };
      const url = `/v1/customers/${id}`;
      return {
        sources: sourcesOf(stripe, id, show),
        subscriptions: pageOf(stripe, 'subscription', `${url}/subscriptions`, by, show, isRunning),
        tax_ids: pageOf(stripe, 'tax_id', `${url}/tax_ids`, by, show),
        ...object,
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
  billing,
  sourceIntents,
  cancelAtPeriodEnd,
  subscriptionSource,
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

function withRendering({ rendering_options: options, ...given }: RawHash): RawHash {
  if (options === undefined) return given;
  return {
    ...given,
    rendering: isHash(options) ? { ...options, ...(isHash(given['rendering']) && given['rendering']) } : options,
  };
}

/** Accounts named what they wanted to do, and where their money goes, in other words. */
function withCapabilities({ requested_capabilities: names, ...given }: RawHash): RawHash {
  const { external_account, ...rest } = renamed(given, 'bank_account', 'external_account');
  const account = isHash(external_account) ? { object: 'bank_account', ...external_account } : external_account;
  const asked = listOf(names).map((name) => [name as string, { requested: 'true' }] as const);
  return {
    ...rest,
    ...(account !== undefined && { external_account: account }),
    ...(names !== undefined && {
      capabilities: { ...Object.fromEntries(asked), ...(isHash(rest['capabilities']) && rest['capabilities']) },
    }),
  };
}

function isRunning(subscription: StripeObject): boolean {
  const status = valueAt(subscription, 'status');
  return status !== 'canceled' && status !== 'incomplete_expired';
}

/** An account that asked for nothing in particular took transfers at once. */
function withLegacyPayments(given: RawHash): RawHash {
  const asked = ['capabilities', 'controller', 'type'].some((name) => given[name] !== undefined);
  return asked ? given : { ...given, capabilities: { legacy_payments: { requested: 'true' } } };
}

/** The first page of a list, with what it holds as it was. */
function pageOf(
  stripe: Backend | undefined,
  kind: string,
  url: string,
  by: Readonly<Record<string, string>>,
  show: (object: object) => object,
  where: (object: StripeObject) => boolean = () => true,
): object {
  const page = stripe?.table(kind).within(url, { by, where });
  return { object: 'list', has_more: false, total_count: 0, ...page, data: page?.data.map(show) ?? [], url };
}

function sourcesOf(stripe: Backend | undefined, customer: string, show: (object: object) => object): object {
  const data = ['card', 'bank_account', 'source'].flatMap((kind) =>
    stripe ? [...stripe.table(kind).values({ by: { customer } })].map(show) : [],
  );
  return {
    object: 'list',
    data,
    has_more: false,
    total_count: data.length,
    url: `/v1/customers/${customer}/sources`,
  };
}

function withCards(given: RawHash): RawHash {
  const named = given['payment_method_types'] !== undefined || given['automatic_payment_methods'] !== undefined;
  return withTransfers(named ? given : { ...given, payment_method_types: ['card'] });
}

/** Transfers to Japanese accounts had another name. */
function withTransfers(given: RawHash): RawHash {
  const text = JSON.stringify(given);
  return text.includes('"jp_bank_account"')
    ? (JSON.parse(text.replace('"type":"jp_bank_account"', '"type":"jp_bank_transfer"')) as RawHash)
    : given;
}

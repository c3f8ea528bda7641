import type Stripe from 'stripe';
import { resourceMissing, StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import { idOf, type StripeObject } from '../kernel/objects';
import type { RawHash } from '../parameters/form';
import { decode, loadSpec, UNSPECIFIED, type FoundOperation, type Operation } from '../spec/spec';
import { isOlder } from './versions';

type Values = Readonly<Record<string, string>>;

/** A path that Stripe answers under though its packages call it no more, or that it had up to a version. */
interface FormerPath {
  readonly key: string;
  /** The operation of today that answers it, and whose parameters it takes; none where it takes what no operation takes. */
  readonly today?: string;
  /** What a handler under its own key answers, where that of today is no answer: `charge`, or `line_item[]` for a list. */
  readonly own?: string;
  /** The day of the version that took it away. */
  readonly until?: string;
  /** What the path says in parameters. Throws for what does not belong together. */
  readonly adapt?: (given: RawHash, path: Values, stripe: Backend) => RawHash;
  /** What stands in the path of today, where it is not the last that stands in this one. */
  readonly values?: (path: Values, stripe: Backend) => readonly string[];
}

const BASIL = '2025-03-31';

const PATHS: readonly FormerPath[] = [
  ...held('card', 'cards', 'card'),
  ...held('bank_account', 'bank_accounts', 'bank_account'),
  {
    key: 'POST /v1/customers/{customer}/bank_accounts/{id}/verify',
    today: 'POST /v1/customers/{}/sources/{}/verify',
  },
  {
    key: 'GET /v1/customers/{customer}/subscriptions',
    today: 'GET /v1/subscriptions',
    adapt: (given, { customer = '' }) => ({ ...given, customer }),
  },
  {
    key: 'POST /v1/customers/{customer}/subscriptions',
    today: 'POST /v1/subscriptions',
    adapt: (given, { customer = '' }) => ({ ...given, customer }),
  },
  ...['GET', 'POST', 'DELETE'].map((method) => ({
    key: `${method} /v1/customers/{customer}/subscriptions/{subscription}`,
    today: `${method} /v1/subscriptions/{}`,
    adapt: ofCustomer,
  })),
  {
    key: 'GET /v1/customers/{customer}/subscriptions/{subscription}/discount',
    today: 'GET /v1/subscriptions/{}',
    own: 'discount',
    adapt: ofCustomer,
  },
  {
    key: 'DELETE /v1/customers/{customer}/subscriptions/{subscription}/discount',
    today: 'DELETE /v1/subscriptions/{}/discount',
    adapt: ofCustomer,
  },
  { key: 'GET /v1/customers/{customer}/discount', today: 'GET /v1/customers/{}', own: 'discount' },
  {
    key: 'POST /v1/charges/{charge}/refund',
    today: 'POST /v1/refunds',
    own: 'charge',
    adapt: (given, { charge = '' }) => ({ ...given, charge }),
  },
  ...['GET', 'POST'].map((method) => ({
    key: `${method} /v1/charges/{charge}/refunds`,
    today: `${method} /v1/refunds`,
    adapt: (given: RawHash, { charge = '' }: Values) => ({ ...given, charge }),
  })),
  ...['GET', 'POST'].map((method) => ({
    key: `${method} /v1/charges/{charge}/refunds/{refund}`,
    today: `${method} /v1/refunds/{}`,
    values: refundOf,
  })),
  ...['GET', 'POST'].map((method) => ({
    key: `${method} /v1/charges/{charge}/dispute`,
    today: `${method} /v1/disputes/{}`,
    values: disputeOf,
  })),
  { key: 'POST /v1/charges/{charge}/dispute/close', today: 'POST /v1/disputes/{}/close', values: disputeOf },
  { key: 'GET /v1/balance/history', today: 'GET /v1/balance_transactions' },
  { key: 'GET /v1/balance/history/{id}', today: 'GET /v1/balance_transactions/{}' },
  ...['GET', 'POST'].map((method) => ({
    key: `${method} /v1/accounts/{account}/people`,
    today: `${method} /v1/accounts/{}/persons`,
  })),
  ...['GET', 'POST', 'DELETE'].map((method) => ({
    key: `${method} /v1/accounts/{account}/people/{person}`,
    today: `${method} /v1/accounts/{}/persons/{}`,
  })),
  {
    key: 'GET /v1/accounts/{account}/bank_accounts',
    today: 'GET /v1/accounts/{}/external_accounts',
    adapt: (given) => ({ ...given, object: 'bank_account' }),
  },
  {
    key: 'POST /v1/accounts/{account}/bank_accounts',
    today: 'POST /v1/accounts/{}/external_accounts',
    adapt: (given) => moved(given, 'bank_account', 'external_account'),
  },
  ...['GET', 'POST', 'DELETE'].map((method) => ({
    key: `${method} /v1/accounts/{account}/bank_accounts/{id}`,
    today: `${method} /v1/accounts/{}/external_accounts/{}`,
  })),
  {
    key: 'POST /v1/application_fees/{fee}/refund',
    today: 'POST /v1/application_fees/{}/refunds',
    own: 'application_fee',
  },
  { key: 'GET /v1/invoices/upcoming', today: 'POST /v1/invoices/create_preview', own: 'invoice', until: BASIL },
  {
    key: 'GET /v1/invoices/upcoming/lines',
    today: 'POST /v1/invoices/create_preview',
    own: 'line_item[]',
    until: BASIL,
  },
  { key: 'POST /v1/subscription_items/{item}/usage_records', own: 'usage_record', until: BASIL },
  {
    key: 'GET /v1/subscription_items/{item}/usage_record_summaries',
    today: 'GET /v1/invoices/{}/lines',
    own: 'usage_record_summary[]',
    until: BASIL,
  },
];

/** A kind of what customers pay with, as it was before there was one path for all of them. */
function held(kind: string, plural: string, param: string): FormerPath[] {
  const list = `/v1/customers/{customer}/${plural}`;
  return [
    {
      key: `GET ${list}`,
      today: 'GET /v1/customers/{}/sources',
      adapt: (given) => ({ ...given, object: kind }),
    },
    {
      key: `POST ${list}`,
      today: 'POST /v1/customers/{}/sources',
      adapt: (given) => moved(given, param, 'source'),
    },
    ...['GET', 'POST', 'DELETE'].map((method) => ({
      key: `${method} ${list}/{id}`,
      today: `${method} /v1/customers/{}/sources/{}`,
      adapt: (given: RawHash, { id = '' }: Values, stripe: Backend) => {
        if (!stripe.table(kind).has(id)) throw resourceMissing('source', id);
        return given;
      },
    })),
  ];
}

function moved(given: RawHash, from: string, to: string): RawHash {
  const { [from]: value, ...rest } = given;
  return value === undefined ? rest : { ...rest, [to]: value };
}

function ofCustomer(given: RawHash, { customer = '', subscription = '' }: Values, stripe: Backend): RawHash {
  const found = stripe
    .table<StripeObject & { readonly customer?: string | StripeObject }>('subscription')
    .find(subscription);
  if (found !== undefined && idOf(found.customer) === customer) return given;
  throw new StripeError(
    404,
    'invalid_request_error',
    `Customer ${customer} does not have a subscription with ID ${subscription}`,
    { code: 'resource_missing', param: 'subscription' },
  );
}

/** A refund, which has to be one of the charge. */
function refundOf({ charge = '', refund = '' }: Values, stripe: Backend): readonly string[] {
  checkCharge(stripe, charge);
  const found = stripe.table<Stripe.Refund>('refund').get(refund);
  if (idOf(found.charge) !== charge) throw resourceMissing('refund', refund, 'refund', 404);
  return [refund];
}

function checkCharge(stripe: Backend, charge: string): void {
  if (!stripe.table('charge').has(charge)) throw resourceMissing('charge', charge, 'charge', 404);
}

function disputeOf({ charge = '' }: Values, stripe: Backend): readonly string[] {
  checkCharge(stripe, charge);
  const dispute = stripe.table('dispute').first({ by: { charge } });
  if (dispute === undefined) {
    throw new StripeError(404, 'invalid_request_error', `No dispute for charge: ${charge}`);
  }
  return [dispute.id];
}

interface Compiled extends FormerPath {
  readonly method: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly operation: Operation;
}

let compiled: readonly Compiled[] | undefined;

function compile(former: FormerPath): Compiled {
  const { key, today, own } = former;
  const [method = '', path = ''] = key.split(' ');
  const like = loadSpec().operations.find((each) => each.key.replace(/\{\w+\}/g, '{}') === today);
  const kind = own?.endsWith('[]') === true ? 'list' : 'object';
  const { parameters = UNSPECIFIED } = like ?? {};
  const answered = {
    key,
    method,
    path,
    kind,
    result: own?.replace('[]', '') ?? '',
    deletes: false,
    parameters,
  } as const;
  return {
    ...former,
    method,
    pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '([^/]+)')}$`),
    names: namesIn(path),
    operation: own === undefined && like !== undefined ? like : answered,
  };
}

function namesIn(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
}

/** What asks for an operation by a former path: `adapt` gives the parameters that the operation takes. */
export interface FoundFormer extends FoundOperation {
  adapt(given: RawHash): RawHash;
}

/**
 * The operation under a path that packages call no more; undefined where there is none, or where the version of the request had it
 * no more. Throws where what the path names is not there.
 */
export function formerOperation(
  stripe: Backend,
  version: string,
  method: string,
  path: string,
): FoundFormer | undefined {
  compiled ??= PATHS.map(compile);
  for (const former of compiled) {
    const { until, names, operation, own } = former;
    const found = former.method === method ? former.pattern.exec(path)?.slice(1) : undefined;
    if (found === undefined || (until !== undefined && !isOlder(version, until))) continue;
    const given = Object.fromEntries(names.map((name, index) => [name, decode(found[index]!)]));
    const adapt = (params: RawHash): RawHash => former.adapt?.(params, given, stripe) ?? params;
    if (own !== undefined) return { operation, path: given, adapt };
    const wanted = namesIn(operation.path);
    const values =
      former.values?.(given, stripe) ?? (wanted.length === 0 ? [] : Object.values(given).slice(-wanted.length));
    return { operation, path: Object.fromEntries(wanted.map((name, index) => [name, values[index]!])), adapt };
  }
  return undefined;
}

/** Whether a key, with its names or without, is that of a former path, so that nothing answers it but by this file. */
export function isFormer(key: string): boolean {
  return PATHS.some((former) => former.key.replace(/\{\w+\}/g, '{}') === key);
}

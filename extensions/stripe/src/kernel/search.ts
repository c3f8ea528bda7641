/** The search API: https://docs.stripe.com/search. What is found is there at once, other than at Stripe. */
import { invalidRequest } from '../errors';
import type { Backend } from './backend';
import type { Call, DefineModule, OperationHandler } from './module';
import { valueAt, idOf, type StripeObject } from './objects';
import { matches, parseQuery, type Clause, type FieldSort } from './search-query';

/** The fields that each resource is searched by: https://docs.stripe.com/search#query-fields-for-each-resource. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, FieldSort>>>> = {
  charge: {
    amount: 'numeric',
    'billing_details.address.postal_code': 'token',
    created: 'numeric',
    currency: 'token',
    customer: 'token',
    disputed: 'token',
    metadata: 'token',
    'payment_method_details.card.brand': 'token',
    'payment_method_details.card.exp_month': 'token',
    'payment_method_details.card.exp_year': 'token',
    'payment_method_details.card.fingerprint': 'token',
    'payment_method_details.card.last4': 'token',
    'payment_method_details.card_present.last4': 'token',
    refunded: 'token',
    status: 'token',
  },
  customer: { created: 'numeric', email: 'string', metadata: 'token', name: 'string', phone: 'string' },
  invoice: {
    created: 'numeric',
    currency: 'token',
    customer: 'token',
    last_finalization_error_code: 'token',
    last_finalization_error_type: 'token',
    metadata: 'token',
    number: 'string',
    receipt_number: 'string',
    status: 'token',
    subscription: 'token',
    total: 'numeric',
  },
  payment_intent: {
    amount: 'numeric',
    created: 'numeric',
    currency: 'token',
    customer: 'token',
    metadata: 'token',
    status: 'token',
  },
  price: {
    active: 'token',
    currency: 'token',
    lookup_key: 'string',
    metadata: 'token',
    product: 'string',
    type: 'token',
  },
  product: {
    active: 'token',
    description: 'string',
    metadata: 'token',
    name: 'string',
    shippable: 'token',
    url: 'string',
  },
  subscription: {
    canceled_at: 'numeric',
    created: 'numeric',
    metadata: 'token',
    status: 'token',
  },
};

/** Where a field of a search stands when not under its own name. */
const PLACES: Readonly<Record<string, string>> = {
  'invoice last_finalization_error_code': 'last_finalization_error.code',
  'invoice last_finalization_error_type': 'last_finalization_error.type',
  'invoice subscription': 'parent.subscription_details.subscription',
};

const PAGE_LENGTH = 10;

interface SearchParams {
  readonly query: string;
  readonly limit?: number;
  readonly page?: string;
}

/** `GET /v1/customers/search` and the others. */
export const search: DefineModule = (stripe) => {
  const operations: Record<string, OperationHandler> = {};
  for (const kind of Object.keys(FIELDS)) operations[`GET /v1/${kind}s/search`] = (call) => find(stripe, kind, call);
  return { operations };
};

function find(stripe: Backend, kind: string, { params, url }: Call): object {
  const { query: text, limit = PAGE_LENGTH, page } = params as unknown as SearchParams;
  const query = parseQuery(text, FIELDS[kind]!);
  const read = ({ field, key }: Clause, object: StripeObject): readonly unknown[] => {
    const value = valueAt(object, key === undefined ? (PLACES[`${kind} ${field}`] ?? field) : 'metadata');
    if (key !== undefined) return [(value as Record<string, unknown> | null | undefined)?.[key]];
    return [typeof value === 'object' && value !== null ? idOf(value as { id: string }) : value];
  };
  const after = page === undefined ? undefined : readPage(page);
  const table = stripe.table<StripeObject>(kind);
  if (after !== undefined && table.find(after) === undefined) throw invalidPage(page!);
  let isPast = after === undefined;
  let total = 0;
  const found: StripeObject[] = [];
  for (const object of table.values()) {
    const isFound = matches(query, (clause) => read(clause, object));
    if (isFound) total += 1;
    if (isPast && isFound && found.length <= limit) found.push(object);
    if (object.id === after) isPast = true;
  }
  const data = found.slice(0, limit);
  const hasMore = found.length > limit;
  return {
    object: 'search_result',
    data,
    has_more: hasMore,
    next_page: hasMore ? Buffer.from(data.at(-1)!.id).toString('base64url') : null,
    ...((params['expand'] as readonly string[] | undefined)?.includes('total_count') && { total_count: total }),
    url,
  };
}

function readPage(page: string): string {
  const id = Buffer.from(page, 'base64url').toString();
  if (/^[\w-]+$/.test(id)) return id;
  throw invalidPage(page);
}

function invalidPage(page: string) {
  return invalidRequest(`Invalid page token: ${page.slice(0, 60)}. Use the next_page of the former answer.`, {
    param: 'page',
  });
}

import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule, OperationHandler } from '../kernel/module';
import type { Page } from '../kernel/objects';
import { newObject, resourceOperations } from '../kernel/resource';
import type { Table } from '../kernel/table';
import { singleton } from '../kernel/singleton';

export type ValueList = Stripe.Radar.ValueList;
export type ValueListItem = Stripe.Radar.ValueListItem;

/** What each account has an allow list and a block list of, and the type of their items: https://docs.stripe.com/radar/lists. */
const DEFAULT_LISTS: Readonly<Record<string, readonly [type: string, name: string]>> = {
  card_bin: ['card_bin', 'Card BIN'],
  card_country: ['country', 'Card country'],
  card_fingerprint: ['card_fingerprint', 'Card fingerprint'],
  charge_description: ['string', 'Charge description'],
  client_ip_address: ['ip_address', 'Client IP address'],
  client_ip_country: ['country', 'Client IP country'],
  customer_id: ['customer_id', 'Customer ID'],
  email: ['email', 'Email'],
};

/** What the items of a list of a type look like. Others may be any text. */
const FORMS: Readonly<Record<string, RegExp>> = {
  account: /^acct_\w+$/,
  card_bin: /^\d{6}(\d{2})?$/,
  country: /^[a-z]{2}$/i,
  customer_id: /^cus_\w+$/,
  email: /^[^@\s]+@[^@\s]+$/,
  ip_address: /^[\d.]{7,15}$|^[\da-f:]{2,39}$/i,
};

const FIRST_ITEMS = 10;
const LONGEST_ALIAS = 100;
const LONGEST_VALUE = 800;

/** https://docs.stripe.com/api/radar/value_lists and https://docs.stripe.com/api/radar/value_list_items */
export const valueLists: DefineModule = (stripe) => {
  const lists = listTable(stripe);
  const items = itemTable(stripe);
  const ofLists = resourceOperations<ValueList>(stripe, {
    kind: 'radar.value_list',
    path: '/v1/radar/value_lists',
    create: ({ alias, item_type = 'string' }) => {
      checkAlias(stripe, alias as string);
      const id = stripe.newId('radar.value_list');
      return { id, created_by: 'API', item_type, list_items: itemsOf(stripe, id) };
    },
    update: ({ alias }, { id }) => {
      if (alias !== undefined) checkAlias(stripe, alias as string, id);
      return {};
    },
    delete: ({ id }) => {
      for (const item of [...items.values({ by: { value_list: id } })]) items.remove(item.id);
    },
    filters: ['alias'],
    where: ({ id }, { contains }) => contains === undefined || hasItem(stripe, id, contains as string),
  });
  return {
    operations: {
      ...Object.fromEntries(Object.entries(ofLists).map(([key, handle]) => [key, withDefaults(stripe, handle)])),
      'POST /v1/radar/value_list_items': ({ params }) => addItem(stripe, params as never),
      'GET /v1/radar/value_list_items': ({ params, url }) => {
        const { value_list, value } = params as unknown as Stripe.Radar.ValueListItemListParams;
        lists.get(value_list, 'value_list');
        const isAlike = (item: ValueListItem): boolean => item.value.toLowerCase().includes(value!.toLowerCase());
        return items.page(url, params, { by: { value_list }, where: (item) => value === undefined || isAlike(item) });
      },
      'GET /v1/radar/value_list_items/{id}': ({ path: { id } }) => items.get(id!),
      'DELETE /v1/radar/value_list_items/{id}': ({ path: { id } }) => {
        const item = items.get(id!);
        items.remove(item.id);
        lists.update(item.value_list, { list_items: itemsOf(stripe, item.value_list) });
        return { id: item.id, object: item.object, deleted: true };
      },
    },
  };
};

/** Whether any list has an item. Most applications have none. */
export function hasAnyItem(stripe: Backend): boolean {
  return !itemTable(stripe).isEmpty;
}

/** Whether a value is in the list with an alias, such as `email_blocklist`. */
export function isListed(stripe: Backend, alias: string, value: string | null | undefined): boolean {
  if (!value) return false;
  const list = listTable(stripe).first({ where: (each) => each.alias === alias });
  return list !== undefined && hasItem(stripe, list.id, value);
}

function listTable(stripe: Backend): Table<ValueList> {
  return stripe.table<ValueList>('radar.value_list');
}

function itemTable(stripe: Backend): Table<ValueListItem> {
  return stripe.table<ValueListItem>('radar.value_list_item');
}

/** Makes the lists that each account has when it first asks for any. */
function withDefaults(stripe: Backend, handle: OperationHandler): OperationHandler {
  return (call) => {
    const made = singleton(stripe, 'radar.default_lists', () => ({ made: false }));
    if (!made.get().made) {
      made.put({ made: true });
      for (const [subject, [item_type, name]] of Object.entries(DEFAULT_LISTS)) {
        for (const action of ['allow', 'block'] as const) {
          const id = stripe.newId('radar.value_list');
          const own = { id, created_by: 'Stripe', item_type, list_items: itemsOf(stripe, id), metadata: {} };
          const given = { alias: `${subject}_${action}list`, name: `${name} ${action} list` };
          listTable(stripe).insert(newObject<ValueList>(stripe, 'radar.value_list', given, own));
        }
      }
    }
    return handle(call);
  };
}

function addItem(stripe: Backend, given: Stripe.Radar.ValueListItemCreateParams): ValueListItem {
  const list = listTable(stripe).get(given.value_list, 'value_list');
  const value = given.value.trim();
  if (value === '') throw parameterMissing('value');
  const isRight = FORMS[list.item_type]?.test(value) ?? true;
  if (value.length > LONGEST_VALUE || !isRight) {
    throw invalidRequest(`The value is no ${list.item_type.replaceAll('_', ' ')}.`, { param: 'value' });
  }
  if (hasItem(stripe, list.id, value)) {
    throw invalidRequest(`The value list ${list.id} already has the value '${value}'.`, { param: 'value' });
  }
  const item = newObject<ValueListItem>(
    stripe,
    'radar.value_list_item',
    {},
    { created_by: 'API', value, value_list: list.id },
  );
  itemTable(stripe).insert(item);
  listTable(stripe).update(list.id, { list_items: itemsOf(stripe, list.id) });
  return item;
}

/** The newest items of a list, as the list shows them. */
function itemsOf(stripe: Backend, list: string): Page<ValueListItem> & ValueList['list_items'] {
  const url = `/v1/radar/value_list_items?value_list=${list}`;
  const page = itemTable(stripe).page(url, { limit: FIRST_ITEMS }, { by: { value_list: list } });
  return page as Page<ValueListItem> & ValueList['list_items'];
}

function hasItem(stripe: Backend, list: string, value: string): boolean {
  const isExact = listTable(stripe).find(list)?.item_type === 'case_sensitive_string';
  const same = (one: string): string => (isExact ? one : one.toLowerCase());
  const found = itemTable(stripe).first({
    by: { value_list: list },
    where: (item) => same(item.value) === same(value),
  });
  return found !== undefined;
}

function checkAlias(stripe: Backend, alias: string, self?: string): void {
  if (!/^\w+$/.test(alias) || alias.length > LONGEST_ALIAS) {
    throw invalidRequest('An alias has only letters, digits and underscores.', { param: 'alias' });
  }
  if (listTable(stripe).first({ where: (list) => list.alias === alias && list.id !== self })) {
    throw invalidRequest(`A value list with the alias '${alias}' already exists.`, { param: 'alias' });
  }
}

import type Stripe from 'stripe';
import { resourceMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';

function taxIds(stripe: Backend) {
  return stripe.table<Stripe.TaxId>('tax_id');
}

/** Gives a customer a tax id, with `customer.tax_id.created`. `null` for one of the account itself. */
export function addTaxId(
  stripe: Backend,
  customer: string | null,
  { type, value }: { readonly type: string; readonly value: string },
): Stripe.TaxId {
  const made = {
    id: stripe.newId('tax_id'),
    object: 'tax_id',
    country: /^eu_/.test(type) ? value.slice(0, 2) : type.slice(0, 2).toUpperCase(),
    created: stripe.now(),
    customer,
    customer_account: null,
    livemode: false,
    owner: customer === null ? { type: 'self' } : { customer, type: 'customer' },
    type,
    value,
    verification: { status: 'pending', verified_address: null, verified_name: null },
  } as unknown as Stripe.TaxId;
  taxIds(stripe).insert(made);
  if (customer !== null) stripe.emit('customer.tax_id.created', made);
  return made;
}

/** https://docs.stripe.com/api/tax_ids */
export const customerTaxIds: DefineModule = (stripe) => {
  const table = taxIds(stripe);
  const find = (customer: string, id: string): Stripe.TaxId => {
    const found = table.get(id);
    if (idOf(found.customer) !== customer) throw resourceMissing('tax_id', id);
    return found;
  };
  const remove = (found: Stripe.TaxId): object => {
    table.remove(found.id);
    if (found.customer !== null) stripe.emit('customer.tax_id.deleted', found);
    return { id: found.id, object: 'tax_id', deleted: true };
  };
  const page = (customer: string, url: string, params: object) => table.page(url, params, { by: { customer } });
  return {
    operations: {
      'POST /v1/customers/{customer}/tax_ids': ({ path, params }) => {
        stripe.table('customer').get(path['customer']!, 'customer');
        return addTaxId(stripe, path['customer']!, params as unknown as Stripe.CustomerCreateTaxIdParams);
      },
      'GET /v1/customers/{customer}/tax_ids': ({ path, url, params }) => page(path['customer']!, url, params),
      'GET /v1/customers/{customer}/tax_ids/{id}': ({ path }) => find(path['customer']!, path['id']!),
      'DELETE /v1/customers/{customer}/tax_ids/{id}': ({ path }) => remove(find(path['customer']!, path['id']!)),
      'POST /v1/tax_ids': ({ params }) => {
        const { type, value, owner } = params as unknown as Stripe.TaxIdCreateParams;
        return addTaxId(stripe, owner?.customer ?? null, { type, value });
      },
      'GET /v1/tax_ids': ({ url, params }) =>
        table.page(url, params, { by: { customer: (params as Stripe.TaxIdListParams).owner?.customer } }),
      'GET /v1/tax_ids/{id}': ({ path }) => table.get(path['id']!),
      'DELETE /v1/tax_ids/{id}': ({ path }) => remove(table.get(path['id']!)),
    },
    includes: {
      'customer tax_ids': (customer: Stripe.Customer) => page(customer.id, `/v1/customers/${customer.id}/tax_ids`, {}),
    },
  };
};

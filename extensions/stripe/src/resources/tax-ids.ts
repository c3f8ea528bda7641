import type Stripe from 'stripe';
import { invalidRequest, resourceMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';

/** What the values of types that are looked at have to look like, besides those for tests. */
const FORMS: Readonly<Record<string, RegExp>> = {
  au_abn: /^\d{11}$/,
  ca_bn: /^\d{9}$/,
  ch_vat: /^CHE\D?(\d{3}\D?){3}/i,
  eu_vat: /^(AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI)[0-9A-Z+*]{2,12}$/i,
  gb_vat: /^GB(\d{9}|\d{12}|(GD|HA)\d{3})$/i,
  no_vat: /^\d{9}MVA$/i,
  us_ein: /^\d{2}-?\d{7}$/,
};
/** Registers are asked about these alone. */
const VERIFIED: ReadonlySet<string> = new Set(['au_abn', 'eu_vat', 'gb_vat']);
/** https://docs.stripe.com/billing/customer/tax-ids#validation: what registers say of values for tests. */
const OUTCOMES: Readonly<Record<string, Stripe.TaxId.Verification.Status>> = {
  '000000000': 'verified',
  '111111111': 'unverified',
  '222222222': 'pending',
};
/** How long a register takes to answer, in seconds. */
const SOON = 60;

/** Throws for a value that no tax id of this type has. */
export function checkForm(type: string, value: string): void {
  if (OUTCOMES[value] !== undefined || FORMS[type]?.test(value.replaceAll(' ', '')) !== false) return;
  throw invalidRequest(`Invalid value for ${type}.`, { code: 'tax_id_invalid', param: 'value' });
}

function taxIds(stripe: Backend) {
  return stripe.table<Stripe.TaxId>('tax_id');
}

/** Gives a customer a tax id, with `customer.tax_id.created`. `null` for one of the account itself. Throws for a value that cannot be one. */
export function addTaxId(
  stripe: Backend,
  customer: string | null,
  { type, value }: { readonly type: string; readonly value: string },
): Stripe.TaxId {
  checkForm(type, value);
  const status = VERIFIED.has(type) ? 'pending' : 'unavailable';
  const made = {
    id: stripe.newId('tax_id'),
    object: 'tax_id',
    country: /^eu_/.test(type) ? value.slice(0, 2) : type.slice(0, 2).toUpperCase(),
    created: stripe.now(),
    customer,
    customer_account: null,
    livemode: false,
    owner: customer === null ? { type: 'self' } : { customer, customer_account: null, type: 'customer' },
    type,
    value,
    verification: { status, verified_address: null, verified_name: null },
  } as unknown as Stripe.TaxId;
  taxIds(stripe).insert(made);
  if (customer !== null) stripe.emit('customer.tax_id.created', made);
  if (VERIFIED.has(type) && OUTCOMES[value] !== undefined) {
    stripe.jobs.schedule('tax_id.verify', made.id, stripe.now() + SOON);
  }
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
    jobs: {
      'tax_id.verify': (each, { subject }) => {
        const found = taxIds(each).find(subject);
        if (found === undefined) return;
        const verification = { ...found.verification!, status: OUTCOMES[found.value]! };
        taxIds(each).update(subject, { verification }, found.customer === null ? undefined : 'customer.tax_id.updated');
      },
    },
    includes: {
      'customer tax_ids': (customer: Stripe.Customer) =>
        table.within(`/v1/customers/${customer.id}/tax_ids`, { by: { customer: customer.id } }),
    },
  };
};

import type Stripe from 'stripe';
import { setCustomerDiscount } from '../billing/discounts';
import { invalidRequest, resourceMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import type { Table } from '../kernel/table';
import { checkLimit } from '../kernel/limits';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { wholeAddress } from '../parameters/address';
import { checkEmail } from '../parameters/email';
import { recordSetBalance } from '../billing/customer-balance';
import { checkLength } from '../parameters/validate';
import { setCashSettings } from '../payments/cash-movements';
import { addSource, replaceDefaultSource, sourcesOf } from '../payments/customer-sources';
import { checkTax, taxOf } from './customer-tax';
import { attachPaymentMethod } from './attach-method';
import { methodTable } from './method-table';
import { checkAttached, resolvePaymentMethod } from './resolve-method';
import { addTaxId } from './tax-ids';

/** What is kept beside a customer: where they were last seen. */
interface CustomerSecret {
  readonly ip?: string | null;
}

export function customerTable(stripe: Backend): Table<Stripe.Customer, CustomerSecret> {
  return stripe.table<Stripe.Customer, CustomerSecret>('customer');
}

type Given = Stripe.CustomerCreateParams &
  Stripe.CustomerUpdateParams & {
    readonly id?: string;
    /** The account that the customer is; no client says so. */
    readonly customer_account?: string;
  };

/** Makes a customer, with `customer.created`; its payment method, card and tax ids, where given, come with it. */
export function createCustomer(stripe: Backend, params: Stripe.CustomerCreateParams): Stripe.Customer {
  const clock = params.test_clock;
  if (clock !== undefined) {
    stripe.table('test_helpers.test_clock').get(clock, 'test_clock');
    const by = { test_clock: clock };
    checkLimit(stripe, 'customers for this test clock', () => customerTable(stripe).count({ by }));
  }
  return clock === undefined ? make(stripe, params) : stripe.as({ clock }, () => make(stripe, params));
}

function make(stripe: Backend, params: Stripe.CustomerCreateParams): Stripe.Customer {
  const given = params as Given;
  checkTexts(given);
  checkEmail(given.email);
  checkInvoicePrefix(given.invoice_prefix);
  const method = params.payment_method === undefined ? undefined : resolvePaymentMethod(stripe, params.payment_method);
  const customer = {
    id: given.id ?? stripe.newId('customer'),
    object: 'customer',
    address: null,
    balance: 0,
    created: stripe.now(),
    currency: given.balance && !stripe.isLoose ? DEFAULT_CURRENCY : null,
    customer_account: given.customer_account ?? null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: null,
    invoice_prefix: prefix(stripe),
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata: {},
    name: null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: params.test_clock ?? null,
  } as unknown as Stripe.Customer;
  const table = customerTable(stripe);
  const { default_payment_method: chosen, ...settings } = given.invoice_settings ?? {};
  const later = { ...given, ...(given.invoice_settings && { invoice_settings: settings }) } as Given;
  const filled = { ...customer, ...changes(customer, later) };
  checkTax(given.tax, filled);
  const made = table.insert(filled, given.tax && secretOf(given.tax));
  const { id } = made;
  recordSetBalance(stripe, made);
  setCashSettings(stripe, id, given.cash_balance?.settings);
  if (method) attachPaymentMethod(stripe, method, id);
  if (chosen !== undefined && chosen !== '') {
    // A name such as pm_card_visa stands for the one that was just made of it.
    setDefaultMethod(stripe, id, method && chosen === params.payment_method ? method.id : chosen);
  }
  const isAsMade = !method && (chosen === undefined || chosen === '');
  stripe.emit('customer.created', isAsMade ? made : table.get(id));
  if (params.source !== undefined && params.source !== '')
    addSource(stripe, id, params.source, { becomesDefault: true });
  for (const tax of params.tax_id_data ?? []) addTaxId(stripe, id, tax);
  return isAsMade && !params.source && !params.tax_id_data ? made : table.get(id);
}

const PREFIX_LENGTH = 8;
/** The currency of a balance that is set by hand. */
const DEFAULT_CURRENCY = 'usd';

function prefix(stripe: Backend): string {
  return stripe.secret(PREFIX_LENGTH).toUpperCase();
}

const LONGEST = [
  ['email', 512],
  ['name', 256],
  ['phone', 20],
] as const;

/** Throws for a text that is longer than a customer has it. */
function checkTexts(given: Given): void {
  for (const [param, most] of LONGEST) checkLength(given[param] ?? '', most, param);
}

const INVOICE_PREFIX = /^[A-Z0-9]{3,12}$/;

function checkInvoicePrefix(prefix: string | undefined): void {
  if (prefix === undefined || INVOICE_PREFIX.test(prefix)) return;
  throw invalidRequest('Invalid invoice_prefix: must be 3 to 12 uppercase letters or numbers.', {
    param: 'invoice_prefix',
  });
}

/** The payment method of invoices has to be the customer’s. */
function setDefaultMethod(stripe: Backend, customer: string, id: string): void {
  checkAttached(stripe, customer, id, 'invoice_settings[default_payment_method]');
  customerTable(stripe).update(customer, ({ invoice_settings }) => ({
    invoice_settings: { ...invoice_settings, default_payment_method: id },
  }));
}

const TEXTS = ['description', 'email', 'name', 'phone', 'business_name', 'individual_name'] as const;

/** What parameters change of a customer. An empty string takes a field out. */
function changes(before: Stripe.Customer, given: Given): Partial<Stripe.Customer> {
  const change: Record<string, unknown> = {};
  for (const name of TEXTS) {
    const value = given[name];
    if (value !== undefined) change[name] = value === '' ? null : value;
  }
  if (given.address !== undefined) change['address'] = given.address ? wholeAddress(given.address) : null;
  if (given.shipping !== undefined) {
    change['shipping'] = given.shipping
      ? { phone: null, ...given.shipping, address: wholeAddress(given.shipping.address ?? {}) }
      : null;
  }
  if (given.metadata !== undefined) {
    change['metadata'] = mergeMetadata(before.metadata, given.metadata);
  }
  if (given.tax_exempt !== undefined) change['tax_exempt'] = given.tax_exempt === '' ? 'none' : given.tax_exempt;
  for (const name of ['balance', 'invoice_prefix', 'next_invoice_sequence', 'preferred_locales'] as const) {
    if (given[name] !== undefined) change[name] = given[name];
  }
  if (given.invoice_settings !== undefined) {
    const settings = given.invoice_settings as Readonly<Record<string, unknown>>;
    const cleared = Object.entries(settings).map(([name, value]) => {
      if (name !== 'rendering_options') return [name, value === '' ? null : value];
      return [name, value ? { amount_tax_display: null, template: null, ...value } : null];
    });
    change['invoice_settings'] = { ...before.invoice_settings, ...(Object.fromEntries(cleared) as object) };
  }
  return change;
}

function secretOf({ ip_address: ip }: Stripe.CustomerUpdateParams.Tax): CustomerSecret {
  return { ip: ip || null };
}

/** What the customer owes or has in hand, by currency: the other way round than `balance`. */
function invoiceCreditBalance({ balance, currency }: Stripe.Customer): Record<string, number> {
  return balance === 0 ? {} : { [currency ?? 'usd']: -(balance ?? 0) };
}

/** Changes a customer, with `customer.updated`. */
export function updateCustomer(stripe: Backend, id: string, params: Stripe.CustomerUpdateParams): Stripe.Customer {
  const table = customerTable(stripe);
  const before = table.get(id);
  if (isDeleted(before)) throw missing(id);
  checkTexts(params);
  checkEmail(params.email);
  checkInvoicePrefix(params.invoice_prefix);
  const chosen = params.invoice_settings?.default_payment_method;
  if (chosen !== undefined && chosen !== '') {
    checkAttached(stripe, id, chosen, 'invoice_settings[default_payment_method]');
  }
  const { source, default_source: preferred } = params;
  if (preferred !== undefined) {
    const has = sourcesOf(stripe, id).some((each) => each.id === preferred);
    if (!has) {
      throw invalidRequest(`No such source: '${preferred}'`, { code: 'resource_missing', param: 'default_source' });
    }
  }
  checkTax(params.tax, { ...before, ...changes(before, params) });
  if (params.tax?.ip_address !== undefined) table.hide(id, secretOf(params.tax));
  setCashSettings(stripe, id, params.cash_balance?.settings);
  const added = source === undefined ? undefined : replaceDefaultSource(stripe, id, source);
  const after = table.update(
    id,
    (now) => ({
      ...changes(now, params),
      ...(preferred !== undefined && { default_source: preferred }),
      ...(added && { default_source: added.id }),
    }),
    'customer.updated',
  );
  recordSetBalance(stripe, after, before);
  return after;
}

interface FormerParams {
  readonly coupon?: string;
  readonly promotion_code?: string;
}

/** Older versions took a coupon, or a code for one, for the customer. */
function discounted(stripe: Backend, customer: Stripe.Customer, given: FormerParams): Stripe.Customer {
  const { coupon, promotion_code: code } = given;
  if (code !== undefined && code !== '') return setCustomerDiscount(stripe, customer.id, { promotion_code: code });
  if (coupon === undefined) return customer;
  return setCustomerDiscount(stripe, customer.id, coupon === '' ? '' : { coupon }, 'coupon');
}

function isDeleted(customer: Stripe.Customer | Stripe.DeletedCustomer): boolean {
  return (customer as { readonly deleted?: unknown }).deleted === true;
}

function missing(id: string) {
  return resourceMissing('customer', id);
}

/** https://docs.stripe.com/api/customers */
export const customers: DefineModule = (stripe) => {
  const table = customerTable(stripe);
  return {
    operations: {
      'POST /v1/customers': ({ params }) => discounted(stripe, createCustomer(stripe, params), params),
      'GET /v1/customers/{customer}': ({ path }) => table.get(path['customer']!),
      'POST /v1/customers/{customer}': ({ path, params }) =>
        discounted(stripe, updateCustomer(stripe, path['customer']!, params), params),
      'DELETE /v1/customers/{customer}': ({ path }) => {
        const customer = table.get(path['customer']!);
        if (isDeleted(customer)) throw missing(customer.id);
        const gone = { id: customer.id, object: 'customer', deleted: true } as const;
        for (const { id } of [...methodTable(stripe).values({ by: { customer: customer.id } })]) {
          methodTable(stripe).update(id, { customer: null }, 'payment_method.detached');
        }
        stripe.emit('customer.deleted', customer);
        table.replace(customer.id, gone as unknown as Stripe.Customer);
        return gone;
      },
      'GET /v1/customers': ({ params, url }) => {
        const { email, test_clock } = params as Stripe.CustomerListParams;
        // Those on test clocks are found by their clock alone.
        const where = (customer: Stripe.Customer): boolean => test_clock !== undefined || !customer.test_clock;
        return table.page(url, params, { by: { email, test_clock }, where });
      },
    },
    includes: {
      'customer tax': (customer: Stripe.Customer) => taxOf(stripe, customer, table.hidden(customer.id)?.ip ?? null),
      'customer invoice_credit_balance': invoiceCreditBalance,
    },
  };
};

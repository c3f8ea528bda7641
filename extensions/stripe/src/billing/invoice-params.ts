/** What parameters say of an invoice, as it is made or changed. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { invoiceTable } from './invoice-data';
import { invoiceOptions } from './payment-options';
import { ratesOf } from './subscription-data';

/** Throws for a number that another invoice has, and for tax IDs that the account does not have. */
export function checkGiven(
  stripe: Backend,
  { number, account_tax_ids: taxIds }: Pick<Stripe.InvoiceUpdateParams, 'number' | 'account_tax_ids'>,
  id?: string,
): void {
  if (number && invoiceTable(stripe).first({ where: (each) => each.number === number && each.id !== id })) {
    throw invalidRequest(`The invoice number \`${number}\` is already in use.`, { param: 'number' });
  }
  for (const [index, taxId] of (taxIds || []).entries()) {
    stripe.table('tax_id').get(taxId, `account_tax_ids[${index}]`);
  }
}

/** The parameters that an invoice has as they are given. An empty one takes the value out. */
export function plainFields(given: Stripe.InvoiceCreateParams | Stripe.InvoiceUpdateParams): Partial<Stripe.Invoice> {
  const same = [
    'account_tax_ids', 'auto_advance', 'automatically_finalizes_at', 'collection_method', 'custom_fields',
    'default_payment_method', 'default_source', 'description', 'due_date', 'effective_at', 'footer', 'issuer', 'number',
    'on_behalf_of', 'rendering', 'shipping_details', 'statement_descriptor',
  ]; // prettier-ignore
  const fields: Record<string, unknown> = {};
  for (const name of same) {
    const value = (given as Record<string, unknown>)[name];
    if (value !== undefined) fields[name] = value === '' ? null : value;
  }
  if (given.automatic_tax) {
    fields['automatic_tax'] = {
      disabled_reason: null,
      enabled: given.automatic_tax.enabled,
      liability: given.automatic_tax.enabled ? { type: 'self' } : null,
      provider: given.automatic_tax.enabled ? 'stripe' : null,
      status: given.automatic_tax.enabled ? 'complete' : null,
    };
  }
  if (given.payment_settings) {
    const { default_mandate, payment_method_options, payment_method_types } = given.payment_settings;
    fields['payment_settings'] = {
      default_mandate: default_mandate === undefined || default_mandate === '' ? null : default_mandate,
      payment_method_options: invoiceOptions(payment_method_options || null),
      payment_method_types:
        payment_method_types === undefined || payment_method_types === '' ? null : payment_method_types,
    };
  }
  return fields;
}

/** The tax rates of lines without any of their own. */
export function defaultRates(
  stripe: Backend,
  { default_tax_rates: rates }: Stripe.InvoiceCreateParams | Stripe.InvoiceUpdateParams,
): Partial<Stripe.Invoice> {
  return rates === undefined ? {} : { default_tax_rates: ratesOf(stripe, rates, 'default_tax_rates') };
}

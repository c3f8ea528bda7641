/** Taxes that a client puts on lines of a draft itself: other rates, or amounts that it reckoned elsewhere. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { createTaxRate } from '../resources/tax-rates';
import { invoiceTable, type LineTaxes } from './invoice-data';

type Tax = Stripe.InvoiceLineItem.Tax;
type GivenAmount = Stripe.InvoiceUpdateLinesParams.Line.TaxAmount;

/** What of the parameters of a line is about its taxes. */
export interface GivenLineTaxes {
  readonly tax_rates?: readonly string[] | '' | null;
  readonly tax_amounts?: readonly GivenAmount[] | '' | null;
}

/** Keeps the taxes of a line. The invoice has to be reckoned again. */
export function keepLineTaxes(
  stripe: Backend,
  invoice: string,
  line: string,
  { tax_rates: rates, tax_amounts: amounts }: GivenLineTaxes,
): void {
  if (rates === undefined && amounts === undefined) return;
  if (rates && amounts) {
    throw invalidRequest('You may only specify one of these parameters: tax_rates, tax_amounts.', {
      param: 'tax_amounts',
    });
  }
  const table = invoiceTable(stripe);
  if (amounts) checkAlone(table.get(invoice));
  const hidden = table.hidden(invoice) ?? {};
  const kept: LineTaxes = amounts
    ? { amounts: amounts.map((each) => taxOf(stripe, each)) }
    : {
        rates: (rates || []).map(
          (id, index) => stripe.table<Stripe.TaxRate>('tax_rate').get(id, `tax_rates[${index}]`).id,
        ),
      };
  table.hide(invoice, { ...hidden, line_taxes: { ...hidden.line_taxes, [line]: kept } });
}

/** Amounts from elsewhere do not go with rates of the invoice, or with automatic taxes. */
function checkAlone({ automatic_tax: automatic, default_tax_rates: rates }: Stripe.Invoice): void {
  if (!automatic.enabled && (rates ?? []).length === 0) return;
  throw invalidRequest('You cannot set tax amounts on an invoice with default tax rates or automatic tax.', {
    param: 'tax_amounts',
  });
}

function taxOf(stripe: Backend, given: GivenAmount): Tax {
  const rate = rateOf(stripe, given.tax_rate_data);
  return {
    amount: given.amount,
    tax_behavior: rate.inclusive ? 'inclusive' : 'exclusive',
    tax_rate_details: { tax_rate: rate.id },
    taxability_reason: given.taxability_reason ?? 'not_available',
    taxable_amount: given.taxable_amount,
    type: 'tax_rate_details',
  };
}

/** The rate that is like this, which is made, and archived, where there is none yet. */
function rateOf(stripe: Backend, data: GivenAmount['tax_rate_data']): Stripe.TaxRate {
  const isLike = (rate: Stripe.TaxRate): boolean =>
    !rate.active &&
    rate.display_name === data.display_name &&
    rate.inclusive === data.inclusive &&
    rate.percentage === Number(data.percentage) &&
    rate.country === (data.country ?? null) &&
    rate.state === (data.state ?? null) &&
    rate.jurisdiction === (data.jurisdiction ?? null);
  return (
    stripe.table<Stripe.TaxRate>('tax_rate').first({ where: isLike }) ??
    createTaxRate(stripe, { ...data, active: false })
  );
}

/** How billing credits pay for usage: https://docs.stripe.com/billing/subscriptions/usage-based/billing-credits. */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { idOf } from '../kernel/objects';
import { changeBalance, isEffective, leftOf, type Grant } from './credit-balance';
import { invoiceTable, reckon } from './invoice-data';

type Line = Stripe.InvoiceLineItem;
type Credited = NonNullable<Line['pretax_credit_amounts']>[number];

/** What a grant pays of a line. */
interface Use {
  readonly grant: Grant;
  readonly value: number;
}

/** Uses the credits of the customer up for the usage on a draft that becomes final. Gives the draft with what they paid. */
export function applyCredits(stripe: Backend, invoice: Stripe.Invoice): Stripe.Invoice {
  const lines = creditedLines(stripe, invoice, (line, { grant, value }) => {
    return changeBalance(stripe, grant, 'debit', 'credits_applied', value, placeOf(invoice, line)).id;
  });
  return lines === undefined ? invoice : invoiceTable(stripe).update(invoice.id, reckon(stripe, invoice, lines));
}

/** A draft with what credits will pay of it, of which nothing is used up yet. */
export function foreseeCredits(stripe: Backend, invoice: Stripe.Invoice): Stripe.Invoice {
  const lines = invoice.status === 'draft' ? creditedLines(stripe, invoice, () => null) : undefined;
  return lines === undefined ? invoice : { ...invoice, ...reckon(stripe, invoice, lines) };
}

/** The lines of a draft with what credits pay of them; undefined where they pay nothing. `use` gives the transaction of a use. */
function creditedLines(
  stripe: Backend,
  invoice: Stripe.Invoice,
  use: (line: Line, use: Use) => string | null,
): Line[] | undefined {
  const grants = grantsFor(stripe, invoice);
  const left = new Map(grants.map(({ id }) => [id, leftOf(stripe, id)]));
  let isChanged = false;
  const lines = invoice.lines.data.map((line) => {
    const price = usagePrice(stripe, line);
    let rest = line.amount - (line.discount_amounts ?? []).reduce((sum, { amount }) => sum + amount, 0);
    const credits: Credited[] = [];
    for (const grant of price === undefined ? [] : grants.filter((each) => pays(each, price))) {
      const value = Math.min(rest, left.get(grant.id)!);
      if (value <= 0) continue;
      rest -= value;
      left.set(grant.id, left.get(grant.id)! - value);
      const id = use(line, { grant, value });
      credits.push({ amount: value, credit_balance_transaction: id, type: 'credit_balance_transaction' });
    }
    isChanged ||= credits.length > 0;
    return { ...line, pretax_credit_amounts: [...(line.pretax_credit_amounts ?? []), ...credits] };
  });
  return isChanged ? lines : undefined;
}

/** Gives back what an invoice that is taken back used of credits that are still good. */
export function returnCredits(stripe: Backend, invoice: Stripe.Invoice): void {
  const transactions = stripe.table<Stripe.Billing.CreditBalanceTransaction>('billing.credit_balance_transaction');
  for (const line of invoice.lines.data) {
    for (const { amount, credit_balance_transaction: used } of line.pretax_credit_amounts ?? []) {
      const transaction = transactions.find(idOf(used) ?? '');
      const grant = stripe.table<Grant>('billing.credit_grant').find(idOf(transaction?.credit_grant) ?? '');
      if (grant === undefined || !isEffective(grant, stripe.now())) continue;
      changeBalance(stripe, grant, 'credit', 'credits_application_invoice_voided', amount, placeOf(invoice, line));
    }
  }
}

function placeOf(invoice: Stripe.Invoice, line: Line): { invoice: string; invoice_line_item: string } {
  return { invoice: invoice.id, invoice_line_item: line.id };
}

/** The grants in the order in which they are used: by priority, then what ends first, then what was a present, then the oldest. */
function grantsFor(stripe: Backend, { customer, currency }: Stripe.Invoice): Grant[] {
  const now = stripe.now();
  const rank = (grant: Grant): number[] => [
    grant.priority ?? 50,
    grant.expires_at ?? Infinity,
    grant.category === 'promotional' ? 0 : 1,
    grant.effective_at ?? grant.created,
  ];
  return [
    ...stripe.table<Grant>('billing.credit_grant').values({
      by: { customer: idOf(customer) },
      where: (each) => isEffective(each, now) && each.amount.monetary?.currency === currency,
    }),
  ]
    .reverse()
    .sort((one, other) => compare(rank(one), rank(other)));
}

function compare(one: readonly number[], other: readonly number[]): number {
  const place = one.findIndex((value, index) => value !== other[index]);
  return place < 0 ? 0 : one[place]! < other[place]! ? -1 : 1;
}

/** The price of a line for usage that a meter counted; undefined for other lines. */
function usagePrice(stripe: Backend, { parent, pricing }: Line): string | undefined {
  const id = idOf(pricing?.price_details?.price);
  if (id === undefined || parent?.type !== 'subscription_item_details') return undefined;
  const { recurring } = stripe.table<Stripe.Price>('price').find(id) ?? {};
  return recurring?.usage_type === 'metered' && recurring.meter !== null ? id : undefined;
}

function pays({ applicability_config: { scope } }: Grant, price: string): boolean {
  return scope.prices === undefined || scope.prices.length === 0 || scope.prices.some(({ id }) => id === price);
}

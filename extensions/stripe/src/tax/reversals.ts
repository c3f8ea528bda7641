/** What is taken back of a sale, line by line: never more than is left. Amounts of reversals are negative. */
import type Stripe from 'stripe';
import { roundedShare, shareOut } from '../billing/rounding';
import { invalidRequest, parameterMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import { transactionTable, type Transaction, type TransactionLine } from './transactions';

export type GivenReversal = Stripe.Tax.TransactionCreateReversalParams;
type ShippingCost = Stripe.Tax.Transaction.ShippingCost;

/** An amount, and the tax on it or in it. */
interface Portion {
  readonly amount: number;
  readonly amount_tax: number;
}

interface Reversal {
  readonly lines: readonly TransactionLine[];
  readonly shipping_cost: ShippingCost | null;
}

export function reversalOf(stripe: Backend, original: Transaction, given: GivenReversal): Reversal {
  const earlier = reversalsOf(stripe, original);
  if (original.type === 'reversal' && given.mode !== 'full') {
    throw invalidRequest('A reversal can only be reversed in full.', { param: 'mode' });
  }
  const lines = transactionTable(stripe).hidden(original.id)!.lines;
  const rests = lines.map((line) => rest(line, linesAbout(stripe, earlier, line.id)));
  const shippingRest = original.shipping_cost
    ? rest(
        original.shipping_cost,
        earlier.flatMap(({ shipping_cost }) => shipping_cost ?? []),
      )
    : undefined;
  if (given.mode === 'full') return fully(stripe, original, lines, rests, shippingRest);
  const { flat_amount, line_items, shipping_cost } = given;
  if (flat_amount === undefined && line_items === undefined && shipping_cost === undefined) {
    throw parameterMissing('line_items');
  }
  if (flat_amount !== undefined) {
    if (line_items !== undefined || shipping_cost !== undefined) {
      throw invalidRequest('You may not pass `flat_amount` together with `line_items` or `shipping_cost`.', {
        param: 'flat_amount',
      });
    }
    return flatly(stripe, original, lines, rests, shippingRest, flat_amount);
  }
  const reversed = (line_items ?? []).map((item, index) => {
    const at = `line_items[${index}]`;
    const place = lines.findIndex(({ id }) => id === item.original_line_item);
    if (place < 0) {
      throw invalidRequest(`No such line item: '${item.original_line_item}'`, {
        code: 'resource_missing',
        param: `${at}[original_line_item]`,
      });
    }
    checkPortion(item, rests[place]!, at);
    rests[place] = less(rests[place]!, item);
    return reversedLine(stripe, lines[place]!, item, item);
  });
  if (shipping_cost) {
    if (!shippingRest)
      throw invalidRequest('The original transaction has no shipping cost.', { param: 'shipping_cost' });
    checkPortion(shipping_cost, shippingRest, 'shipping_cost');
  }
  return {
    lines: reversed,
    shipping_cost: shipping_cost ? { ...original.shipping_cost!, ...shipping_cost } : null,
  };
}

/** Takes back all that is left. */
function fully(
  stripe: Backend,
  original: Transaction,
  lines: readonly TransactionLine[],
  rests: readonly Portion[],
  shippingRest: Portion | undefined,
): Reversal {
  const isUsedUp = [...rests, ...(shippingRest ? [shippingRest] : [])].every(
    ({ amount, amount_tax }) => !amount && !amount_tax,
  );
  const wasSomething = lines.some(({ amount }) => amount !== 0) || (original.shipping_cost?.amount ?? 0) !== 0;
  if (isUsedUp && (wasSomething || reversalsOf(stripe, original).length > 0)) {
    throw invalidRequest(`The tax transaction ${original.id} has already been reversed.`, {
      param: 'original_transaction',
    });
  }
  return {
    lines: lines.map((line, index) => reversedLine(stripe, line, negative(rests[index]!))),
    shipping_cost: shippingRest ? { ...original.shipping_cost!, ...negative(shippingRest) } : null,
  };
}

/** Takes back an amount with its taxes, shared out in proportion to what is left of each line. */
function flatly(
  stripe: Backend,
  original: Transaction,
  lines: readonly TransactionLine[],
  rests: readonly Portion[],
  shippingRest: Portion | undefined,
  flat: number,
): Reversal {
  if (flat >= 0) throw invalidRequest('The flat amount must be negative.', { param: 'flat_amount' });
  const wholes = lines.map((line, index) => withTax(rests[index]!, line.tax_behavior));
  const shippingWhole = shippingRest ? withTax(shippingRest, original.shipping_cost!.tax_behavior) : 0;
  const left = wholes.reduce((sum, each) => sum + each, shippingWhole);
  if (-flat > left) {
    throw invalidRequest(`The flat amount (${flat}) is more than what is left of the transaction (${left}).`, {
      param: 'flat_amount',
    });
  }
  const shares = shareOut(-flat, [...wholes, shippingWhole]);
  const part = (share: number, whole: number, portion: Portion, behavior: string): Portion => {
    const amount_tax = whole === 0 ? 0 : roundedShare(portion.amount_tax, share, whole);
    return negative({ amount: behavior === 'inclusive' ? share : share - amount_tax, amount_tax });
  };
  return {
    lines: lines.map((line, index) =>
      reversedLine(stripe, line, part(shares[index]!, wholes[index]!, rests[index]!, line.tax_behavior)),
    ),
    shipping_cost: shippingRest
      ? {
          ...original.shipping_cost!,
          ...part(shares.at(-1)!, shippingWhole, shippingRest, original.shipping_cost!.tax_behavior),
        }
      : null,
  };
}

/** The reversals of a transaction that were not taken back themselves. */
function reversalsOf(stripe: Backend, { id }: Transaction): Transaction[] {
  const of = (original: string): Transaction[] => [
    ...transactionTable(stripe).values({ by: { 'reversal.original_transaction': original } }),
  ];
  return of(id).filter((reversal) => of(reversal.id).length === 0);
}

function linesAbout(stripe: Backend, reversals: readonly Transaction[], id: string): TransactionLine[] {
  return reversals.flatMap((each) =>
    transactionTable(stripe)
      .hidden(each.id)!
      .lines.filter(({ reversal }) => reversal?.original_line_item === id),
  );
}

function rest(whole: Portion, taken: readonly Portion[]): Portion {
  return taken.reduce((left, each) => less(left, each), whole);
}

/** What is left after a reversal, whose amounts are negative. */
function less(left: Portion, taken: Portion): Portion {
  return { amount: left.amount + taken.amount, amount_tax: left.amount_tax + taken.amount_tax };
}

function negative({ amount, amount_tax }: Portion): Portion {
  return { amount: 0 - amount, amount_tax: 0 - amount_tax };
}

function withTax({ amount, amount_tax }: Portion, behavior: string): number {
  return behavior === 'inclusive' ? amount : amount + amount_tax;
}

function checkPortion(given: Portion, left: Portion, at: string): void {
  for (const name of ['amount', 'amount_tax'] as const) {
    const param = `${at}[${name}]`;
    if (given[name] > 0) throw invalidRequest('Amounts of a reversal must be negative.', { param });
    if (-given[name] > left[name]) {
      throw invalidRequest(`The ${name} (${given[name]}) is more than what is left to reverse (${left[name]}).`, {
        param,
      });
    }
  }
}

function reversedLine(
  stripe: Backend,
  line: TransactionLine,
  { amount, amount_tax }: Portion,
  given: Partial<NonNullable<GivenReversal['line_items']>[number]> = {},
): TransactionLine {
  return {
    ...line,
    id: stripe.newId('tax.transaction_line_item'),
    amount,
    amount_tax,
    metadata: given.metadata ? mergeMetadata(undefined, given.metadata) : null,
    quantity: given.quantity ?? line.quantity,
    reference: given.reference ?? line.reference,
    reversal: { original_line_item: line.id },
    type: 'reversal',
  };
}

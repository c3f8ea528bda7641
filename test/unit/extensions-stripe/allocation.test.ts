import { discountLines, sumByDiscount } from '../../../extensions/stripe/src/billing/discount-amounts';
import { contained, percentOf, shareOut } from '../../../extensions/stripe/src/billing/rounding';
import { sumByRate, taxesOn } from '../../../extensions/stripe/src/billing/tax-amounts';

/** Numbers that look random and are the same each time. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state % below;
  };
}

const CASES = Array.from({ length: 300 }, (_none, index) => index + 1);
const sum = (amounts: readonly number[]): number => amounts.reduce((all, amount) => all + amount, 0);

describe('shares of an amount', () => {
  it('add up to it, and none is larger than its weight', () => {
    for (const seed of CASES) {
      const next = numbers(seed);
      const weights = Array.from({ length: 1 + next(8) }, () => next(100_000));
      const amount = next(sum(weights) + 1);
      const shares = shareOut(amount, weights);
      expect(sum(shares)).toBe(sum(weights) === 0 ? 0 : amount);
      for (const [index, share] of shares.entries()) {
        expect(Number.isInteger(share)).toBe(true);
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(weights[index]!);
      }
    }
  });
});

describe('percentages', () => {
  it.each([
    [1999, 25, 500],
    [5, 10, 1],
    [-5, 10, -1],
    [0, 33.3, 0],
    [1000, 8.25, 83],
    [900, 8.25, 74],
    [99_999_999, 33.333333, 33_333_333],
  ])('of %d: %d percent are %d', (amount, percent, expected) => {
    expect(percentOf(amount, percent)).toBe(expected);
  });

  it('of taxes that an amount contains are taken out of it', () => {
    expect(contained(11_900, [19])).toEqual([1900]);
    expect(contained(900, [19])).toEqual([144]);
  });
});

describe('discounts of lines', () => {
  const percent = (percent_off: number) => ({ amount_off: null, percent_off, currency: null });
  const amount = (amount_off: number) => ({ amount_off, percent_off: null, currency: 'usd' });

  it('add up, and never take more than there is', () => {
    for (const seed of CASES) {
      const next = numbers(seed);
      const lines = Array.from({ length: 1 + next(6) }, () => ({ amount: next(50_000), discountable: next(5) > 0 }));
      const discounts = Array.from({ length: 1 + next(3) }, (_none, index) => ({
        id: `di_${index}`,
        coupon: next(2) === 0 ? percent(1 + next(100)) : amount(1 + next(80_000)),
      }));
      const off = discountLines(lines, discounts, 'usd');
      for (const [index, line] of lines.entries()) {
        const own = sum(off[index]!.map((each) => each.amount));
        expect(own).toBeLessThanOrEqual(line.amount);
        expect(own).toBeGreaterThanOrEqual(0);
        if (!line.discountable) expect(off[index]).toEqual([]);
      }
      const total = sum(sumByDiscount(off).map((each) => each.amount));
      expect(total).toBe(sum(off.flat().map((each) => each.amount)));
    }
  });

  it('take an amount off whole where there is enough', () => {
    const off = discountLines(
      [{ amount: 333 }, { amount: 333 }, { amount: 334 }],
      [{ id: 'di_1', coupon: amount(100) }],
      'usd',
    );
    expect(sum(off.flat().map((each) => each.amount))).toBe(100);
    expect(discountLines([{ amount: 30 }], [{ id: 'di_1', coupon: amount(100) }], 'usd')).toEqual([
      [{ amount: 30, discount: 'di_1' }],
    ]);
    expect(discountLines([{ amount: 30 }], [{ id: 'di_1', coupon: amount(100) }], 'eur')).toEqual([
      [{ amount: 0, discount: 'di_1' }],
    ]);
  });

  it('of some products leave the others alone, and those of a line come first', () => {
    const only = { id: 'di_1', coupon: { ...percent(50), applies_to: { products: ['prod_a'] } } };
    const own = { id: 'di_2', coupon: amount(100) };
    expect(
      discountLines(
        [
          { amount: 1000, product: 'prod_a', discounts: [own] },
          { amount: 1000, product: 'prod_b' },
        ],
        [only],
        'usd',
      ),
    ).toEqual([
      [
        { amount: 100, discount: 'di_2' },
        { amount: 450, discount: 'di_1' },
      ],
      [],
    ]);
  });
});

describe('taxes', () => {
  const rate = (id: string, percentage: number, inclusive: boolean) => ({
    id,
    percentage,
    inclusive,
    reason: 'not_available',
  });

  it('leave a net amount that adds up', () => {
    for (const seed of CASES) {
      const next = numbers(seed);
      const whole = next(1_000_000) - 200_000;
      const rates = Array.from({ length: 1 + next(3) }, (_none, index) =>
        rate(`txr_${index}`, next(2500) / 100, next(2) === 0),
      );
      const taxes = taxesOn(whole, rates);
      const inclusive = sum(taxes.filter((tax) => tax.tax_behavior === 'inclusive').map((tax) => tax.amount));
      for (const tax of taxes) {
        expect(Number.isInteger(tax.amount)).toBe(true);
        expect(tax.taxable_amount! + inclusive).toBe(whole);
      }
      expect(sum(sumByRate([...taxes, ...taxes]).map((tax) => tax.amount))).toBe(
        2 * sum(taxes.map((tax) => tax.amount)),
      );
    }
  });
});

import { amountFor, partsFor, proratedShare, shareOf, times } from '../../../extensions/stripe/src/billing/amounts';

describe('the amount of a price', () => {
  it('is the unit amount times the quantity', () => {
    expect(amountFor({ unit_amount: 1999 }, 3)).toBe(5997);
    expect(amountFor({ unit_amount: 1999 }, 0)).toBe(0);
  });

  it('rounds decimals half up, once, at the end', () => {
    expect(amountFor({ unit_amount_decimal: '0.5' }, 1)).toBe(1);
    expect(amountFor({ unit_amount_decimal: '0.05' }, 10)).toBe(1);
    expect(amountFor({ unit_amount_decimal: '0.049' }, 10)).toBe(0);
    expect(amountFor({ unit_amount_decimal: '0.000000000001' }, 1_000_000_000_000)).toBe(1);
    expect(times('-0.5', 1)).toBe(-1);
  });

  it('stays exact where floating point numbers are not', () => {
    expect(times('1.005', 100)).toBe(101);
    expect(times('0.1', 3)).toBe(0);
    expect(times('99999999.999999', 999_999)).toBe(99_999_899_999_999);
  });

  it('counts packages of a transformed quantity', () => {
    const price = { unit_amount: 100, transform_quantity: { divide_by: 10, round: 'up' } };
    expect(amountFor(price, 11)).toBe(200);
    expect(amountFor({ ...price, transform_quantity: { divide_by: 10, round: 'down' } }, 11)).toBe(100);
  });

  const tiers = [
    { up_to: 5, unit_amount: 500, flat_amount: 1000 },
    { up_to: 10, unit_amount: 400 },
    { up_to: null, unit_amount: 300, flat_amount: 200 },
  ];

  it.each([
    [0, 1000],
    [1, 1500],
    [5, 3500],
    [6, 3900],
    [10, 5500],
    [12, 6300],
  ])('adds up graduated tiers: %i units', (quantity, amount) => {
    expect(amountFor({ billing_scheme: 'tiered', tiers_mode: 'graduated', tiers }, quantity)).toBe(amount);
  });

  it.each([
    [5, 3500],
    [6, 2400],
    [12, 3800],
  ])('takes the tier of the whole quantity by volume: %i units', (quantity, amount) => {
    expect(amountFor({ billing_scheme: 'tiered', tiers_mode: 'volume', tiers }, quantity)).toBe(amount);
  });

  it('has a part for each tier and each flat fee', () => {
    const parts = partsFor({ billing_scheme: 'tiered', tiers_mode: 'graduated', tiers }, 6);
    expect(parts.map(({ amount, quantity, tier, isFlat }) => [amount, quantity, tier, isFlat ?? false])).toEqual([
      [2500, 5, 1, false],
      [1000, 0, 1, true],
      [400, 1, 2, false],
    ]);
  });
});

describe('a share of an amount', () => {
  it('is rounded half away from zero', () => {
    expect(shareOf(1000, 1, 3)).toBe(333);
    expect(shareOf(1000, 2, 3)).toBe(667);
    expect(shareOf(1, 1, 2)).toBe(1);
    expect(shareOf(-1, 1, 2)).toBe(-1);
    expect(shareOf(1000, 0, 3)).toBe(0);
  });

  it('is exact for the largest amounts and longest times', () => {
    expect(shareOf(99_999_999, 31_535_999, 31_536_000)).toBe(99_999_996);
    expect(shareOf(999_999_999_999, 31_535_999, 31_536_000)).toBe(999_999_968_289);
  });

  it('adds up: what is left and what was used make the whole, to a unit', () => {
    for (let part = 0; part <= 2_592_000; part += 86_399) {
      const sum = shareOf(1999, part, 2_592_000) + shareOf(1999, 2_592_000 - part, 2_592_000);
      expect(Math.abs(sum - 1999)).toBeLessThanOrEqual(1);
    }
  });
});

describe('the share of a part of a period', () => {
  it('is rounded, and half a unit down, also where it is given back', () => {
    expect([proratedShare(1, 1, 2), proratedShare(3001, 1, 2), proratedShare(-1, 1, 2)]).toEqual([0, 1500, -1]);
    expect([proratedShare(1000, 1, 3), proratedShare(1000, 2, 3), proratedShare(-1000, 2, 3)]).toEqual([
      333, 667, -667,
    ]);
    expect(proratedShare(1000, 1, 0)).toBe(0);
    expect(proratedShare(0, 1, 2)).toBe(0);
  });

  it('is the nearest whole number, whatever the parts', () => {
    for (let whole = 1; whole < 14; whole++)
      for (let part = 0; part <= whole; part++)
        for (let amount = -40; amount <= 40; amount++)
          expect(proratedShare(amount, part, whole)).toBe(Math.ceil((2 * amount * part - whole) / (2 * whole)) || 0);
  });
});

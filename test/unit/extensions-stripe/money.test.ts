import { formatAmount } from '../../../extensions/stripe/src/payments/money';

describe('an amount in a text', () => {
  it.each([
    [1000, 'usd', '$10.00'],
    ['0.25', 'usd', '$0.0025'],
    [123456789, 'eur', '€1,234,567.89'],
    [500, 'jpy', '¥500'],
    [1000, 'cad', 'CA$10.00'],
    [1000, 'chf', 'CHF 10.00'],
    // Its amounts have decimals, though the money has none.
    [500, 'ugx', 'UGX 5.00'],
    [12345, 'kwd', 'KWD 12.345'],
    [-250, 'usd', '-$2.50'],
  ])('of %s in %s is %s', (amount, currency, written) => {
    expect(formatAmount(amount, currency)).toBe(written);
  });
});

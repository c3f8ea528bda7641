import { dueOf } from '../../../extensions/stripe/src/billing/totals';

describe('what is due', () => {
  it.each([
    [1000, 0, 1000, 0],
    [1000, -300, 700, 0],
    [1000, -1500, 0, -500],
    [1000, 200, 1200, 0],
    [-400, 0, 0, -400],
    [0, 0, 0, 0],
    [30, 0, 0, 30],
    [1000, -980, 0, 20],
  ])('of a total of %i and a balance of %i is %i, which leaves %i', (total, balance, due, ending) => {
    expect(dueOf(total, balance, 'usd')).toEqual({ amount_due: due, ending_balance: ending });
    expect(due + ending).toBe(total + balance);
  });
});

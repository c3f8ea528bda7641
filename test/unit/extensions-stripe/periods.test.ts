import { addIntervals, anchorOf, intervalsBetween, nextPeriod } from '../../../extensions/stripe/src/billing/periods';

const at = (text: string): number => Date.parse(`${text.length === 10 ? `${text}T00:00:00` : text}Z`) / 1000;
const shown = (time: number): string => new Date(time * 1000).toISOString().slice(0, 10);
const MONTHLY = { interval: 'month', interval_count: 1 };

describe('billing periods', () => {
  it('end on the last day of a shorter month, and come back to their own day', () => {
    const ends = [1, 2, 3, 4, 13].map((count) => shown(addIntervals(at('2024-01-31'), MONTHLY, count)));
    expect(ends).toEqual(['2024-02-29', '2024-03-31', '2024-04-30', '2024-05-31', '2025-02-28']);
  });

  it('of years from 29 February end on 28 February, but in leap years', () => {
    const yearly = { interval: 'year', interval_count: 1 };
    expect([1, 4].map((count) => shown(addIntervals(at('2024-02-29'), yearly, count)))).toEqual([
      '2025-02-28',
      '2028-02-29',
    ]);
  });

  it('keep the time of day', () => {
    expect(addIntervals(at('2024-01-31T13:14:15'), MONTHLY, 1)).toBe(at('2024-02-29T13:14:15'));
  });

  it('count weeks and days in seconds', () => {
    const anchor = at('2024-01-01');
    expect(nextPeriod(anchor, { interval: 'week', interval_count: 2 }, at('2024-01-16'))).toEqual({
      start: at('2024-01-15'),
      end: at('2024-01-29'),
    });
    expect(nextPeriod(anchor, { interval: 'day', interval_count: 1 }, at('2023-12-31T12:00:00'))).toEqual({
      start: at('2023-12-31'),
      end: at('2024-01-01'),
    });
  });

  it('begin where the last one ended', () => {
    let from = at('2023-10-31');
    for (let count = 0; count < 60; count += 1) {
      const period = nextPeriod(at('2023-10-31'), MONTHLY, from);
      expect(period.start).toBe(from);
      expect(period.end).toBeGreaterThan(period.start);
      from = period.end;
    }
    expect(shown(from)).toBe('2028-10-31');
  });

  it('remember the day that was asked for where the anchor is at the end of a short month', () => {
    expect(shown(nextPeriod(at('2024-02-29'), MONTHLY, at('2024-03-01'), 31).end)).toBe('2024-03-31');
  });
});

describe('the intervals between two times', () => {
  it('are counted by the calendar', () => {
    for (const count of [0, 1, 2, 11, 12, 25]) {
      const until = addIntervals(at('2024-01-31'), MONTHLY, count);
      expect(intervalsBetween(at('2024-01-31'), MONTHLY, until)).toBe(count);
    }
  });
});

describe('an anchor by its configuration', () => {
  it('is the next such day', () => {
    expect(anchorOf({ day_of_month: 15 }, at('2024-01-10T08:00:00'))).toBe(at('2024-01-15T08:00:00'));
    expect(anchorOf({ day_of_month: 5 }, at('2024-01-10T08:00:00'))).toBe(at('2024-02-05T08:00:00'));
    expect(anchorOf({ day_of_month: 10 }, at('2024-01-10T08:00:00'))).toBe(at('2024-01-10T08:00:00'));
  });

  it('is the last day of a month that is too short', () => {
    expect(anchorOf({ day_of_month: 31 }, at('2024-02-10'))).toBe(at('2024-02-29'));
  });

  it('takes a time of day and a month', () => {
    expect(anchorOf({ day_of_month: 1, hour: 9, minute: 30 }, at('2024-01-10'))).toBe(at('2024-02-01T09:30:00'));
    expect(anchorOf({ day_of_month: 1, month: 6 }, at('2024-07-10'))).toBe(at('2025-06-01'));
  });
});

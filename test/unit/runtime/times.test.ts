import { parseSpan, parseTime } from '../../../src/runtime/state/times';

describe('times as clients write them', () => {
  it.each([
    ['250ms', 250],
    ['1s', 1000],
    ['1.5h', 5_400_000],
    ['30d', 2_592_000_000],
    ['1h 30m', 5_400_000],
    ['1w2d', 777_600_000],
  ])('takes %s for a span', (text, milliseconds) => {
    expect(parseSpan(text, 'by')).toBe(milliseconds);
  });

  it.each(['', '5', '1y', 'h', '-1h', '1h!', 5, null])('takes %p for none', (value) => {
    expect(() => parseSpan(value, 'by')).toThrow(/"by" is a span of time/);
  });

  it('takes a number, or a date, for a time', () => {
    expect(parseTime(1000, 'now')).toBe(1000);
    expect(parseTime('2030-01-31T12:00:00Z', 'now')).toBe(Date.UTC(2030, 0, 31, 12));
    for (const value of ['soon', 1.5, null, {}]) expect(() => parseTime(value, 'now')).toThrow(/"now" is a time/);
  });
});

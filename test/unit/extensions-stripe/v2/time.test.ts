import { secondsOf, timestamp } from '../../../../extensions/stripe/src/v2/kernel/time';

test('times are written as RFC 3339 in UTC', () => {
  expect(timestamp(1_793_188_800)).toBe('2026-10-28T12:00:00.000Z');
});

test.each([
  ['2026-10-28T12:00:00.000Z', 1_793_188_800],
  ['2026-10-28T12:00:00Z', 1_793_188_800],
  ['2026-10-28T14:00:00.9+02:00', 1_793_188_800],
  ['2026-10-28', undefined],
  ['1793188800', undefined],
  ['2026-13-28T12:00:00Z', undefined],
])('%s is read as %s', (text, seconds) => {
  expect(secondsOf(text)).toBe(seconds);
});

import { engineTimeToUnix, parseSince } from '../../../src/engine/since';

const NOW = Date.parse('2026-01-31T12:00:00Z');

describe('a point in time', () => {
  it.each([
    ['90s', NOW - 90_000],
    ['10m', NOW - 600_000],
    ['1h30m', NOW - 5_400_000],
    ['2d', NOW - 172_800_000],
    ['2026-01-31T11:00:00Z', NOW - 3_600_000],
    ['2026-01-31T12:00:00+01:00', NOW - 3_600_000],
    ['2026-01-31T11:00:00', new Date(2026, 0, 31, 11).getTime()],
    ['2026-01-31', new Date(2026, 0, 31).getTime()],
  ])('%s', (text, milliseconds) => {
    expect(Number(parseSince(text, NOW)) * 1000).toBeCloseTo(milliseconds, 0);
  });

  it.each(['1769860800', '1769860800.123456789'])('%s is taken as Unix seconds as it is', (text) => {
    expect(parseSince(text, NOW)).toBe(text);
  });

  it.each(['', 'yesterday', '10x', 'm', '-10m', '2026-13-01', '2026-01-31T25:00:00Z'])(
    '%j is refused, with the ways to write one',
    (text) => {
      expect(() => parseSince(text, NOW)).toThrow(
        expect.objectContaining({
          code: 'BACKLOT_E_OPTION_INVALID',
          remedy: expect.stringContaining('10m') as string,
        }) as Error,
      );
    },
  );

  it('of the engine keeps its nanoseconds', () => {
    expect(engineTimeToUnix('2026-01-31T12:00:00.000000123Z')).toBe(`${NOW / 1000}.000000123`);
    expect(engineTimeToUnix('2026-01-31T12:00:00.5Z')).toBe(`${NOW / 1000}.500000000`);
    expect(engineTimeToUnix('2026-01-31T12:00:00Z')).toBe(`${NOW / 1000}.000000000`);
  });
});

import { LogPosition } from '../../../src/engine/log-position';
import { nanosecondsToUnix } from '../../../src/engine/since';

const at = (nanoseconds: number): string => `2026-01-31T12:00:10.${String(nanoseconds).padStart(9, '0')}Z`;
type Message = readonly ['stdout' | 'stderr', string];

/** The messages of a reading that are new. */
const news = (position: LogPosition, messages: readonly Message[]): Message[] =>
  messages.filter(([stream, time]) => position.isNew(stream, time));

describe('the position in a log', () => {
  it('lets a second reading go on where the first one ended, with several messages at one time', () => {
    const position = new LogPosition();
    const first: Message[] = [
      ['stdout', at(1)],
      ['stderr', at(2)],
      ['stdout', at(3)],
      ['stdout', at(3)],
    ];
    const more: Message[] = [
      ['stdout', at(3)],
      // Taken from the container at the same time, and written down later.
      ['stderr', at(2)],
      ['stderr', at(4)],
    ];
    expect(position.begin()).toBeUndefined();
    expect(news(position, first)).toEqual(first);
    expect(position.begin()).toBeDefined();
    expect(news(position, [...first, ...more])).toEqual(more);
    position.begin();
    expect(news(position, [...first, ...more])).toEqual([]);
  });

  it('knows the message that came last, and no other', () => {
    const position = new LogPosition();
    expect(position.isLast('stdout', at(1))).toBe(false);
    news(position, [
      ['stdout', at(1)],
      ['stderr', at(2)],
    ]);
    expect(position.isLast('stderr', at(2))).toBe(true);
    expect(position.isLast('stdout', at(2))).toBe(false);
    expect(position.isLast('stdout', at(1))).toBe(false);
    expect(position.isLast('stderr', at(3))).toBe(false);
  });

  it('asks again for a moment before what came last, but for nothing before what came first', () => {
    const position = new LogPosition();
    news(position, [
      ['stdout', '2026-01-31T12:00:09.999999999Z'],
      ['stdout', at(500_000_000)],
    ]);
    expect(nanosecondsToUnix(position.begin() ?? 0n)).toBe(`${Date.parse('2026-01-31T12:00:09Z') / 1000}.999999999`);
    expect(news(position, [['stderr', '2026-01-31T12:00:09Z']])).toEqual([]);
    expect(news(position, [['stderr', at(600_000_000)]])).toHaveLength(1);
    news(position, [['stdout', '2026-01-31T12:01:00Z']]);
    expect(nanosecondsToUnix(position.begin() ?? 0n)).toBe(`${Date.parse('2026-01-31T12:00:59Z') / 1000}.000000000`);
  });

  it('compares times, and not how they are written', () => {
    const position = new LogPosition();
    news(position, [['stdout', '2026-01-31T12:00:00.5Z']]);
    position.begin();
    expect(news(position, [['stdout', '2026-01-31T13:00:00.500000000+01:00']])).toEqual([]);
    expect(news(position, [['stdout', '2026-01-31T13:00:00.500000001+01:00']])).toHaveLength(1);
  });
});

import { StallClock } from '../../../../src/runtime/watchdog/stall-clock';

describe('a pulse that is looked at', () => {
  it('has stood still since the last beat that was seen', () => {
    const clock = new StallClock(100, 0);
    expect([
      clock.look(1, 100),
      clock.look(1, 200),
      clock.look(1, 310),
      clock.look(2, 410),
      clock.look(2, 500),
    ]).toEqual([0, 100, 210, 0, 90]);
  });

  it('has not stood still while nobody looked: the process was suspended', () => {
    const clock = new StallClock(100, 0);
    clock.look(1, 100);
    expect([clock.look(1, 200), clock.look(1, 60_200), clock.look(1, 60_300)]).toEqual([100, 0, 100]);
  });

  it('counts looks that are a little late', () => {
    const clock = new StallClock(100, 0);
    clock.look(1, 100);
    expect([clock.look(1, 500), clock.look(1, 900)]).toEqual([400, 800]);
  });
});

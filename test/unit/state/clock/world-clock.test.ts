import { Clocks, WorldClock, Worlds } from '../../../../src/state';
import type { ClockTask } from '../../../../src/state/clock/world-clock';
import { waitFor } from '../../../support/wait-for';
import { codeOf } from '../../../support/state-kit';

const NOON = Date.UTC(2030, 0, 1, 12);

function task(run: () => unknown, more: Partial<ClockTask> = {}): ClockTask {
  return {
    owner: 'extension shop',
    run,
    report: (thrown) => {
      throw thrown;
    },
    ...more,
  };
}

function clockKit(): { worlds: Worlds; clocks: Clocks; clock: WorldClock } {
  const worlds = new Worlds();
  const clocks = new Clocks(worlds);
  return { worlds, clocks, clock: clocks.of(worlds.base) };
}

function frozen(time = NOON): WorldClock {
  const { clock } = clockKit();
  clock.freeze(time);
  return clock;
}

describe('what the clock of a world shows', () => {
  it('is the real time, as long as nobody changes it', () => {
    const before = Date.now();
    const shown = clockKit().clock.now();
    expect(shown).toBeGreaterThanOrEqual(before);
    expect(shown).toBeLessThanOrEqual(Date.now());
  });

  it('stands still when it is frozen, and goes on from there when it no longer is', async () => {
    const clock = frozen();
    const real = Date.now();
    await waitFor('the real time to go on', () => Date.now() > real + 5);
    expect(clock.now()).toBe(NOON);
    clock.unfreeze();
    await waitFor('the clock to go on', () => clock.now() > NOON);
    expect(clock.now()).toBeLessThan(NOON + 60_000);
  });

  it('can be set forwards and backwards, frozen and running', async () => {
    const clock = frozen();
    clock.set(NOON + 5_000);
    expect(clock.now()).toBe(NOON + 5_000);
    clock.set(NOON - 5_000);
    expect(clock.now()).toBe(NOON - 5_000);
    clock.unfreeze();
    clock.set(0);
    await waitFor('the clock to go on', () => clock.now() > 0);
    expect(clock.now()).toBeLessThan(60_000);
  });

  it('can be the real time again', async () => {
    const clock = frozen();
    await clock.advance(1_000);
    clock.showRealTime();
    expect(clock.isFrozen).toBe(false);
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1_000);
  });

  it('goes on for a running clock from where it was advanced to', async () => {
    const { clock } = clockKit();
    const before = Date.now();
    const { now } = await clock.advance(3_600_000);
    expect(now).toBeGreaterThanOrEqual(before + 3_600_000);
    await waitFor('the clock to go on', () => clock.now() > now);
  });

  it.each([NaN, 1.5, Infinity, 1e17])('cannot be %p', (time) => {
    const clock = frozen();
    expect(codeOf(() => clock.set(time))).toBe('BACKLOT_E_CLOCK_INVALID');
    expect(codeOf(() => clock.freeze(time))).toBe('BACKLOT_E_CLOCK_INVALID');
    expect(clock.now()).toBe(NOON);
  });

  it.each([NaN, -1, 0.5, Infinity, 1e17])('cannot be advanced by %p', async (span) => {
    const clock = frozen();
    await expect(clock.advance(span)).rejects.toMatchObject({ code: 'BACKLOT_E_CLOCK_INVALID' });
    expect(clock.now()).toBe(NOON);
    await expect(clock.advance(1)).resolves.toEqual({ now: NOON + 1, ran: 0 });
  });

  it('is kept in the world: a copy of it shows the same, and a new epoch shows what the world has then', async () => {
    const { worlds, clocks, clock } = clockKit();
    clock.freeze(NOON);
    await clock.advance(10);
    worlds.save('later');
    const copy = clocks.of(worlds.sandbox('copy', { from: 'later' }));
    expect(copy.now()).toBe(NOON + 10);
    await copy.advance(10);
    expect(clock.now()).toBe(NOON + 10);
    worlds.reset(worlds.base);
    expect(clocks.of(worlds.base).isFrozen).toBe(false);
    worlds.restore('later');
    expect(clocks.of(worlds.base).now()).toBe(NOON + 10);
  });
});

describe('timers of a clock that runs', () => {
  it('run when their time has come, in order', async () => {
    const { clock } = clockKit();
    const ran: string[] = [];
    clock.start(
      task(() => ran.push('later')),
      30,
    );
    clock.start(
      task(() => ran.push('sooner')),
      10,
    );
    clock
      .start(
        task(() => ran.push('never')),
        20,
      )
      .cancel();
    await waitFor('both', () => ran.length === 2);
    expect(ran).toEqual(['sooner', 'later']);
  });

  it('run again and again until they are cancelled, also from within', async () => {
    const { clock } = clockKit();
    let ran = 0;
    const timer = clock.start(
      task(() => {
        ran += 1;
        if (ran === 3) timer.cancel();
      }),
      1,
      true,
    );
    const other = new Promise<void>((resolve) => {
      clock.start(task(resolve), 40);
    });
    await other;
    expect(ran).toBe(3);
  });

  it('go on with the others when one throws', async () => {
    const { clock } = clockKit();
    const thrown: unknown[] = [];
    const failing = (error: string): ClockTask =>
      task(() => Promise.reject(new Error(error)), { report: (e) => thrown.push(e) });
    let ran = false;
    clock.start(failing('one'), 0);
    clock.start(failing('two'), 0);
    clock.start(
      task(() => (ran = true)),
      0,
    );
    await waitFor('all of them', () => ran && thrown.length === 2);
    expect(thrown).toEqual([new Error('one'), new Error('two')]);
  });

  it('wait as long as they would have when the clock is set', async () => {
    const { clock } = clockKit();
    let ran = false;
    clock.start(
      task(() => (ran = true)),
      20,
    );
    clock.set(0);
    clock.set(NOON + 1e9);
    expect(ran).toBe(false);
    clock.set(NOON);
    await waitFor('the timer', () => ran);
    expect(clock.now()).toBeGreaterThanOrEqual(NOON);
  });

  it('are held by freezing it, and go on with the rest of their time', async () => {
    const { clock } = clockKit();
    let ran = false;
    clock.start(
      task(() => (ran = true)),
      15,
    );
    clock.freeze();
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(ran).toBe(false);
    clock.unfreeze();
    await waitFor('the timer', () => ran);
  });
});

describe('an advance', () => {
  it('runs what falls due in order, each at its own time, and lands on its target', async () => {
    const clock = frozen();
    const ran: [string, number][] = [];
    const note = (name: string): ClockTask => task(() => ran.push([name, clock.now() - NOON]));
    clock.start(note('b'), 200);
    clock.start(note('a'), 100);
    clock.start(note('c'), 200);
    clock.start(note('after'), 1_001);
    clock.start(note('each'), 400, true);
    await expect(clock.advance(1_000)).resolves.toEqual({ now: NOON + 1_000, ran: 5 });
    expect(ran).toEqual([
      ['a', 100],
      ['b', 200],
      ['c', 200],
      ['each', 400],
      ['each', 800],
    ]);
    expect(clock.now()).toBe(NOON + 1_000);
    await clock.advance(1);
    expect(ran.at(-1)).toEqual(['after', 1_001]);
  });

  it('awaits what a timer returns before the next one, and runs the timers that it makes', async () => {
    const clock = frozen();
    const ran: string[] = [];
    clock.start(
      task(async () => {
        ran.push('begins');
        await new Promise((resolve) => setTimeout(resolve, 20));
        clock.start(
          task(() => ran.push(`made, at ${clock.now() - NOON}`)),
          50,
        );
        ran.push('ends');
      }),
      10,
    );
    clock.start(
      task(() => ran.push('next')),
      11,
    );
    await clock.advance(100);
    expect(ran).toEqual(['begins', 'ends', 'next', 'made, at 60']);
  });

  it('goes on while what a timer does sleeps on the clock, and waits for the rest of it', async () => {
    const clock = frozen();
    const ran: string[] = [];
    const sleep = (span: number): Promise<void> =>
      new Promise((resolve) => {
        clock.startSleep(task(resolve), span);
      });
    clock.start(
      task(async () => {
        await sleep(100);
        await new Promise((resolve) => setTimeout(resolve, 20));
        ran.push(`woke at ${clock.now() - NOON}`);
        await sleep(10_000);
        ran.push(`woke at ${clock.now() - NOON}`);
      }),
      10,
    );
    clock.start(
      task(() => ran.push('between')),
      50,
    );
    clock.start(
      task(() => ran.push('behind')),
      111,
    );
    await clock.advance(1_000);
    expect(ran).toEqual(['between', 'woke at 110', 'behind']);
    await clock.advance(10_000);
    expect(ran.at(-1)).toBe('woke at 10110');
  });

  it('comes to an end although timers make timers at once', async () => {
    const clock = frozen();
    let ran = 0;
    const again = (): void => {
      ran += 1;
      clock.start(task(again), 0);
    };
    clock.start(task(again), 1);
    await clock.advance(10);
    expect(ran).toBe(10);
  });

  it('waits for work that was under way, and runs what follows from it', async () => {
    const clock = frozen();
    let finish = (): void => undefined;
    const ran: string[] = [];
    clock.hold(
      task(async () => {
        await new Promise<void>((resolve) => (finish = resolve));
        clock.start(
          task(() => ran.push('follows')),
          5,
        );
      }),
    );
    const advance = clock.advance(10);
    setTimeout(() => finish(), 20);
    await advance;
    expect(ran).toEqual(['follows']);
  });

  it('follows another one that is under way', async () => {
    const clock = frozen();
    const times: number[] = [];
    clock.start(
      task(() => times.push(clock.now() - NOON)),
      15,
    );
    const both = await Promise.all([clock.advance(10), clock.advance(10)]);
    expect(both.map(({ now }) => now - NOON)).toEqual([10, 20]);
    expect(times).toEqual([15]);
  });

  it('fails when a timer takes too long, and stays at its time', async () => {
    const { signal } = new AbortController();
    const clock = new WorldClock({ read: () => undefined, write: () => undefined }, signal, 20);
    clock.freeze(NOON);
    clock.start(
      task(() => new Promise(() => undefined)),
      10,
    );
    await expect(clock.advance(100)).rejects.toMatchObject({
      code: 'BACKLOT_E_CLOCK_STUCK',
      message: expect.stringContaining('extension shop') as string,
    });
    expect(clock.now()).toBe(NOON + 10);
  });

  it('lets a timer freeze, set and unfreeze the clock', async () => {
    const { clock } = clockKit();
    clock.start(
      task(() => {
        clock.freeze(NOON);
      }),
      10_000,
    );
    await clock.advance(11_000);
    // The clock ran until the timer was due, and the advance began somewhat later than the timer.
    expect(clock.now()).toBeGreaterThanOrEqual(NOON + 1_000);
    expect(clock.now()).toBeLessThan(NOON + 10_000);
    clock.start(
      task(() => {
        clock.set(0);
        clock.unfreeze();
      }),
      10,
    );
    await clock.advance(20);
    expect(clock.isFrozen).toBe(false);
    expect(clock.now()).toBeLessThan(60_000);
  });
});

describe('the end of an epoch', () => {
  it('ends the timers of the world', async () => {
    const { worlds, clocks, clock } = clockKit();
    const ran: string[] = [];
    clock.start(
      task(() => ran.push('old')),
      10,
    );
    worlds.reset(worlds.base);
    clock.start(
      task(() => ran.push('old')),
      0,
    );
    clocks.of(worlds.base).start(
      task(() => ran.push('new')),
      20,
    );
    await waitFor('the new one', () => ran.includes('new'));
    expect(ran).toEqual(['new']);
  });

  it('lets the old clock change nothing in the new state', () => {
    const { worlds, clocks, clock } = clockKit();
    worlds.reset(worlds.base);
    expect(codeOf(() => clock.freeze(NOON))).toBe('BACKLOT_E_STATE_FENCED');
    expect(clocks.of(worlds.base).isFrozen).toBe(false);
  });

  it('ends an advance that is under way', async () => {
    const { worlds, clocks, clock } = clockKit();
    let begun = false;
    clock.start(
      task(() => {
        begun = true;
        return new Promise(() => undefined);
      }),
      10,
    );
    const advance = clock.advance(100);
    const end = waitFor('the timer', () => begun).then(() => worlds.reset(worlds.base));
    await expect(advance).rejects.toMatchObject({ code: 'BACKLOT_E_STATE_FENCED' });
    await end;
    await expect(clock.advance(1)).rejects.toMatchObject({ code: 'BACKLOT_E_STATE_FENCED' });
    expect(Math.abs(clocks.of(worlds.base).now() - Date.now())).toBeLessThan(1_000);
  });

  it('comes when a sandbox is deleted', async () => {
    const { worlds, clocks } = clockKit();
    const sandbox = worlds.sandbox('gone');
    const clock = clocks.of(sandbox);
    worlds.delete('gone');
    expect(codeOf(() => clocks.of(sandbox))).toBe('BACKLOT_E_STATE_FENCED');
    await expect(clock.advance(1)).rejects.toMatchObject({ code: 'BACKLOT_E_STATE_FENCED' });
  });
});

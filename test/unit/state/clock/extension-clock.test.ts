import { AsyncLocalStorage } from 'node:async_hooks';
import { Clocks, ExtensionClock, Worlds, type World, type WorldClock, type WorldView } from '../../../../src/state';
import { waitFor } from '../../../support/wait-for';

const NOON = Date.UTC(2030, 0, 1, 12);

/** The clock of an extension. That of the default world stands at noon. */
class Kit {
  readonly worlds = new Worlds();
  readonly clocks = new Clocks(this.worlds);
  readonly current = new AsyncLocalStorage<WorldView>();
  readonly end = new AbortController();
  readonly reported: unknown[] = [];
  readonly clock: ExtensionClock;

  constructor() {
    this.base.freeze(NOON);
    this.clock = this.clockOf('shop');
  }

  clockOf(extension: string): ExtensionClock {
    return new ExtensionClock({
      extension,
      clocks: this.clocks,
      view: () => this.current.getStore() ?? this.worlds.base.view(),
      runIn: (view, run) => this.current.run(view, run),
      bind: (run) => run,
      report: (thrown) => this.reported.push(thrown),
      signal: this.end.signal,
    });
  }

  /** The clock of the default world, as it is now. */
  get base(): WorldClock {
    return this.clocks.of(this.worlds.base);
  }

  within<R>(world: World, run: () => R): R {
    return this.current.run(world.view(), run);
  }
}

describe('the clock of an extension', () => {
  it('tells the time in several ways', async () => {
    const kit = new Kit();
    const { clock } = kit;
    await kit.base.advance(1_999);
    expect(clock.now()).toBe(NOON + 1_999);
    expect(clock.seconds()).toBe(NOON / 1000 + 1);
    expect(clock.date()).toEqual(new Date(NOON + 1_999));
    expect(clock.iso()).toBe('2030-01-01T12:00:01.999Z');
  });

  it('is that of the current world, and its timers run within the world in which they were made', async () => {
    const kit = new Kit();
    const { clock } = kit;
    const other = kit.worlds.sandbox('other');
    kit.clocks.of(other).freeze(0);
    const seen: [string, string | undefined, number][] = [];
    const note = (name: string) => () => seen.push([name, kit.current.getStore()?.world.name, clock.now()]);
    clock.setTimeout(note('default'), 10);
    kit.within(other, () => {
      clock.setTimeout(note('other'), 5);
      clock.setInterval(note('each'), 20);
    });
    await kit.clocks.of(other).advance(20);
    await kit.base.advance(20);
    expect(seen).toEqual([
      ['other', 'other', 5],
      ['each', 'other', 20],
      ['default', '', NOON + 10],
    ]);
  });

  it('keeps the async context in which a timer was made', async () => {
    const kit = new Kit();
    const { clock } = kit;
    const own = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    own.run('mine', () => clock.setTimeout(() => seen.push(own.getStore()), 10));
    await own.run('whose advance it is', () => kit.base.advance(10));
    expect(seen).toEqual(['mine']);
  });

  it('reports what a timer throws, and advances', async () => {
    const kit = new Kit();
    const { clock, reported } = kit;
    clock.setTimeout(() => {
      throw new Error('at once');
    }, 1);
    clock.setTimeout(() => Promise.reject(new Error('later')), 2);
    await expect(kit.base.advance(10)).resolves.toMatchObject({ ran: 2 });
    expect(reported).toEqual([new Error('at once'), new Error('later')]);
  });

  it('does not report that a timer was ended, with its state or with the extension', async () => {
    const kit = new Kit();
    const { clock, reported, worlds, end } = kit;
    const waiting = [worlds.base, worlds.sandbox('other')].map(async (world) => {
      let begun = false;
      kit.within(world, () =>
        clock.setTimeout(async () => {
          begun = true;
          await clock.sleep(60_000);
        }),
      );
      await waitFor('the timer', () => begun);
    });
    await Promise.all(waiting);
    worlds.reset(worlds.base);
    end.abort();
    await new Promise((resolve) => setImmediate(resolve));
    expect(reported).toEqual([]);
  });

  it('cancels timers', async () => {
    const kit = new Kit();
    const { clock } = kit;
    let ran = 0;
    const once = clock.setTimeout(() => (ran += 1), 1);
    const each = clock.setInterval(() => (ran += 1), 2);
    once.cancel();
    await kit.base.advance(4);
    each.cancel();
    each.cancel();
    await kit.base.advance(4);
    expect(ran).toBe(2);
  });

  it('runs what is due at once although it is frozen', async () => {
    const kit = new Kit();
    const { clock } = kit;
    let ran = false;
    clock.setTimeout(() => (ran = true));
    await waitFor('the timer', () => ran);
    await clock.sleep(0);
    expect(clock.now()).toBe(NOON);
  });

  it('ends its timers and sleeps with the extension, in all worlds, and starts none afterwards', async () => {
    const kit = new Kit();
    const { clock, end } = kit;
    const other = kit.worlds.sandbox('other');
    let ran = 0;
    clock.setTimeout(() => (ran += 1), 1);
    kit.within(other, () => clock.setInterval(() => (ran += 1), 1_000));
    const sleeping = expect(clock.sleep(5)).rejects.toThrow('gone');
    end.abort(new Error('gone'));
    clock.setTimeout(() => (ran += 1), 1);
    await sleeping;
    await kit.base.advance(10_000);
    await kit.clocks.of(other).advance(10_000);
    expect(ran).toBe(0);
    await expect(clock.sleep(1)).rejects.toThrow('gone');
  });

  it('ends its timers and sleeps with the epoch of their world, and only of that', async () => {
    const kit = new Kit();
    const { clock } = kit;
    const other = kit.worlds.sandbox('other');
    kit.clocks.of(other).freeze(0);
    const ran: string[] = [];
    clock.setInterval(() => ran.push('default'), 10);
    kit.within(other, () => clock.setTimeout(() => ran.push('other'), 10));
    const sleeping = expect(clock.sleep(5)).rejects.toMatchObject({
      code: 'BACKLOT_E_STATE_FENCED',
      where: { extension: 'shop' },
    });
    kit.worlds.reset(kit.worlds.base);
    await sleeping;
    await kit.base.advance(100);
    await kit.clocks.of(other).advance(100);
    expect(ran).toEqual(['other']);
  });

  it('ends those of the extensions that are reset, and of no others', async () => {
    const kit = new Kit();
    const bank = kit.clockOf('bank');
    const ran: string[] = [];
    kit.clock.setTimeout(() => ran.push('shop'), 10);
    bank.setTimeout(() => ran.push('bank'), 10);
    kit.worlds.reset(kit.worlds.base, ['shop']);
    await kit.base.advance(100);
    expect(ran).toEqual(['bank']);
    expect(kit.clock.now()).toBe(NOON + 100);
  });

  it('is of no use to what began before a reset', async () => {
    const kit = new Kit();
    const { clock, worlds } = kit;
    await kit.within(worlds.base, async () => {
      worlds.reset(worlds.base);
      const fenced = expect.objectContaining({ code: 'BACKLOT_E_STATE_FENCED' }) as unknown;
      expect(() => clock.now()).toThrow(fenced as Error);
      expect(() => clock.setTimeout(() => undefined)).toThrow(fenced as Error);
      await expect(clock.sleep(1)).rejects.toEqual(fenced);
    });
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1_000);
  });

  it('sleeps, and wakes when it is told to', async () => {
    const kit = new Kit();
    const { clock } = kit;
    const woke: string[] = [];
    const long = clock.sleep(1_000).then(() => woke.push(clock.iso()));
    const abort = new AbortController();
    const short = expect(clock.sleep(1_000, abort.signal)).rejects.toThrow('enough');
    await kit.base.advance(999);
    expect(woke).toEqual([]);
    abort.abort(new Error('enough'));
    await short;
    await kit.base.advance(1);
    await long;
    expect(woke).toEqual(['2030-01-01T12:00:01.000Z']);
    await expect(clock.sleep(1, abort.signal)).rejects.toThrow('enough');
  });

  it('lets what sleeps go on at its time while somebody advances it', async () => {
    const kit = new Kit();
    const { clock } = kit;
    const seen: number[] = [];
    const work = (async () => {
      for (const span of [10, 20, 30]) {
        await clock.sleep(span);
        // Whatever does not leave the process is done before time goes on.
        for (let i = 0; i < 20; i++) await Promise.resolve();
        seen.push(clock.now() - NOON);
      }
    })();
    await kit.base.advance(100);
    await work;
    expect(seen).toEqual([10, 30, 60]);
  });

  it('lets an advance wait for a timer that sleeps no longer, because it was told to wake', async () => {
    const kit = new Kit();
    const { clock } = kit;
    const abort = new AbortController();
    const ran: string[] = [];
    clock.setTimeout(async () => {
      await clock.sleep(60_000, abort.signal).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 20));
      ran.push(`first, at ${clock.now() - NOON}`);
    }, 10);
    clock.setTimeout(() => abort.abort(), 20);
    clock.setTimeout(() => ran.push(`last, at ${clock.now() - NOON}`), 30);
    await kit.base.advance(100);
    expect(ran).toEqual(['first, at 20', 'last, at 30']);
  });
});

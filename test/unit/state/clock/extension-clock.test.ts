import { AsyncLocalStorage } from 'node:async_hooks';
import { clockOf } from '../../../../src/state/clock/clocks';
import { ExtensionClock } from '../../../../src/state/clock/extension-clock';
import type { World } from '../../../../src/state/world';
import { MemoryWorld } from '../../../support/memory-world';
import { waitFor } from '../../../support/wait-for';

const NOON = Date.UTC(2030, 0, 1, 12);

interface Kit {
  readonly world: MemoryWorld;
  readonly clock: ExtensionClock<World>;
  readonly current: AsyncLocalStorage<World>;
  readonly end: AbortController;
  readonly reported: unknown[];
}

function kit(): Kit {
  const world = new MemoryWorld();
  clockOf(world).freeze(NOON);
  const current = new AsyncLocalStorage<World>();
  const end = new AbortController();
  const reported: unknown[] = [];
  const clock = new ExtensionClock({
    extension: 'shop',
    currentWorld: () => current.getStore() ?? world,
    clockOf,
    runIn: (other, run) => current.run(other, run),
    bind: (run) => run,
    report: (thrown) => reported.push(thrown),
    signal: end.signal,
  });
  return { world, clock, current, end, reported };
}

describe('the clock of an extension', () => {
  it('tells the time in several ways', async () => {
    const { world, clock } = kit();
    await clockOf(world).advance(1_999);
    expect(clock.now()).toBe(NOON + 1_999);
    expect(clock.seconds()).toBe(NOON / 1000 + 1);
    expect(clock.date()).toEqual(new Date(NOON + 1_999));
    expect(clock.iso()).toBe('2030-01-01T12:00:01.999Z');
  });

  it('is that of the current world, and its timers run within the world in which they were made', async () => {
    const { world, clock, current } = kit();
    const other = new MemoryWorld('other');
    clockOf(other).freeze(0);
    const seen: [string, string | undefined, number][] = [];
    const note = (name: string) => () => seen.push([name, current.getStore()?.name, clock.now()]);
    clock.setTimeout(note('default'), 10);
    current.run(other, () => {
      clock.setTimeout(note('other'), 5);
      clock.setInterval(note('each'), 20);
    });
    await clockOf(other).advance(20);
    await clockOf(world).advance(20);
    expect(seen).toEqual([
      ['other', 'other', 5],
      ['each', 'other', 20],
      ['default', '', NOON + 10],
    ]);
  });

  it('keeps the async context in which a timer was made', async () => {
    const { world, clock } = kit();
    const own = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    own.run('mine', () => clock.setTimeout(() => seen.push(own.getStore()), 10));
    await own.run('whose advance it is', () => clockOf(world).advance(10));
    expect(seen).toEqual(['mine']);
  });

  it('reports what a timer throws, and advances', async () => {
    const { world, clock, reported } = kit();
    clock.setTimeout(() => {
      throw new Error('at once');
    }, 1);
    clock.setTimeout(() => Promise.reject(new Error('later')), 2);
    await expect(clockOf(world).advance(10)).resolves.toMatchObject({ ran: 2 });
    expect(reported).toEqual([new Error('at once'), new Error('later')]);
  });

  it('cancels timers', async () => {
    const { world, clock } = kit();
    let ran = 0;
    const once = clock.setTimeout(() => (ran += 1), 1);
    const each = clock.setInterval(() => (ran += 1), 2);
    once.cancel();
    await clockOf(world).advance(4);
    each.cancel();
    each.cancel();
    await clockOf(world).advance(4);
    expect(ran).toBe(2);
  });

  it('runs what is due at once although it is frozen', async () => {
    const { clock } = kit();
    let ran = false;
    clock.setTimeout(() => (ran = true));
    await waitFor('the timer', () => ran);
    await clock.sleep(0);
    expect(clock.now()).toBe(NOON);
  });

  it('ends its timers and sleeps with the extension, in all worlds, and starts none afterwards', async () => {
    const { world, clock, current, end } = kit();
    const other = new MemoryWorld('other');
    let ran = 0;
    clock.setTimeout(() => (ran += 1), 1);
    current.run(other, () => clock.setInterval(() => (ran += 1), 1_000));
    const sleeping = expect(clock.sleep(5)).rejects.toThrow('gone');
    end.abort(new Error('gone'));
    clock.setTimeout(() => (ran += 1), 1);
    await sleeping;
    await clockOf(world).advance(10_000);
    await clockOf(other).advance(10_000);
    expect(ran).toBe(0);
    await expect(clock.sleep(1)).rejects.toThrow('gone');
  });

  it('ends its timers and sleeps with the epoch of their world, and only of that', async () => {
    const { world, clock, current } = kit();
    const other = new MemoryWorld('other');
    clockOf(other).freeze(0);
    const ran: string[] = [];
    clock.setInterval(() => ran.push('default'), 10);
    current.run(other, () => clock.setTimeout(() => ran.push('other'), 10));
    const sleeping = expect(clock.sleep(5)).rejects.toMatchObject({
      code: 'BACKLOT_E_STATE_FENCED',
      where: { extension: 'shop' },
    });
    world.reset();
    await sleeping;
    await clockOf(world).advance(100);
    await clockOf(other).advance(100);
    expect(ran).toEqual(['other']);
  });

  it('sleeps, and wakes when it is told to', async () => {
    const { world, clock } = kit();
    const woke: string[] = [];
    const long = clock.sleep(1_000).then(() => woke.push(clock.iso()));
    const abort = new AbortController();
    const short = expect(clock.sleep(1_000, abort.signal)).rejects.toThrow('enough');
    await clockOf(world).advance(999);
    expect(woke).toEqual([]);
    abort.abort(new Error('enough'));
    await short;
    await clockOf(world).advance(1);
    await long;
    expect(woke).toEqual(['2030-01-01T12:00:01.000Z']);
    await expect(clock.sleep(1, abort.signal)).rejects.toThrow('enough');
  });

  it('lets an advance wait for a timer that sleeps no longer, because it was told to wake', async () => {
    const { world, clock } = kit();
    const abort = new AbortController();
    const ran: string[] = [];
    clock.setTimeout(async () => {
      await clock.sleep(60_000, abort.signal).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 20));
      ran.push(`first, at ${clock.now() - NOON}`);
    }, 10);
    clock.setTimeout(() => abort.abort(), 20);
    clock.setTimeout(() => ran.push(`last, at ${clock.now() - NOON}`), 30);
    await clockOf(world).advance(100);
    expect(ran).toEqual(['first, at 20', 'last, at 30']);
  });
});

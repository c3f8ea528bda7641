import { Worlds } from '../../../src/state';
import { ExtensionState } from '../../../src/state';
import { codeOf, stateIn } from '../../support/state-kit';

function shop(worlds = new Worlds()) {
  const items = stateIn(worlds).collection<number>('items', { indexes: { value: (value) => value } });
  const bank = stateIn(worlds, { owner: 'bank' }).collection<number>('accounts');
  return { worlds, items, bank };
}

const itemsOf = (worlds: Worlds, name: string) =>
  stateIn(worlds, { world: worlds.get(name) }).collection<number>('items', { indexes: { value: (value) => value } });

describe('a reset', () => {
  it('empties what has no beginning, and returns the rest to it', () => {
    const { worlds, items, bank } = shop();
    items.put('seeded', 1);
    worlds.setBeginning(['shop']);
    items.put('seeded', 2);
    items.put('more', 3);
    bank.put('ada', 5);
    worlds.reset(worlds.base);
    expect([...items.entries()]).toEqual([['seeded', 1]]);
    expect([...items.by('value').keys()]).toEqual(['seeded']);
    expect(bank.count()).toBe(0);
    items.delete('seeded');
    worlds.reset(worlds.base);
    expect(items.get('seeded')).toBe(1);
    worlds.clearBeginning(['shop']);
    worlds.reset(worlds.base);
    expect(items.count()).toBe(0);
  });

  it('can be of named extensions only', () => {
    const { worlds, items, bank } = shop();
    items.put('a', 1);
    bank.put('ada', 5);
    worlds.reset(worlds.base, ['shop']);
    expect([items.count(), bank.get('ada')]).toEqual([0, 5]);
  });
});

describe('a snapshot', () => {
  it('brings back what there was, as often as wanted', () => {
    const { worlds, items, bank } = shop();
    items.put('a', 1);
    const saved = worlds.save('one');
    expect([saved.name, saved.owners, saved.partial]).toEqual(['one', ['shop'], false]);
    for (let round = 0; round < 3; round++) {
      items.put('a', 2);
      items.put('b', round);
      bank.put('ada', 5);
      worlds.restore('one');
      expect([...items.entries()]).toEqual([['a', 1]]);
      expect([...items.by('value').keys({ equals: 1 })]).toEqual(['a']);
      expect(bank.count()).toBe(0);
    }
  });

  it('is replaced when one of that name is saved again, and deleted', () => {
    const { worlds, items } = shop();
    items.put('a', 1);
    worlds.save('one');
    items.put('a', 2);
    worlds.save('one');
    items.clear();
    worlds.restore('one');
    expect(items.get('a')).toBe(2);
    expect(worlds.snapshots().map(({ name }) => name)).toEqual(['one']);
    expect([worlds.deleteSnapshot('one'), worlds.deleteSnapshot('one'), worlds.snapshots()]).toEqual([true, false, []]);
    expect(codeOf(() => worlds.restore('one'))).toBe('BACKLOT_E_STATE_SNAPSHOT_NOT_FOUND');
  });

  it('of named extensions leaves the others alone', () => {
    const { worlds, items, bank } = shop();
    items.put('a', 1);
    bank.put('ada', 1);
    worlds.save('shop-only', { owners: ['shop'] });
    worlds.save('both');
    items.put('a', 2);
    bank.put('ada', 2);
    worlds.restore('shop-only');
    expect([items.get('a'), bank.get('ada')]).toEqual([1, 2]);
    items.put('a', 2);
    worlds.restore('both', { owners: ['bank'] });
    expect([items.get('a'), bank.get('ada')]).toEqual([2, 1]);
  });

  it('suggests the nearest name when there is none of it, and refuses what is no name', () => {
    const { worlds } = shop();
    worlds.save('fixtures');
    expect(() => worlds.restore('fixture')).toThrow(/did you mean "fixtures"/);
    for (const name of ['', '../x', 'a b', '.x', 'x'.repeat(64)]) {
      expect(codeOf(() => worlds.save(name))).toBe('BACKLOT_E_STATE_NAME_INVALID');
      expect(codeOf(() => worlds.sandbox(name))).toBe('BACKLOT_E_STATE_NAME_INVALID');
    }
  });
});

describe('a sandbox', () => {
  it('begins as the seeded state, and shares nothing with others from then on', () => {
    const { worlds, items } = shop();
    items.put('seeded', 1);
    worlds.setBeginning();
    items.put('later', 2);
    worlds.sandbox('a');
    worlds.sandbox('b');
    const [a, b] = [itemsOf(worlds, 'a'), itemsOf(worlds, 'b')];
    a.put('seeded', 10);
    b.put('mine', 20);
    expect([...a.entries()]).toEqual([['seeded', 10]]);
    expect([...b.by('value').keys()]).toEqual(['seeded', 'mine']);
    expect([...items.keys()]).toEqual(['later', 'seeded']);
    expect(worlds.sandbox('a')).toBe(worlds.get('a'));
  });

  it('begins as a snapshot, and returns to it by a reset', () => {
    const { worlds, items } = shop();
    items.put('a', 1);
    worlds.save('one');
    items.clear();
    const world = worlds.sandbox('s', { from: 'one' });
    const sandboxed = itemsOf(worlds, 's');
    sandboxed.put('a', 2);
    worlds.reset(world);
    expect([sandboxed.get('a'), items.count()]).toEqual([1, 0]);
    worlds.deleteSnapshot('one');
    expect(sandboxed.get('a')).toBe(1);
    worlds.reset(world);
    expect(sandboxed.count()).toBe(0);
  });

  it('keeps apart what a hundred write at the same time', () => {
    const { worlds, items } = shop();
    for (let n = 0; n < 1000; n++) items.put(`k${n}`, -1);
    worlds.setBeginning();
    const all = Array.from({ length: 100 }, (_, n) => {
      worlds.sandbox(`worker-${n}`);
      return itemsOf(worlds, `worker-${n}`);
    });
    for (let round = 0; round < 20; round++) all.forEach((each, n) => each.put(`k${(round * 37 + n) % 1000}`, n));
    all.forEach((each, n) => {
      const values = new Set([...each.values()]);
      expect([...values].sort((a, b) => a - b)).toEqual([-1, n]);
      expect(each.by('value').count({ equals: n })).toBe(20);
    });
    expect(new Set(items.values())).toEqual(new Set([-1]));
  });

  it('is listed and deleted; the default world is not', () => {
    let now = 1_000;
    const worlds = new Worlds({ now: () => now });
    const { items } = shop(worlds);
    items.put('a', 1);
    worlds.save('one');
    now = 2_000;
    const world = worlds.sandbox('s', { from: 'one' });
    now = 3_000;
    world.touch();
    expect(worlds.list()).toEqual([
      { name: '', made: 1_000, lastUsed: 1_000, from: undefined, counts: { shop: 1 } },
      { name: 's', made: 2_000, lastUsed: 3_000, from: 'one', counts: { shop: 1 } },
    ]);
    expect([worlds.delete('s'), worlds.delete('s'), worlds.get('s')]).toEqual([true, false, undefined]);
    expect(codeOf(() => worlds.delete(''))).toBe('BACKLOT_E_STATE_NAME_INVALID');
  });
});

describe('an epoch', () => {
  it('is over when its world is reset, restored or deleted: what began in it neither reads nor writes', () => {
    const { worlds } = shop();
    worlds.save('one');
    const world = worlds.sandbox('s');
    const ends: [string, () => void][] = [
      ['reset', () => worlds.reset(world)],
      ['restored', () => worlds.restore('one', { world })],
      ['deleted', () => worlds.delete('s')],
    ];
    for (const [word, end] of ends) {
      const view = world.view();
      const items = new ExtensionState('shop', worlds, () => view).collection<number>('items');
      items.put('a', 1);
      const { signal } = view.epoch;
      const ownSignal = world.store('shop').epoch.signal;
      expect([signal.aborted, ownSignal.aborted]).toEqual([false, false]);
      end();
      expect([signal.aborted, ownSignal.aborted]).toEqual([true, true]);
      expect(codeOf(() => items.put('a', 2))).toBe('BACKLOT_E_STATE_FENCED');
      expect(codeOf(() => items.get('a'))).toBe('BACKLOT_E_STATE_FENCED');
      expect(() => items.get('a')).toThrow(word === 'deleted' ? /deleted/ : /reset or restored/);
    }
    const again = worlds.sandbox('s');
    expect(again.isCurrent(world.view(), 'shop')).toBe(false);
    expect(codeOf(() => worlds.reset(world))).toBe('BACKLOT_E_STATE_FENCED');
  });

  it('goes on for the extensions that a reset did not name', () => {
    const { worlds } = shop();
    const view = worlds.base.view();
    const of = (owner: string) => new ExtensionState(owner, worlds, () => view).collection<number>('things');
    of('shop').put('a', 1);
    of('bank').put('a', 1);
    const signals = ['shop', 'bank'].map((owner) => worlds.base.store(owner).epoch.signal);
    worlds.reset(worlds.base, ['shop']);
    expect(codeOf(() => of('shop').put('a', 2))).toBe('BACKLOT_E_STATE_FENCED');
    of('bank').put('a', 2);
    of('third').put('a', 1);
    expect([view.epoch.signal.aborted, ...signals.map(({ aborted }) => aborted)]).toEqual([false, true, false]);
    expect(worlds.base.epoch.number).toBeGreaterThan(view.epoch.number);
    worlds.reset(worlds.base);
    expect(view.epoch.signal.aborted).toBe(true);
    expect(codeOf(() => of('bank').put('a', 2))).toBe('BACKLOT_E_STATE_FENCED');
  });
});

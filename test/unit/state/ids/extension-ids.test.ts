import { ExtensionIds, seedIds, seedOf, Worlds, type World } from '../../../../src/state';
import { stateIn } from '../../../support/state-kit';

/** Worlds with a seed in the default one. */
function seeded(seed?: string): Worlds {
  const worlds = new Worlds();
  seedIds(worlds, worlds.base, seed);
  return worlds;
}

function idsIn(worlds: Worlds, extension = 'shop', world: World = worlds.base): ExtensionIds {
  return new ExtensionIds({ extension, worlds, view: () => world.view() });
}

/** One of each kind. */
function draw(ids: ExtensionIds): unknown[] {
  return [ids.next('cus'), ids.uuid(), ids.hex(7), ids.random(), ids.number(), ids.next(undefined, 300)];
}

describe.each([undefined, 'a seed'])('identifiers with the seed %p', (seed) => {
  const ids = idsIn(seeded(seed));

  it('have the shapes that were asked for', () => {
    expect(ids.next()).toMatch(/^[0-9A-Za-z]{14}$/);
    expect(ids.next('cus')).toMatch(/^cus_[0-9A-Za-z]{14}$/);
    expect(ids.next('sk_test_', 24)).toMatch(/^sk_test_[0-9A-Za-z]{24}$/);
    expect(ids.next('vol-', 1)).toMatch(/^vol-[0-9A-Za-z]$/);
    expect(ids.next('größe')).toMatch(/^größe_[0-9A-Za-z]{14}$/);
    expect(ids.next('€', 3)).toMatch(/^€[0-9A-Za-z]{3}$/);
    expect(ids.next('x'.repeat(1_020), 10)).toMatch(/^x{1020}_[0-9A-Za-z]{10}$/);
    expect(ids.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(ids.hex(1)).toMatch(/^[0-9a-f]$/);
    expect(ids.hex(65)).toMatch(/^[0-9a-f]{65}$/);
  });

  it('never come twice', () => {
    const made = Array.from({ length: 2_000 }, () => [ids.next(), ids.uuid(), ids.hex(20)]).flat();
    expect(new Set(made).size).toBe(6_000);
  });

  it('are spread evenly', () => {
    const letters = new Map<string, number>();
    for (const letter of Array.from({ length: 200 }, () => ids.next('', 310)).join('')) {
      letters.set(letter, (letters.get(letter) ?? 0) + 1);
    }
    expect(letters.size).toBe(62);
    // 1000 of each are to be expected, with a standard deviation of 32.
    for (const count of letters.values()) expect(Math.abs(count - 1_000)).toBeLessThan(200);
    const numbers = Array.from({ length: 2_000 }, () => ids.random());
    for (const number of numbers) expect(number >= 0 && number < 1).toBe(true);
    expect(Math.abs(numbers.reduce((sum, number) => sum + number) / 2_000 - 0.5)).toBeLessThan(0.05);
  });

  it('count, for each name on its own', () => {
    expect([ids.number('invoice'), ids.number('invoice'), ids.number('quote'), ids.number('invoice')]).toEqual([
      1, 2, 1, 3,
    ]);
  });

  it('count on from what an earlier version kept', () => {
    const worlds = seeded(seed);
    stateIn(worlds).collection('backlot:numbers').put(['extension', 'invoice'], 41);
    expect([idsIn(worlds).number('invoice'), idsIn(worlds).number('invoice')]).toEqual([42, 43]);
  });

  it.each([0, -1, 1.5, NaN, 5_000])('cannot have %p characters', (length) => {
    expect(() => ids.next('cus', length)).toThrow(RangeError);
    expect(() => ids.hex(length)).toThrow(RangeError);
  });
});

describe('the seed of a world', () => {
  it('gives the same identifiers in each world that has it, and others than another seed', () => {
    const [one, same, other] = [seeded('a'), seeded('a'), seeded('b')];
    const first = draw(idsIn(one));
    expect(draw(idsIn(same))).toEqual(first);
    expect(draw(idsIn(other)).slice(0, 4)).not.toEqual(first.slice(0, 4));
  });

  it('makes the identifiers of an extension independent of what others ask for', () => {
    const [alone, shared] = [seeded('a'), seeded('a')];
    const expected = [...draw(idsIn(alone)), ...draw(idsIn(alone))];
    const first = draw(idsIn(shared));
    const others = draw(idsIn(shared, 'bank'));
    expect([...first, ...draw(idsIn(shared))]).toEqual(expected);
    expect(others).not.toEqual(first);
  });

  it('goes on in a copy of the world from where that was', () => {
    const worlds = seeded('a');
    draw(idsIn(worlds));
    worlds.save('here');
    const copy = worlds.sandbox('copy', { from: 'here' });
    const next = draw(idsIn(worlds, 'shop', copy));
    expect(draw(idsIn(worlds))).toEqual(next);
    worlds.restore('here');
    expect(draw(idsIn(worlds))).toEqual(next);
  });

  it('begins again when it is given again, and does not count anew', () => {
    const worlds = seeded('a');
    const first = idsIn(worlds).next();
    idsIn(worlds).number();
    seedIds(worlds, worlds.base, 'a');
    expect(idsIn(worlds).next()).toBe(first);
    expect(idsIn(worlds).number()).toBe(2);
  });

  it('can be taken away: identifiers are random then', () => {
    const worlds = seeded('a');
    const first = idsIn(worlds).next();
    seedIds(worlds, worlds.base, undefined);
    expect(idsIn(worlds).next()).not.toBe(first);
    seedIds(worlds, worlds.base, 'a');
    expect(idsIn(worlds).next()).toBe(first);
  });

  it('is what a world keeps, beside where the numbers are', () => {
    const worlds = new Worlds();
    draw(idsIn(worlds));
    expect(worlds.base.info().counts).toEqual({ '@world': 0, shop: 1 });
    expect(seedOf(worlds, worlds.base)).toBeUndefined();
  });

  it('begins again for extensions that are reset, and is gone when all are', () => {
    const worlds = seeded('a');
    const first = draw(idsIn(worlds));
    const other = draw(idsIn(worlds, 'bank'));
    worlds.reset(worlds.base, ['shop']);
    expect(draw(idsIn(worlds))).toEqual(first);
    expect(draw(idsIn(worlds, 'bank'))).not.toEqual(other);
    worlds.reset(worlds.base);
    expect(seedOf(worlds, worlds.base)).toBeUndefined();
    expect(draw(idsIn(worlds))).not.toEqual(first);
  });

  it('is undone with the transaction that asked', () => {
    const worlds = seeded('a');
    let undone = '';
    expect(() =>
      worlds.transaction(() => {
        undone = idsIn(worlds).next();
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(idsIn(worlds).next()).toBe(undone);
  });
});

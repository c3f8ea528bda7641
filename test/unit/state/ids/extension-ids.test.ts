import { ExtensionIds } from '../../../../src/state/ids/extension-ids';
import { idsPlace, seedIds } from '../../../../src/state/ids/world-ids';
import type { World } from '../../../../src/state/world';
import { MemoryWorld } from '../../../support/memory-world';

function idsIn(world: World, extension = 'shop'): ExtensionIds {
  return new ExtensionIds({ extension, place: () => idsPlace(world, extension) });
}

/** One of each kind. */
function draw(ids: ExtensionIds): unknown[] {
  return [ids.next('cus'), ids.uuid(), ids.hex(7), ids.random(), ids.number(), ids.next(undefined, 300)];
}

describe.each([undefined, 'a seed'])('identifiers with the seed %p', (seed) => {
  const world = new MemoryWorld();
  seedIds(world, seed);
  const ids = idsIn(world);

  it('have the shapes that were asked for', () => {
    expect(ids.next()).toMatch(/^[0-9A-Za-z]{14}$/);
    expect(ids.next('cus')).toMatch(/^cus_[0-9A-Za-z]{14}$/);
    expect(ids.next('sk_test_', 24)).toMatch(/^sk_test_[0-9A-Za-z]{24}$/);
    expect(ids.next('vol-', 1)).toMatch(/^vol-[0-9A-Za-z]$/);
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

  it.each([0, -1, 1.5, NaN, 5_000])('cannot have %p characters', (length) => {
    expect(() => ids.next('cus', length)).toThrow(RangeError);
    expect(() => ids.hex(length)).toThrow(RangeError);
  });
});

describe('the seed of a world', () => {
  it('gives the same identifiers in each world that has it, and others than another seed', () => {
    const [one, same, other] = [new MemoryWorld(), new MemoryWorld(), new MemoryWorld()];
    seedIds(one, 'a');
    seedIds(same, 'a');
    seedIds(other, 'b');
    const first = draw(idsIn(one));
    expect(draw(idsIn(same))).toEqual(first);
    expect(draw(idsIn(other)).slice(0, 4)).not.toEqual(first.slice(0, 4));
  });

  it('makes the identifiers of an extension independent of what others ask for', () => {
    const [alone, shared] = [new MemoryWorld(), new MemoryWorld()];
    seedIds(alone, 'a');
    seedIds(shared, 'a');
    const expected = [...draw(idsIn(alone)), ...draw(idsIn(alone))];
    const first = draw(idsIn(shared));
    const others = draw(idsIn(shared, 'bank'));
    expect([...first, ...draw(idsIn(shared))]).toEqual(expected);
    expect(others).not.toEqual(first);
  });

  it('goes on in a copy of the world from where that was', () => {
    const world = new MemoryWorld();
    seedIds(world, 'a');
    draw(idsIn(world));
    const copy = world.copy();
    expect(draw(idsIn(copy))).toEqual(draw(idsIn(world)));
  });

  it('begins again when it is given again, and does not count anew', () => {
    const world = new MemoryWorld();
    seedIds(world, 'a');
    const first = idsIn(world).next();
    idsIn(world).number();
    seedIds(world, 'a');
    expect(idsIn(world).next()).toBe(first);
    expect(idsIn(world).number()).toBe(2);
  });

  it('can be taken away: identifiers are random then', () => {
    const world = new MemoryWorld();
    seedIds(world, 'a');
    const first = idsIn(world).next();
    seedIds(world, undefined);
    expect(idsIn(world).next()).not.toBe(first);
    seedIds(world, 'a');
    expect(idsIn(world).next()).toBe(first);
  });

  it('keeps nothing in a world that has none', () => {
    const world = new MemoryWorld();
    idsIn(world).next();
    expect(world.store('shop@platform').collection('ids').count()).toBe(0);
  });

  it('is undone with the transaction that asked', () => {
    const world = new MemoryWorld();
    seedIds(world, 'a');
    let undone = '';
    expect(() =>
      world.store('shop').transaction(() => {
        undone = idsIn(world).next();
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(idsIn(world).next()).toBe(undone);
  });
});

import type { Key } from '../../../src/api/state';
import { codeOf, oneState } from '../../support/state-kit';

interface Customer {
  name: string;
  email?: string;
  tags?: string[];
}

const collection = () => oneState().state.collection<Customer>('customers');

describe('a collection', () => {
  it('gives what was put under a key, and undefined for what was not', () => {
    const customers = collection();
    customers.put('a', { name: 'Ada' });
    expect(customers.get('a')).toEqual({ name: 'Ada' });
    expect(customers.get('b')).toBeUndefined();
    expect([customers.has('a'), customers.has('b'), customers.count()]).toEqual([true, false, 1]);
  });

  it('keeps copies: neither what was put nor what was got changes it', () => {
    const customers = collection();
    const given = { name: 'Ada' };
    customers.put('a', given);
    given.name = 'Eve';
    const got = customers.get('a');
    if (got) got.name = 'Mallory';
    expect(customers.get('a')).toEqual({ name: 'Ada' });
  });

  it('inserts only what is new', () => {
    const customers = collection();
    customers.insert('a', { name: 'Ada' });
    expect(codeOf(() => customers.insert('a', { name: 'Eve' }))).toBe('BACKLOT_E_STATE_KEY_EXISTS');
    expect(customers.get('a')).toEqual({ name: 'Ada' });
  });

  it('updates what there is or makes it, and changes nothing when the function throws', () => {
    const { state } = oneState();
    const counters = state.collection<number>('counters');
    const log = state.collection<string>('log');
    expect(counters.update('a', (n = 0) => n + 1)).toBe(1);
    expect(counters.update('a', (n = 0) => n + 1)).toBe(2);
    const failing = (): number =>
      counters.update('a', () => {
        log.put('x', 'half');
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    expect([counters.get('a'), log.count()]).toEqual([2, 0]);
  });

  it('deletes one value, and all', () => {
    const customers = collection();
    customers.put('a', { name: 'Ada' });
    customers.put('b', { name: 'Bob' });
    expect([customers.delete('a'), customers.delete('a'), customers.count()]).toEqual([true, false, 1]);
    customers.clear();
    expect([...customers.keys()]).toEqual([]);
  });

  it('orders numbers before strings before arrays', () => {
    const { state } = oneState();
    const mixed = state.collection<number>('mixed');
    const ordered: Key[] = [
      -1.5,
      0,
      2,
      10,
      '',
      '10',
      '2',
      'a',
      'ab',
      'b',
      '\ud800',
      '\uffff',
      [],
      [1],
      [1, 'a'],
      [2],
      ['a', 1],
    ];
    [...ordered].reverse().forEach((key, i) => mixed.put(key, i));
    expect([...mixed.keys()]).toEqual(ordered);
    expect([...mixed.keys({ reverse: true })]).toEqual([...ordered].reverse());
    for (const [i, key] of ordered.entries()) expect(mixed.get(key)).toBe(ordered.length - 1 - i);
  });

  it('takes -0 for 0, and keeps the elements of a key as they were', () => {
    const { state } = oneState();
    const things = state.collection<string>('things');
    things.put(-0, 'zero');
    const key = ['a', 1];
    things.put(key, 'a');
    key[0] = 'b';
    expect([things.get(0), things.get(['a', 1])]).toEqual(['zero', 'a']);
  });

  it.each([undefined, null, NaN, Infinity, {}, true, [[1]], ['a', undefined], () => 1])(
    'refuses %p as a key',
    (key) => {
      expect(codeOf(() => collection().get(key as never))).toBe('BACKLOT_E_STATE_KEY_INVALID');
    },
  );

  it.each([
    ['from', { from: 'b' }, 'bcde'],
    ['after', { after: 'b' }, 'cde'],
    ['to', { to: 'c' }, 'abc'],
    ['before', { before: 'c' }, 'ab'],
    ['both ends', { after: 'a', before: 'd' }, 'bc'],
    ['a key that is not there', { from: 'bb', to: 'cc' }, 'c'],
    ['an end before the beginning', { from: 'd', to: 'b' }, ''],
    ['nothing between', { after: 'b', before: 'b' }, ''],
    ['reverse', { from: 'b', before: 'd', reverse: true }, 'cb'],
    ['an empty range in reverse', { from: 'd', to: 'b', reverse: true }, ''],
    ['limit', { limit: 2 }, 'ab'],
    ['limit in reverse', { limit: 2, reverse: true }, 'ed'],
    ['no limit', { limit: 0 }, ''],
    ['another kind of key', { from: 5 }, 'abcde'],
  ])('scans a range: %s', (_, range, expected) => {
    const { state } = oneState();
    const letters = state.collection<string>('letters');
    for (const letter of 'ecadb') letters.put(letter, letter.toUpperCase());
    expect([...letters.keys(range)].join('')).toBe(expected);
    expect([...letters.values(range)].join('')).toBe(expected.toUpperCase());
    expect([...letters.entries(range)].map(([key, value]) => [key, value])).toEqual(
      [...expected].map((letter) => [letter, letter.toUpperCase()]),
    );
    expect(letters.count(range)).toBe(expected.length);
  });

  it('scans what begins with a string or with elements', () => {
    const { state } = oneState();
    const things = state.collection<number>('things');
    const keys: Key[] = [
      'a',
      'a/b',
      'a/c',
      'a0',
      'b',
      '\uffff',
      '\uffff\uffffx',
      ['a'],
      ['a', 1],
      ['a', 'x'],
      ['ab'],
      ['b', 1],
    ];
    keys.forEach((key, i) => things.put(key, i));
    const under = (prefix: string | Key[]) => [...things.keys({ prefix: prefix as string })];
    expect(under('a/')).toEqual(['a/b', 'a/c']);
    expect(under('\uffff')).toEqual(['\uffff', '\uffff\uffffx']);
    expect(under('')).toEqual(keys.slice(0, 7));
    expect(under(['a'])).toEqual([['a'], ['a', 1], ['a', 'x']]);
    expect(under([])).toEqual(keys.slice(7));
    expect([...things.keys({ prefix: 'a/', after: 'a/b', limit: 1 })]).toEqual(['a/c']);
    expect([...things.keys({ prefix: 'a', reverse: true, limit: 2 })]).toEqual(['a0', 'a/c']);
  });

  it.each([{ limit: -1 }, { limit: 1.5 }, { from: NaN }, { prefix: 5 }, { form: 'a' }])(
    'refuses the range %p',
    (range) => {
      expect(codeOf(() => collection().keys(range as never))).toBe('BACKLOT_E_STATE_KEY_INVALID');
    },
  );

  it('iterates over what was there at the call, whatever is written meanwhile, as often as wanted', () => {
    const { state } = oneState();
    const numbers = state.collection<number>('numbers');
    for (let n = 0; n < 500; n++) numbers.put(n, n);
    const view = numbers.entries();
    const seen: number[] = [];
    for (const [key, value] of view) {
      seen.push(value);
      numbers.delete(key);
      numbers.put(1000 + value, value);
    }
    expect(seen).toEqual(Array.from({ length: 500 }, (_, n) => n));
    expect([...view]).toHaveLength(500);
    expect([numbers.count(), [...numbers.keys({ limit: 1 })]]).toEqual([500, [1000]]);
  });

  it('refuses what JSON cannot hold', () => {
    const { state } = oneState();
    const things = state.collection<unknown>('things');
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    for (const value of [undefined, () => 1, 5n, circle]) {
      expect(codeOf(() => things.put('a', value))).toBe('BACKLOT_E_STATE_VALUE_INVALID');
    }
    expect(things.has('a')).toBe(false);
    for (const value of [null, 0, '', false, [], { a: [{}] }]) {
      things.put('a', value);
      expect(things.get('a')).toEqual(value);
    }
  });

  it('keeps bytes, as copies', () => {
    const { state } = oneState();
    const objects = state.bytes('objects');
    const given = Uint8Array.of(1, 2, 255);
    objects.put('a', given);
    given[0] = 9;
    const got = objects.get('a') as Uint8Array;
    expect([...got]).toEqual([1, 2, 255]);
    got[0] = 9;
    expect([...(objects.get('a') as Uint8Array)]).toEqual([1, 2, 255]);
    expect(codeOf(() => objects.put('b', 'text' as never))).toBe('BACKLOT_E_STATE_VALUE_INVALID');
  });

  it('is of one kind while there is something in it', () => {
    const { state } = oneState();
    state.bytes('things').put('a', Uint8Array.of(1));
    expect(codeOf(() => state.collection('things').get('a'))).toBe('BACKLOT_E_STATE_COLLECTION_INVALID');
    state.bytes('things').clear();
    state.collection('things').put('a', 1);
    expect(codeOf(() => state.bytes('things').get('a'))).toBe('BACKLOT_E_STATE_COLLECTION_INVALID');
  });

  it.each(['', 'x'.repeat(201), undefined, 5])('refuses %p as its name', (name) => {
    expect(codeOf(() => oneState().state.collection(name as never))).toBe('BACKLOT_E_STATE_COLLECTION_INVALID');
  });

  it('is the same under the same name', () => {
    const { state } = oneState();
    state.collection<number>('a').put('x', 1);
    expect(state.collection<number>('a').get('x')).toBe(1);
    expect(state.collection<number>('b').get('x')).toBeUndefined();
  });
});

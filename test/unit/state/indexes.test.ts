import { Random } from '../../support/random';
import { codeOf, oneState, stateIn } from '../../support/state-kit';

interface Order {
  customer: string;
  total: number;
  tags: string[];
}

function orders() {
  const { state, worlds } = oneState();
  const collection = state.collection<Order>('orders', {
    indexes: {
      customer: (order) => order.customer,
      total: (order) => (order.total > 0 ? order.total : undefined),
      tag: (order) => order.tags,
      both: (order) => [[order.customer, order.total]],
    },
  });
  collection.put('o1', { customer: 'ada', total: 5, tags: ['new', 'gift'] });
  collection.put('o2', { customer: 'bob', total: 3, tags: [] });
  collection.put('o3', { customer: 'ada', total: 1, tags: ['gift', 'gift'] });
  collection.put('o4', { customer: 'eve', total: 0, tags: ['new'] });
  return { collection, state, worlds };
}

describe('an index', () => {
  it('finds values by another key, in the order of that key and then of their own', () => {
    const { collection } = orders();
    expect(collection.by('customer').get('ada')?.total).toBe(5);
    expect(collection.by('customer').get('zoe')).toBeUndefined();
    expect([...collection.by('customer').keys({ equals: 'ada' })]).toEqual(['o1', 'o3']);
    expect([...collection.by('customer').keys({ equals: 'ada', reverse: true, limit: 1 })]).toEqual(['o3']);
    expect([...collection.by('customer').keys()]).toEqual(['o1', 'o3', 'o2', 'o4']);
    expect([...collection.by('total').values()].map(({ total }) => total)).toEqual([1, 3, 5]);
    expect([...collection.by('total').keys({ after: 1, to: 5 })]).toEqual(['o2', 'o1']);
    expect([...collection.by('total').keys({ from: 1, before: 5, reverse: true })]).toEqual(['o2', 'o3']);
    expect([...collection.by('both').keys({ prefix: ['ada'] })]).toEqual(['o3', 'o1']);
  });

  it('has a value under several keys, or none', () => {
    const { collection } = orders();
    expect([...collection.by('tag').entries()].map(([key]) => key)).toEqual(['o1', 'o3', 'o1', 'o4']);
    expect([collection.by('tag').count({ equals: 'gift' }), collection.by('tag').has('old')]).toEqual([2, false]);
    expect(collection.by('total').count()).toBe(3);
  });

  it('follows what is put, changed, deleted and cleared', () => {
    const { collection } = orders();
    collection.update('o1', (order) => ({ ...(order as Order), customer: 'bob', tags: ['late'] }));
    expect([...collection.by('customer').keys({ equals: 'bob' })]).toEqual(['o1', 'o2']);
    expect([...collection.by('tag').keys({ equals: 'new' })]).toEqual(['o4']);
    collection.delete('o2');
    expect([...collection.by('customer').keys({ equals: 'bob' })]).toEqual(['o1']);
    collection.clear();
    expect(collection.by('customer').count()).toBe(0);
  });

  it('has every value, also where it is made of many while these change', () => {
    const { state } = oneState();
    const collection = state.collection<{ group: number }>('many', { indexes: { group: ({ group }) => group } });
    const expected = new Map<number, number>();
    const put = (key: number, group: number): void => {
      collection.put(key, { group });
      expected.set(key, group);
    };
    const random = new Random(7);
    // Beyond 50,000 it is made, a part at each write.
    for (let key = 0; key < 50_100; key++) put(key, key % 7);
    for (let turn = 0; turn < 2400; turn++) {
      const key = random.below(50_400);
      const fail = (): void =>
        state.transaction(() => {
          collection.put(key, { group: 99 });
          collection.put(60_000 + turn, { group: 99 });
          throw new Error('undone');
        });
      if (turn % 5 === 0) expect(fail).toThrow('undone');
      else if (turn % 3 === 0) {
        collection.delete(key);
        expected.delete(key);
      } else put(key, turn % 7);
    }
    for (const group of [0, 1, 2, 3, 4, 5, 6, 99]) {
      const keys = [...expected].filter(([, each]) => each === group).map(([key]) => key);
      expect([...collection.by('group').keys({ equals: group })]).toEqual(keys.sort((a, b) => a - b));
    }
  });

  it('is as it was when a transaction is undone', () => {
    const { collection, state } = orders();
    const failing = (): void =>
      state.transaction(() => {
        collection.put('o1', { customer: 'zoe', total: 9, tags: [] });
        collection.delete('o2');
        collection.clear();
        collection.put('o9', { customer: 'zoe', total: 9, tags: [] });
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    expect([...collection.by('customer').keys()]).toEqual(['o1', 'o3', 'o2', 'o4']);
    expect([...collection.keys()]).toEqual(['o1', 'o2', 'o3', 'o4']);
  });

  it('keeps its view while values are written', () => {
    const { collection } = orders();
    const view = collection.by('customer').entries({ equals: 'ada' });
    const seen: string[] = [];
    for (const [key, order] of view) {
      seen.push(`${String(key)} ${order.total}`);
      collection.clear();
    }
    expect(seen).toEqual(['o1 5', 'o3 1']);
  });

  it('is made for values that are there already, and made anew for a new incarnation of the extension', () => {
    const { collection, state, worlds } = orders();
    worlds.save('before');
    state.collection<Order>('orders', { indexes: { first: (order) => order.tags[0] } });
    expect([...collection.by('first').keys()]).toEqual(['o3', 'o1', 'o4']);
    const next = stateIn(worlds).collection<Order>('orders', {
      indexes: { customer: (order) => order.customer.length },
    });
    expect([...next.by('customer').keys({ equals: 3 })]).toEqual(['o1', 'o2', 'o3', 'o4']);
    expect(codeOf(() => next.by('first'))).toBe('BACKLOT_E_STATE_INDEX_UNKNOWN');
    worlds.restore('before');
    expect([...next.by('customer').keys({ equals: 3 })]).toEqual(['o1', 'o2', 'o3', 'o4']);
  });

  it('finds what was put before and after it was first asked for, in each state that came of the same one', () => {
    const { collection, worlds } = orders();
    worlds.save('before');
    collection.put('o5', { customer: 'ada', total: 7, tags: [] });
    collection.delete('o1');
    expect([...collection.by('customer').keys({ equals: 'ada' })]).toEqual(['o3', 'o5']);
    worlds.restore('before');
    expect([...collection.by('customer').keys({ equals: 'ada' })]).toEqual(['o1', 'o3']);
    collection.put('o3', { customer: 'bob', total: 1, tags: [] });
    expect([...collection.by('customer').keys({ equals: 'ada' })]).toEqual(['o1']);
    worlds.restore('before');
    collection.put('o6', { customer: 'ada', total: 2, tags: [] });
    expect([...collection.by('customer').keys({ equals: 'ada' })]).toEqual(['o1', 'o3', 'o6']);
  });

  it('finds all of very many values, also when it is first asked for after some were changed', () => {
    const { state } = oneState();
    const numbers = state.collection<number>('numbers', { indexes: { backwards: (n) => -n } });
    const many = 50_002;
    for (let n = 0; n < many; n++) numbers.insert(n, n);
    numbers.put(0, many);
    numbers.delete(1);
    expect([...numbers.by('backwards').keys({ limit: 3 })]).toEqual([0, many - 1, many - 2]);
    expect(numbers.by('backwards').count()).toBe(many - 1);
  });

  it('is as it was when it was first asked for in a transaction that is undone', () => {
    const { collection, state } = orders();
    const failing = (): void =>
      state.transaction(() => {
        collection.put('o1', { customer: 'zoe', total: 9, tags: [] });
        collection.delete('o2');
        expect([...collection.by('customer').keys()]).toEqual(['o3', 'o4', 'o1']);
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    expect([...collection.by('customer').keys()]).toEqual(['o1', 'o3', 'o2', 'o4']);
  });

  it('fails when it is asked for, where a new incarnation has a function that fails for what is there', () => {
    const { collection, worlds } = orders();
    const state = stateIn(worlds);
    const next = state.collection<Order>('orders', {
      indexes: {
        first: ({ tags }) => (tags[0] as string).length,
        customer: (order) => order.customer,
      },
    });
    expect(codeOf(() => next.by('first').count())).toBe('BACKLOT_E_STATE_INDEX_FAILED');
    expect([next.count(), next.get('o2')?.total, next.by('customer').count()]).toEqual([4, 3, 4]);
    const failing = (): void =>
      state.transaction(() => {
        next.put('o2', { customer: 'bob', total: 3, tags: ['late'] });
        expect([...next.by('first').keys()]).toEqual(['o1', 'o4', 'o2', 'o3']);
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    expect(codeOf(() => next.by('first').count())).toBe('BACKLOT_E_STATE_INDEX_FAILED');
    expect([...next.keys()]).toEqual(['o1', 'o2', 'o3', 'o4']);
    expect(next.get('o2')?.tags).toEqual([]);
    next.delete('o2');
    expect([...next.by('first').keys()]).toEqual(['o1', 'o4', 'o3']);
    expect(collection.count()).toBe(3);
  });

  it('can be declared within a handler, which makes the same function again and again', () => {
    const { state } = oneState();
    const open = () => state.collection<Order>('orders', { indexes: { total: ({ total }) => total } });
    open().put('a', { customer: 'a', total: 1, tags: [] });
    open().put('b', { customer: 'a', total: 0, tags: [] });
    expect([...open().by('total').keys()]).toEqual(['b', 'a']);
  });

  it('names itself when its function fails, and the value is not put', () => {
    const { state } = oneState();
    const things = state.collection<{ name?: string }>('things', {
      indexes: { name: ({ name }) => (name as string).toLowerCase() },
    });
    expect(codeOf(() => things.put('a', {}))).toBe('BACKLOT_E_STATE_INDEX_FAILED');
    expect(() => things.put('a', {})).toThrow(/"name" of the collection "things"/);
    expect(things.count()).toBe(0);
    const wrong = state.collection<number>('wrong', { indexes: { it: () => ({}) as never } });
    expect(codeOf(() => wrong.put('a', 1))).toBe('BACKLOT_E_STATE_INDEX_FAILED');
  });

  it('keeps in order even when its function is not constant', () => {
    const { state } = oneState();
    let n = 0;
    const things = state.collection<number>('things', { indexes: { odd: () => n++ } });
    for (let i = 0; i < 10; i++) things.put('a', i);
    expect([...things.by('odd').values()]).toEqual([9]);
  });

  it('suggests the nearest when there is none of that name', () => {
    expect(() => orders().collection.by('costumer')).toThrow(/did you mean "customer"/);
  });
});

import { RecentlyRead } from '../../../src/state/recently-read';
import { codeOf, oneState } from '../../support/state-kit';

interface Order {
  customer: string;
  lines: { sku: string }[];
  made?: unknown;
}

const INDEXES = { customer: (order: Order) => order.customer };
const ORDER: Order = { customer: 'ada', lines: [{ sku: 'tea' }] };

function orders() {
  const { state } = oneState();
  return { state, collection: state.collection<Order>('orders', { frozen: true, indexes: INDEXES }) };
}

describe('a collection of frozen values', () => {
  it('gives one value to all who read it from the second time on, which nobody can change', () => {
    const { collection } = orders();
    collection.put('o1', ORDER);
    const first = collection.get('o1')!;
    const got = collection.get('o1')!;
    expect(first).toEqual(ORDER);
    expect(() => first.lines.push({ sku: 'jam' })).toThrow(TypeError);
    expect(got).toEqual(ORDER);
    expect(collection.by('customer').get('ada')).toBe(got);
    expect([...collection.values()][0]).toBe(got);
    expect(() => (got.customer = 'eve')).toThrow(TypeError);
    expect(() => got.lines.push({ sku: 'jam' })).toThrow(TypeError);
    expect(() => (got.lines[0]!.sku = 'jam')).toThrow(TypeError);
  });

  it('keeps a copy of what was put, which is left as it is', () => {
    const { collection } = orders();
    const given = structuredClone(ORDER);
    collection.put('o1', given);
    given.lines.push({ sku: 'jam' });
    expect(collection.get('o1')).toEqual(ORDER);
    expect(Object.isFrozen(given)).toBe(false);
  });

  it('gives another value when another was put, and the former one after an undone transaction', () => {
    const { state, collection } = orders();
    collection.put('o1', ORDER);
    collection.get('o1');
    const before = collection.get('o1');
    const failing = (): void =>
      state.transaction(() => {
        collection.put('o1', { ...ORDER, customer: 'bob' });
        expect(collection.get('o1')!.customer).toBe('bob');
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    expect(collection.get('o1')).toBe(before);
    expect([...collection.by('customer').keys({ equals: 'bob' })]).toEqual([]);
  });

  it('asks indexes about what JSON makes of a value', () => {
    const { state } = oneState();
    const seen: unknown[] = [];
    const collection = state.collection<Order>('orders', {
      frozen: true,
      indexes: { made: ({ made }) => void seen.push(made), customer: INDEXES.customer },
    });
    collection.put('o1', { ...ORDER, made: new Date(0) });
    collection.put('o2', { ...ORDER, made: NaN });
    collection.put('o3', { ...ORDER, made: { deep: [undefined] } });
    collection.put('o4', { ...ORDER, made: [1, 'two', { three: true }] });
    expect(seen).toEqual(['1970-01-01T00:00:00.000Z', null, { deep: [null] }, [1, 'two', { three: true }]]);
  });

  it('refuses a second value under a key before anything has changed', () => {
    const { collection } = orders();
    collection.insert('o1', ORDER);
    expect(codeOf(() => collection.insert('o1', { ...ORDER, customer: 'bob' }))).toBe('BACKLOT_E_STATE_KEY_EXISTS');
    expect([...collection.by('customer').keys()]).toEqual(['o1']);
  });
});

describe('what was read last', () => {
  it('goes in its order when more is read than may be there', () => {
    const gone: string[] = [];
    const recent = new RecentlyRead<string>((item) => gone.push(item), 10);
    recent.add('a', 4);
    recent.add('b', 4);
    expect(gone).toEqual([]);
    recent.add('c', 4);
    expect(gone).toEqual(['a']);
    recent.add('huge', 11);
    expect(gone).toEqual(['a', 'b', 'c', 'huge']);
  });
});

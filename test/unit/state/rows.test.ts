import type { Key } from '../../../src/api/state';
import { Entry } from '../../../src/state/entry';
import { compareKeys } from '../../../src/state/key';
import { Rows } from '../../../src/state/rows';
import { Random } from '../../support/random';

/** More than wait for their place in the order. */
const MANY = 20_000;

/** What rows have, in two ways: as a list, and one by one. */
function contentOf(rows: Rows, keys: Iterable<Key>): unknown {
  const listed = [...rows.inOrder().entries()].map(([key, entry]) => [key, entry.data]);
  const found = [...keys].map((key) => rows.get(key)?.data);
  return { size: rows.size, listed, found };
}

/** The same of a list of pairs. */
function expectedOf(pairs: readonly (readonly [Key, string])[], keys: Iterable<Key>): unknown {
  const sorted = [...pairs].sort(([one], [other]) => compareKeys(one, other));
  const byKey = new Map(pairs.map(([key, data]) => [String(key), data]));
  return { size: pairs.length, listed: sorted, found: [...keys].map((key) => byKey.get(String(key))) };
}

describe('the rows of a table', () => {
  it('are found and listed in order through many writes, deletions and looks at the order', () => {
    const random = new Random(7);
    const keys: Key[] = Array.from({ length: 3000 }, (_, n) =>
      n % 10 === 0 ? n : n % 10 === 1 ? ['pair', n] : `k${n}`,
    );
    const rows = Rows.empty();
    const model = new Map<Key, string>();
    for (let step = 0; step < MANY * 2; step++) {
      const key = random.pick(keys);
      const data = String(step);
      const kind = random.next();
      if (kind < 0.3) {
        rows.delete(key);
        model.delete(key);
      } else if (kind < 0.5) {
        expect(rows.insert(key, new Entry(data))).toBe(!model.has(key));
        if (!model.has(key)) model.set(key, data);
      } else {
        rows.set(key, new Entry(data));
        model.set(key, data);
      }
      expect(rows.size).toBe(model.size);
      if (step % 9000 === 0) expect(contentOf(rows, keys)).toEqual(expectedOf([...model], keys));
    }
    expect(contentOf(rows, keys)).toEqual(expectedOf([...model], keys));
  });

  it('are not reached by what is written to a clone, nor the other way round', () => {
    const rows = Rows.empty();
    for (let n = 0; n < MANY; n++) rows.set(`k${n}`, new Entry('old'));
    const clone = rows.clone();
    rows.set('k1', new Entry('ours'));
    rows.delete('k2');
    clone.set('k1', new Entry('theirs'));
    clone.set('k3', new Entry('theirs'));
    clone.delete('k4');
    expect(clone.insert('k2', new Entry('again'))).toBe(false);
    const show = (each: Rows): unknown => [each.size, ...['k1', 'k2', 'k3', 'k4'].map((key) => each.get(key)?.data)];
    expect([show(rows), show(clone), show(clone.clone())]).toEqual([
      [MANY - 1, 'ours', undefined, 'old', 'old'],
      [MANY - 1, 'theirs', 'old', 'theirs', undefined],
      [MANY - 1, 'theirs', 'old', 'theirs', undefined],
    ]);
  });
});

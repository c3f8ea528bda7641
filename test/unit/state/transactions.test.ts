import { codeOf, oneState, stateIn } from '../../support/state-kit';

function accounts() {
  const { state, worlds } = oneState();
  return { state, worlds, money: state.collection<number>('money'), log: state.collection<string>('log') };
}

describe('a transaction', () => {
  it('gives what its function returns, and what was written is there', () => {
    const { state, money, log } = accounts();
    const result = state.transaction(() => {
      money.put('ada', 5);
      log.put(1, 'ada has 5');
      return money.get('ada');
    });
    expect([result, money.get('ada'), log.count()]).toEqual([5, 5, 1]);
  });

  it('undoes everything, in all collections, when its function throws', () => {
    const { state, money, log } = accounts();
    money.put('ada', 5);
    money.put('bob', 1);
    const failing = (): void =>
      state.transaction(() => {
        money.put('ada', 0);
        money.delete('bob');
        money.insert('eve', 6);
        money.put('ada', -1);
        log.put(1, 'moved');
        state.bytes('blobs').put('a', Uint8Array.of(1));
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    expect([...money.entries()]).toEqual([
      ['ada', 5],
      ['bob', 1],
    ]);
    expect([log.count(), state.bytes('blobs').count()]).toEqual([0, 0]);
  });

  it('undoes a clear', () => {
    const { state, money } = accounts();
    money.put('ada', 5);
    const failing = (): void =>
      state.transaction(() => {
        money.clear();
        money.put('eve', 1);
        money.clear();
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    expect([...money.entries()]).toEqual([['ada', 5]]);
  });

  it('takes in one within it, of which only that is undone when it throws', () => {
    const { state, money } = accounts();
    state.transaction(() => {
      money.put('ada', 1);
      expect(() =>
        state.transaction(() => {
          money.put('ada', 2);
          money.put('bob', 2);
          throw new Error('inner');
        }),
      ).toThrow('inner');
      state.transaction(() => money.put('eve', 3));
    });
    expect([...money.entries()]).toEqual([
      ['ada', 1],
      ['eve', 3],
    ]);
    const outer = (): void =>
      state.transaction(() => {
        state.transaction(() => money.put('ada', 9));
        throw new Error('outer');
      });
    expect(outer).toThrow('outer');
    expect(money.get('ada')).toBe(1);
  });

  it('takes in what other extensions and worlds are written within it', () => {
    const { state, worlds, money } = accounts();
    const other = stateIn(worlds, { owner: 'bank' }).collection<number>('money');
    const elsewhere = stateIn(worlds, { world: worlds.sandbox('a') }).collection<number>('money');
    const failing = (): void =>
      state.transaction(() => {
        for (const each of [money, other, elsewhere]) each.put('ada', 1);
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    expect([money.count(), other.count(), elsewhere.count()]).toEqual([0, 0, 0]);
  });

  it('may not wait', async () => {
    const { state, money } = accounts();
    const failing = async (): Promise<void> => {
      money.put('ada', 1);
      await Promise.resolve();
      throw new Error('nobody hears this');
    };
    expect(codeOf(() => state.transaction(failing))).toBe('BACKLOT_E_STATE_TRANSACTION');
    expect(money.count()).toBe(0);
    await new Promise((resolve) => setImmediate(resolve));
    money.put('bob', 1);
    expect(money.count()).toBe(1);
  });

  it('neither resets nor saves the state that it is in', () => {
    const { state, worlds, money } = accounts();
    worlds.save('a');
    for (const work of [
      () => worlds.reset(worlds.base),
      () => worlds.save('b'),
      () => worlds.restore('a'),
      () => worlds.sandbox('c'),
      () => worlds.setBeginning(),
    ]) {
      expect(
        codeOf(() =>
          state.transaction(() => {
            money.put('ada', 1);
            work();
          }),
        ),
      ).toBe('BACKLOT_E_STATE_TRANSACTION');
    }
    expect(money.count()).toBe(0);
  });
});

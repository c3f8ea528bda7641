import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Collection, Key, Range } from '../../../src/api/state';
import { ExtensionState, Worlds, openStore, type World } from '../../../src/state';
import { codeOf, stateIn } from '../../support/state-kit';
import { Random } from '../../support/random';
import { StateModel, order } from '../../support/state-model';
import { temporaryDirectory } from '../../support/temporary-directory';

const STEPS = 100_000;
const OWNERS = ['shop', 'bank'];
const TABLES = ['a', 'b', 'c'];
const NAMES = ['s1', 's2', 's3'];

interface Value {
  n: number;
  words: string[];
}

const indexes = { n: ({ n }: Value) => n, word: ({ words }: Value) => words };

/** Stands for what ends a transaction. */
class Undo extends Error {}

/** Does random things to the store and to the model, and compares what they say. */
class Comparison {
  readonly model = new StateModel();
  worlds!: Worlds;
  step = 0;
  #copies = 0;
  #world = '';
  readonly #states = new Map<string, ExtensionState>();

  constructor(
    readonly random: Random,
    private folder: string | undefined,
  ) {}

  async open(): Promise<void> {
    this.#states.clear();
    this.worlds = new Worlds(this.folder === undefined ? {} : { store: await openStore({ folder: this.folder }) });
  }

  async run(steps: number): Promise<void> {
    await this.open();
    for (; this.step < steps; this.step++) {
      const dice = this.random.next();
      if (dice < 0.0004) await this.reopen();
      else if (dice < 0.0008) await this.crash();
      else if (dice < 0.012) this.changeWorlds();
      else if (dice < 0.04) this.transact();
      else if (dice < 0.041) this.compareAll();
      else this.act();
    }
    this.compareAll();
    await this.worlds.close();
  }

  async reopen(): Promise<void> {
    if (this.folder === undefined) return this.compareAll();
    await this.worlds.close();
    await this.open();
    this.compareAll();
  }

  /** Goes on with the files as they are at this moment, which may be in the middle of a transaction. */
  async crash(): Promise<void> {
    const { folder } = this;
    if (folder === undefined) return;
    const copy = path.join(path.dirname(folder), `copy-${this.#copies++}`);
    const takeCopy = (): void => cpSync(folder, copy, { recursive: true });
    if (this.random.chance(0.5)) takeCopy();
    else this.undone(takeCopy);
    await this.worlds.close();
    rmSync(folder, { recursive: true });
    this.folder = copy;
    await this.open();
    this.compareAll();
  }

  /** Some acts in a transaction that is undone. */
  undone(atLast: () => void): void {
    const before = this.model.contents();
    const state = stateIn(this.worlds);
    try {
      state.transaction(() => {
        for (let n = this.random.below(5); n >= 0; n--) this.act();
        atLast();
        throw new Undo();
      });
    } catch (error) {
      if (!(error instanceof Undo)) throw error;
    }
    this.model.bringBack(before);
  }

  transact(): void {
    if (this.random.chance(0.3)) return this.undone(() => undefined);
    stateIn(this.worlds).transaction(() => {
      for (let n = this.random.below(6); n >= 0; n--) {
        if (this.random.chance(0.1)) this.undone(() => undefined);
        else this.act();
      }
    });
  }

  key(): Key {
    const { random } = this;
    const dice = random.next();
    if (dice < 0.5) return `k${random.below(40)}`;
    if (dice < 0.7) return random.below(20) - 5;
    if (dice < 0.9) return [random.pick(['a', 'b']), random.below(4)];
    if (dice < 0.95) return [random.pick(['a', 'b'])];
    return random.pick(['', 'k', 'k1\uffff', '\ud800', 'long'.repeat(500), -0.5, 1e21]);
  }

  value(): Value {
    const { random } = this;
    const words = Array.from({ length: random.below(3) }, () => random.pick(['red', 'green', 'blue']));
    return { n: random.below(10), words };
  }

  range(): Range {
    const { random } = this;
    const range: Record<string, unknown> = {};
    if (random.chance(0.3)) range.from = this.key();
    if (random.chance(0.2)) range.after = this.key();
    if (random.chance(0.3)) range.to = this.key();
    if (random.chance(0.2)) range.before = this.key();
    if (random.chance(0.2)) range.prefix = random.pick(['k', 'k1', '', 'x', ['a'], ['b', 1], []]);
    if (random.chance(0.3)) range.reverse = true;
    if (random.chance(0.3)) range.limit = random.below(10);
    return range;
  }

  /** As an extension sees it: one that lives as long as the worlds are open, and now and then is replaced. */
  collection(world: string, owner: string, table: string): Collection<Value> {
    this.#world = world;
    if (this.random.chance(0.001)) this.#states.delete(owner);
    const state = this.#states.get(owner) ?? new ExtensionState(owner, this.worlds, () => this.current.view());
    this.#states.set(owner, state);
    return state.collection<Value>(table, { indexes });
  }

  get current(): World {
    return this.worlds.get(this.#world) as World;
  }

  act(): void {
    const { random } = this;
    const place = [random.pick([...this.model.worlds.keys()]), random.pick(OWNERS), random.pick(TABLES)] as const;
    const real = this.collection(...place);
    const model = this.model.table(...place);
    const key = this.key();
    const text = JSON.stringify(key);
    const value = this.value();
    const dice = random.next();
    if (dice < 0.35) {
      real.put(key, value);
      model.set(text, value);
    } else if (dice < 0.4) {
      this.same(
        'insert',
        codeOf(() => real.insert(key, value)),
        model.has(text) ? 'BACKLOT_E_STATE_KEY_EXISTS' : undefined,
      );
      if (!model.has(text)) model.set(text, value);
    } else if (dice < 0.45) {
      const changed = real.update(key, (before) => ({ n: (before?.n ?? 0) + 1, words: before?.words ?? [] }));
      const before = model.get(text) as Value | undefined;
      model.set(text, { n: (before?.n ?? 0) + 1, words: before?.words ?? [] });
      this.same('update', changed, model.get(text));
    } else if (dice < 0.65) {
      this.same('delete', real.delete(key), model.delete(text));
    } else if (dice < 0.653) {
      real.clear();
      model.clear();
    } else if (dice < 0.8) {
      this.same('get', real.get(key), model.get(text));
      this.same('has', real.has(key), model.has(text));
    } else if (dice < 0.93) {
      const range = this.range();
      const expected = this.model.scan(...place, range);
      this.same(`entries ${JSON.stringify(range)}`, [...real.entries(range)], expected);
      this.same('count', real.count(range), expected.length);
    } else {
      this.compareIndex(real, place);
    }
  }

  compareIndex(real: Collection<Value>, place: readonly [string, string, string]): void {
    const { random } = this;
    const index = random.pick(['n', 'word'] as const);
    const limit = random.chance(0.3) ? random.below(5) : undefined;
    const reverse = random.chance(0.3);
    const equals = random.chance(0.5) ? (index === 'n' ? random.below(10) : random.pick(['red', 'blue'])) : undefined;
    const pairs = this.model.scan(...place).flatMap(([key, value]) => {
      const keys = [indexes[index](value as Value)].flat();
      return [...new Set(keys)].map((indexKey) => ({ indexKey, key, value }));
    });
    const expected = pairs
      .filter(({ indexKey }) => equals === undefined || indexKey === equals)
      .sort((a, b) => order(a.indexKey, b.indexKey) || order(a.key, b.key))
      .map(({ key, value }) => [key, value]);
    if (reverse) expected.reverse();
    const range = { reverse, ...(limit === undefined ? {} : { limit }), ...(equals === undefined ? {} : { equals }) };
    this.same(`index ${index} ${JSON.stringify(range)}`, [...real.by(index).entries(range)], expected.slice(0, limit));
  }

  changeWorlds(): void {
    const { random, model } = this;
    const name = random.pick(NAMES);
    const snapshot = random.pick(NAMES);
    const world = random.pick([...model.worlds.keys()]);
    const real = this.worlds.get(world) as World;
    const owners = random.chance(0.4) ? [random.pick(OWNERS)] : undefined;
    const dice = random.next();
    if (dice < 0.25) {
      const from = random.chance(0.5) && model.snapshots.has(snapshot) ? snapshot : undefined;
      this.worlds.sandbox(name, { from });
      model.sandbox(name, from);
    } else if (dice < 0.35) {
      this.same('delete a world', this.worlds.delete(name), model.worlds.delete(name));
    } else if (dice < 0.55) {
      this.worlds.save(snapshot, { world: real, ...(owners && { owners }) });
      model.save(snapshot, world, owners);
    } else if (dice < 0.75) {
      if (!model.snapshots.has(snapshot)) return;
      const view = real.view();
      this.worlds.restore(snapshot, { world: real, ...(owners && { owners }) });
      model.restore(snapshot, world, owners);
      if (!owners && !this.worlds.snapshots().find((info) => info.name === snapshot)?.partial) {
        this.same('is fenced', real.isCurrent(view, 'shop'), false);
      }
    } else if (dice < 0.85) {
      this.worlds.reset(real, owners);
      model.reset(world, owners);
    } else if (dice < 0.92) {
      this.same('delete a snapshot', this.worlds.deleteSnapshot(snapshot), model.snapshots.delete(snapshot));
    } else {
      this.worlds.setBeginning(owners ?? OWNERS, real);
      model.setBeginning(world, owners ?? OWNERS);
    }
  }

  compareAll(): void {
    this.same('the worlds', this.worlds.list().map(({ name }) => name).sort(), [...this.model.worlds.keys()].sort()); // prettier-ignore
    this.same('the snapshots', this.worlds.snapshots().map(({ name }) => name), [...this.model.snapshots.keys()].sort()); // prettier-ignore
    for (const world of this.model.worlds.keys()) {
      for (const owner of OWNERS) {
        for (const table of TABLES) {
          const what = `${world || 'the default world'}, ${owner}, ${table}`;
          const real = this.collection(world, owner, table);
          this.same(what, [...real.entries()], this.model.scan(world, owner, table));
          this.compareIndex(real, [world, owner, table]);
        }
      }
    }
  }

  same(what: string, real: unknown, expected: unknown): void {
    if (JSON.stringify(real) === JSON.stringify(expected)) return;
    throw new Error(`${what}: ${JSON.stringify(real)} where the model has ${JSON.stringify(expected)}`);
  }
}

describe('the store and a plain model', () => {
  it.each([
    ['in memory', STEPS / 4, false],
    ['on the volume, with crashes and reopenings', STEPS, true],
  ])(
    'agree %s, over %d steps',
    async (_, steps, durable) => {
      const seed = Number(process.env.STATE_MODEL_SEED ?? Math.floor(Math.random() * 2 ** 32));
      const comparison = new Comparison(
        new Random(seed),
        durable ? path.join(temporaryDirectory(), 'state') : undefined,
      );
      try {
        await comparison.run(steps);
      } catch (cause) {
        throw new Error(`at step ${comparison.step}; repeat it with STATE_MODEL_SEED=${seed}`, { cause });
      }
    },
    180_000,
  );
});

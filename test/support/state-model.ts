import type { Key, Range } from '../../src/api/state';

/** What a collection holds, by the JSON of its keys: as simple as it can be, to compare the real one with. */
type ModelTable = Map<string, unknown>;
type ModelOwner = Map<string, ModelTable>;
type ModelWorld = Map<string, ModelOwner>;

interface ModelSandbox {
  owners: ModelWorld;
  from: string | undefined;
}

interface ModelSnapshot {
  owners: ModelWorld;
  partial: boolean;
}

/** All worlds as plain maps, which are copied whole at each snapshot, reset and transaction. */
export class StateModel {
  worlds = new Map<string, ModelSandbox>([['', { owners: new Map(), from: undefined }]]);
  snapshots = new Map<string, ModelSnapshot>();
  beginnings: ModelWorld = new Map();

  table(world: string, owner: string, name: string): ModelTable {
    const owners = (this.worlds.get(world) as ModelSandbox).owners;
    const tables = made(owners, owner, () => copyOwner(this.beginnings.get(owner)));
    return made(tables, name, () => new Map<string, unknown>());
  }

  /** The pairs of a range, in order. */
  scan(world: string, owner: string, name: string, range: Range = {}): [Key, unknown][] {
    const all = [...this.table(world, owner, name)].map(([text, value]): [Key, unknown] => [
      JSON.parse(text) as Key,
      value,
    ]);
    const within = all.filter(([key]) => isWithin(key, range)).sort(([a], [b]) => order(a, b));
    return (range.reverse ? within.reverse() : within).slice(0, range.limit ?? Infinity);
  }

  sandbox(name: string, from: string | undefined): void {
    if (this.worlds.has(name)) return;
    this.worlds.set(name, { owners: this.#beginningsOf(from), from });
  }

  save(name: string, world: string, owners: readonly string[] | undefined): void {
    const all = new Set([...(this.worlds.get(world) as ModelSandbox).owners.keys(), ...this.beginnings.keys()]);
    const saved = new Map((owners ?? [...all]).map((owner) => [owner, copyOwner(this.#owner(world, owner))]));
    this.snapshots.set(name, { owners: saved, partial: owners !== undefined });
  }

  setBeginning(world: string, owners: readonly string[]): void {
    for (const owner of owners) this.beginnings.set(owner, copyOwner(this.#owner(world, owner)));
  }

  restore(name: string, world: string, owners: readonly string[] | undefined): void {
    const { owners: saved, partial } = this.snapshots.get(name) as ModelSnapshot;
    this.#replace(world, this.#beginningsOf(name), owners ?? (partial ? [...saved.keys()] : undefined));
  }

  reset(world: string, owners: readonly string[] | undefined): void {
    const { from } = this.worlds.get(world) as ModelSandbox;
    this.#replace(world, this.#beginningsOf(from !== undefined && this.snapshots.has(from) ? from : undefined), owners);
  }

  #replace(world: string, beginnings: ModelWorld, owners: readonly string[] | undefined): void {
    const sandbox = this.worlds.get(world) as ModelSandbox;
    if (owners === undefined) sandbox.owners = beginnings;
    else for (const owner of owners) sandbox.owners.set(owner, copyOwner(beginnings.get(owner)));
  }

  #owner(world: string, owner: string): ModelOwner {
    return made((this.worlds.get(world) as ModelSandbox).owners, owner, () => copyOwner(this.beginnings.get(owner)));
  }

  #beginningsOf(snapshot: string | undefined): ModelWorld {
    const saved = snapshot === undefined ? [] : (this.snapshots.get(snapshot) as ModelSnapshot).owners;
    return copyWorld(new Map([...this.beginnings, ...saved]));
  }

  /** What every world holds, for a transaction that may be undone. */
  contents(): Map<string, ModelWorld> {
    return new Map([...this.worlds].map(([name, { owners }]) => [name, copyWorld(owners)]));
  }

  bringBack(contents: Map<string, ModelWorld>): void {
    for (const [name, owners] of contents) (this.worlds.get(name) as ModelSandbox).owners = owners;
  }
}

function made<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known) return known;
  const value = make();
  map.set(key, value);
  return value;
}

function copyOwner(owner: ModelOwner | undefined): ModelOwner {
  return new Map([...(owner ?? [])].map(([name, table]) => [name, new Map(table)]));
}

function copyWorld(world: ModelWorld): ModelWorld {
  return new Map([...world].map(([owner, tables]) => [owner, copyOwner(tables)]));
}

/** The order of keys, written down a second time. */
export function order(a: Key, b: Key): number {
  const kinds = ['number', 'string', 'object'];
  if (typeof a !== typeof b) return kinds.indexOf(typeof a) - kinds.indexOf(typeof b);
  if (typeof a === 'number') return a - (b as number);
  if (typeof a === 'string') return a < (b as string) ? -1 : a > (b as string) ? 1 : 0;
  const other = b as readonly (string | number)[];
  const i = a.findIndex((element, at) => at >= other.length || order(element, other[at] as Key) !== 0);
  if (i < 0) return a.length - other.length;
  return i >= other.length ? 1 : order(a[i] as Key, other[i] as Key);
}

function isWithin(key: Key, { from, after, to, before, prefix }: Range): boolean {
  if (from !== undefined && order(key, from) < 0) return false;
  if (after !== undefined && order(key, after) <= 0) return false;
  if (to !== undefined && order(key, to) > 0) return false;
  if (before !== undefined && order(key, before) >= 0) return false;
  if (typeof prefix === 'string') return typeof key === 'string' && key.startsWith(prefix);
  return prefix === undefined || (typeof key === 'object' && prefix.every((element, i) => key[i] === element));
}

import type { SnapshotRecord, WorldRecord } from './durable-store';

/** The layers of a store, and who refers to them. */
export class Layers {
  /** What each is on. */
  readonly below = new Map<number, number | undefined>();
  readonly worlds = new Map<string, WorldRecord>();
  readonly snapshots = new Map<string, SnapshotRecord>();
  base: Readonly<Record<string, number | null>> = {};

  /** The layers that somebody refers to. */
  #named(): Set<number> {
    const named = new Set<number | null | undefined>(Object.values(this.base));
    for (const { owners } of this.snapshots.values()) for (const layer of Object.values(owners)) named.add(layer);
    for (const { owners } of this.worlds.values()) {
      for (const { own, on } of Object.values(owners)) named.add(own).add(on);
    }
    named.delete(null);
    named.delete(undefined);
    return named as Set<number>;
  }

  /** The layers that somebody refers to, and those below them. */
  reachable(): Set<number> {
    const reached = new Set<number>();
    for (const named of this.#named()) {
      for (let layer: number | undefined = named; layer !== undefined; layer = this.below.get(layer)) {
        if (reached.has(layer)) break;
        reached.add(layer);
      }
    }
    return reached;
  }

  /** The layers that nobody needs any more. */
  unreachable(): number[] {
    const reached = this.reachable();
    return [...this.below.keys()].filter((layer) => !reached.has(layer));
  }

  /**
   * A layer that nobody refers to but the one layer on it, with that one: they can be made one. Undefined when there is none.
   */
  mergeable(): { readonly lower: number; readonly upper: number } | undefined {
    const named = this.#named();
    const onIt = new Map<number, number[]>();
    for (const layer of this.reachable()) {
      const below = this.below.get(layer);
      if (below !== undefined) onIt.set(below, [...(onIt.get(below) ?? []), layer]);
    }
    for (const [lower, upper] of onIt) {
      const [only] = upper;
      if (only !== undefined && upper.length === 1 && !named.has(lower)) return { lower, upper: only };
    }
    return undefined;
  }

  /** Lets the lower of two layers stand for both. Gives what changed. */
  merge(
    lower: number,
    upper: number,
  ): { readonly layers: number[]; readonly worlds: string[]; readonly snapshots: string[] } {
    const moved = <T extends number | null | undefined>(layer: T): T | number => (layer === upper ? lower : layer);
    const all = (owners: Readonly<Record<string, number | null>>): Record<string, number | null> =>
      Object.fromEntries(Object.entries(owners).map(([owner, layer]) => [owner, moved(layer)]));
    this.below.delete(upper);
    const layers = [...this.below].filter(([, below]) => below === upper).map(([layer]) => layer);
    for (const layer of layers) this.below.set(layer, lower);
    this.base = all(this.base);
    const worlds = changed(this.worlds, (record) => ({
      ...record,
      owners: Object.fromEntries(
        Object.entries(record.owners).map(([owner, { own, on }]) => [owner, { own: moved(own), on: moved(on) }]),
      ),
    }));
    const snapshots = changed(this.snapshots, (record) => ({ ...record, owners: all(record.owners) }));
    return { layers, worlds, snapshots };
  }
}

/** Puts what a function makes of them in the place of records; gives the names of those that it changed. */
function changed<T>(records: Map<string, T>, change: (record: T) => T): string[] {
  const names: string[] = [];
  for (const [name, record] of records) {
    const after = change(record);
    if (JSON.stringify(after) === JSON.stringify(record)) continue;
    records.set(name, after);
    names.push(name);
  }
  return names;
}

import type { Clocks } from './clock/clocks';
import { seedIds } from './ids/seeds';
import { dropPending } from './outbox/drop-pending';
import { optionsIn, type SandboxOptions } from './sandbox-options';
import type { World } from './world';
import type { Worlds } from './worlds';

/** Node’s own timers wait no longer than that. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

export interface SandboxesOptions {
  readonly worlds: Worlds;
  readonly clocks: Clocks;
  /** After how long without use a sandbox is deleted that says nothing else, in milliseconds; 0 for never. */
  readonly idleTime: number;
  /** Is told the name of a sandbox that was deleted because nobody used it. */
  readonly onExpired: (name: string) => void;
}

/** The sandboxes of a platform: how they are made, who uses them, and when they go. */
export class Sandboxes {
  readonly #options: SandboxesOptions;
  /** How many requests and connections use each. */
  readonly #uses = new Map<World, number>();
  #alarm: NodeJS.Timeout | undefined;

  constructor(options: SandboxesOptions) {
    this.#options = options;
    this.#arm();
  }

  /** All of them. */
  get all(): World[] {
    const { worlds } = this.#options;
    return worlds.names
      .map((name) => worlds.get(name))
      .filter((world) => world !== undefined)
      .filter((world) => world !== worlds.base);
  }

  /**
   * The sandbox of a name, made when it is not there. Throws BACKLOT_E_STATE_NAME_INVALID and
   * BACKLOT_E_STATE_SNAPSHOT_NOT_FOUND.
   */
  open(name: string, from?: string): World {
    const { worlds } = this.#options;
    const known = name === '' ? undefined : worlds.get(name);
    if (known) return known;
    const world = worlds.sandbox(name, { from });
    // What the snapshot’s own world was to be like is no matter of this one.
    optionsIn(worlds, world).delete('options');
    dropPending(worlds, world);
    this.#arm();
    return world;
  }

  /** Changes how a sandbox is to be. What is left out stays as it is. */
  configure(world: World, options: SandboxOptions): void {
    const kept = optionsIn(this.#options.worlds, world);
    kept.put('options', { ...kept.get('options'), ...options });
    this.#apply(world, options);
    this.#arm();
  }

  optionsOf(world: World): SandboxOptions {
    return optionsIn(this.#options.worlds, world).get('options') ?? {};
  }

  /** Does what replaces all of the state in a world. How the world is to be stays; after a reset its clock and seed begin again. */
  keepOptions(world: World, replace: () => void, begins: boolean): void {
    const options = this.optionsOf(world);
    replace();
    if (Object.keys(options).length === 0) return;
    optionsIn(this.#options.worlds, world).put('options', options);
    if (begins) this.#apply(world, options);
  }

  /** After how long without use it is deleted, in milliseconds; 0 for never. */
  idleTimeOf(world: World): number {
    return this.optionsOf(world).ttl ?? this.#options.idleTime;
  }

  /** Lets the clock of a world, not only of a sandbox, show another time, frozen or not. Throws BACKLOT_E_CLOCK_INVALID. */
  setClock(world: World, { now, frozen }: NonNullable<SandboxOptions['clock']>): void {
    const clock = this.#options.clocks.of(world);
    if (frozen === true) return clock.freeze(now);
    if (frozen === false) clock.unfreeze();
    if (now !== undefined) clock.set(now);
  }

  /** Deletes one. Gives false when there is none. */
  delete(name: string): boolean {
    const world = this.#options.worlds.get(name);
    if (world) this.#uses.delete(world);
    return this.#options.worlds.delete(name);
  }

  /** Notes that something uses a sandbox, until the function that it gives is called. */
  use(world: World): () => void {
    world.touch();
    this.#uses.set(world, (this.#uses.get(world) ?? 0) + 1);
    let isOver = false;
    return () => {
      const count = this.#uses.get(world) ?? 0;
      if (isOver || count === 0) return;
      isOver = true;
      world.touch();
      if (count === 1) this.#uses.delete(world);
      else this.#uses.set(world, count - 1);
    };
  }

  /** Deletes none any more. */
  close(): void {
    clearTimeout(this.#alarm);
    this.#alarm = undefined;
  }

  #apply(world: World, { ids, clock }: SandboxOptions): void {
    if (ids) seedIds(this.#options.worlds, world, ids.seed);
    if (clock) this.setClock(world, clock);
  }

  /** Looks again when the first of them may have gone unused for long enough. */
  #arm(): void {
    clearTimeout(this.#alarm);
    const ends = this.all.map((world) => this.#endOf(world));
    const wait = Math.min(...ends, Infinity) - Date.now();
    if (wait === Infinity) return;
    this.#alarm = setTimeout(() => this.#expire(), Math.min(Math.max(wait, 1), LONGEST_WAIT_MS)).unref();
  }

  #expire(): void {
    for (const world of this.all) {
      if (this.#endOf(world) > Date.now() || !this.delete(world.name)) continue;
      this.#options.onExpired(world.name);
    }
    this.#arm();
  }

  #endOf(world: World): number {
    const idleTime = this.idleTimeOf(world);
    if (idleTime === 0) return Infinity;
    // While it is used, its time begins again and again.
    return (this.#uses.has(world) ? Date.now() : world.lastUsed) + idleTime;
  }
}

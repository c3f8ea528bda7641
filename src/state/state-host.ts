import type { Clock } from '../api/clock';
import type { GatewayRequest } from '../api/gateway';
import type { Ids } from '../api/ids';
import type { Webhooks } from '../api/webhooks';
import { Clocks } from './clock/clocks';
import { ExtensionClock } from './clock/extension-clock';
import { CurrentWorld } from './current-world';
import type { DurableStore } from './durable/durable-store';
import { ExtensionState } from './extension-state';
import { ExtensionIds } from './ids/extension-ids';
import { dropPending, ownersWithPending } from './outbox/drop-pending';
import { ExtensionOutbox } from './outbox/extension-outbox';
import { RequestWorld } from './request-world';
import { Sandboxes } from './sandboxes';
import { sandboxIn } from './select-sandbox';
import type { World } from './world';
import { Worlds, type ForeignState } from './worlds';

/** Who gets a state: one incarnation of an extension. */
export interface StateOwner {
  readonly name: string;
  /** Wraps a function so that what escapes from it is known to be the extension’s. */
  readonly bind: <F extends (...args: never[]) => unknown>(run: F) => F;
  /** Is told, in words for people, what the extension should know. */
  readonly warn: (message: string) => void;
  /** Is told what went wrong outside of requests. */
  readonly report: (thrown: unknown, what: string) => void;
  /** Aborted when it goes. */
  readonly signal: AbortSignal;
}

/** What an extension gets. */
export interface StateServices {
  readonly state: ExtensionState;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly webhooks: Webhooks;
}

export interface StateHostOptions {
  /** Where states are kept; in memory only when left out. */
  readonly store?: DurableStore | undefined;
  /** After how long without use a sandbox is deleted, in milliseconds; 0 for never. */
  readonly idleTime: number;
  /** The hosts below which `NAME.sandbox` means a sandbox. */
  readonly hosts: readonly string[];
  /** Is told the name of a sandbox that was deleted because nobody used it. */
  readonly onExpired: (name: string) => void;
}

interface Incarnation {
  readonly owner: StateOwner;
  readonly state: ExtensionState;
  readonly outbox: () => ExtensionOutbox;
  /** Resolves when nothing of an old state is under way any more. */
  readonly settled: () => Promise<void>;
}

/** All that the extensions of one platform keep, and who of them there is. */
export class StateHost {
  readonly worlds: Worlds;
  readonly clocks: Clocks;
  readonly sandboxes: Sandboxes;
  readonly current: CurrentWorld;
  readonly #hosts: readonly string[];
  /** Newest last: one that is being replaced is there beside its heir. */
  readonly #incarnations = new Set<Incarnation>();
  /** The extensions that had something in the default world already. */
  readonly #kept: ReadonlySet<string>;
  #resumes = false;

  constructor({ store, idleTime, hosts, onExpired }: StateHostOptions) {
    this.worlds = new Worlds({ store });
    this.#kept = new Set(this.worlds.base.owners);
    this.clocks = new Clocks(this.worlds);
    this.current = new CurrentWorld(this.worlds);
    this.sandboxes = new Sandboxes({ worlds: this.worlds, clocks: this.clocks, idleTime, onExpired });
    this.#hosts = hosts;
  }

  /** What an incarnation of an extension gets. */
  servicesOf(owner: StateOwner): StateServices {
    const { worlds, clocks } = this;
    const { view, runIn } = this.current;
    const options = { extension: owner.name, worlds, clocks, view, runIn, ...owner };
    let outbox: ExtensionOutbox | undefined;
    const incarnation: Incarnation = {
      owner,
      state: new ExtensionState(owner.name, worlds, view, owner.bind),
      outbox: () => (outbox ??= new ExtensionOutbox(options)),
      settled: async () => outbox?.settled(),
    };
    this.#incarnations.add(incarnation);
    owner.signal.addEventListener('abort', () => this.#leave(incarnation), { once: true });
    return {
      state: incarnation.state,
      clock: new ExtensionClock(options),
      ids: new ExtensionIds(options),
      get webhooks() {
        return incarnation.outbox();
      },
    };
  }

  /** The state of the extension of a name, as its newest incarnation declared it. */
  stateOf(name: string): ExtensionState | undefined {
    return this.#newest().get(name)?.state;
  }

  /** Whether an extension had something in the default world before this platform began. */
  wasKept(name: string): boolean {
    return this.#kept.has(name);
  }

  /** The outboxes of all extensions, by their names. */
  outboxes(): Map<string, ExtensionOutbox> {
    return new Map([...this.#newest()].map(([name, { outbox }]) => [name, outbox()]));
  }

  /** The extensions that have, or may have, something in a world. */
  ownersIn(world: World): string[] {
    const names = new Set([...this.#newest().keys(), ...world.owners]);
    return [...names].filter((name) => !name.startsWith('@')).sort();
  }

  /**
   * The world that a request is for: by its header, its host, or what an extension finds in it; a sandbox that is not there is
   * made. The name of the sandbox is taken out of the host. Throws BACKLOT_E_STATE_NAME_INVALID, and what an extension
   * throws.
   */
  select(request: GatewayRequest): World {
    const { name = this.#mapped(request), host } = sandboxIn(request.headers, this.#hosts);
    const world = name === undefined ? this.worlds.base : this.sandboxes.open(name);
    if (host !== undefined) request.headers.host = host;
    return world;
  }

  /** What a request runs within. Throws what {@link select} throws. */
  scopeOf(request: GatewayRequest): RequestWorld {
    const world = this.select(request);
    const use = world === this.worlds.base ? undefined : () => this.sandboxes.use(world);
    return new RequestWorld(world.view(), this.current, use);
  }

  /** Aborted when the state that the running code belongs to is over for an extension; undefined outside of requests. */
  epochOf(owner: string): AbortSignal | undefined {
    const view = this.current.entered;
    return view && new RequestWorld(view, this.current, undefined).signalFor(owner);
  }

  /** Returns a world to what it began as, for all extensions or for those named. Resolves when nothing of the old state arrives. */
  async reset(world: World, owners?: readonly string[]): Promise<void> {
    const reset = (): void => this.worlds.reset(world, owners);
    if (owners) reset();
    else this.sandboxes.keepOptions(world, reset, true);
    await this.#begin(world, owners);
  }

  /** Puts a snapshot in the place of what a world holds. Resolves when nothing of the old state arrives any more. */
  async restore(name: string, world: World, owners?: readonly string[]): Promise<void> {
    const snapshot = this.worlds.snapshots().find((each) => each.name === name);
    const meant = owners ?? (snapshot?.partial ? snapshot.owners : undefined);
    const restore = (): void => this.worlds.restore(name, { world, ...(meant ? { owners: meant } : {}) });
    if (meant) restore();
    else this.sandboxes.keepOptions(world, restore, false);
    await this.#begin(world, meant);
  }

  /** Puts what an export holds in the place of what a world holds, as {@link restore} does. */
  async import(state: ForeignState, world: World): Promise<void> {
    const owners = state.partial ? [...state.tables.keys()] : undefined;
    const replace = (): void => this.worlds.import(state, world);
    if (owners) replace();
    else this.sandboxes.keepOptions(world, replace, false);
    await this.#begin(world, owners);
  }

  /** Deletes a sandbox. Resolves with false when there is none, otherwise when nothing of it arrives any more. */
  async delete(name: string): Promise<boolean> {
    const deleted = this.sandboxes.delete(name);
    await this.#settled();
    return deleted;
  }

  /** Sends what was pending when the platform ended, and from now on what extensions that are replaced leave. */
  resume(): void {
    this.#resumes = true;
    for (const world of [this.worlds.base, ...this.sandboxes.all]) {
      for (const owner of ownersWithPending(this.worlds, world)) this.#newest().get(owner)?.outbox().in(world).resume();
    }
  }

  /** Writes everything to the disk and ends. */
  async close(): Promise<void> {
    this.sandboxes.close();
    await this.worlds.flush();
    await this.worlds.close();
  }

  #mapped(request: GatewayRequest): string | undefined {
    for (const { state } of this.#incarnations) {
      for (const map of state.sandboxMaps) {
        const name = map(request);
        if (name !== undefined) return name;
      }
    }
    return undefined;
  }

  #newest(): Map<string, Incarnation> {
    return new Map([...this.#incarnations].map((each) => [each.owner.name, each]));
  }

  #leave(incarnation: Incarnation): void {
    this.#incarnations.delete(incarnation);
    if (!this.#resumes) return;
    // Its heir sends what it left.
    if (this.#newest().has(incarnation.owner.name)) this.resume();
  }

  async #begin(world: World, owners: readonly string[] | undefined): Promise<void> {
    dropPending(this.worlds, world, owners);
    await this.#settled();
  }

  async #settled(): Promise<void> {
    await Promise.all([...this.#incarnations].map(({ settled }) => settled()));
  }
}

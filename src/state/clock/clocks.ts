import { ExtensionState } from '../extension-state';
import type { World } from '../world';
import type { Worlds } from '../worlds';
import type { ClockPlace, ClockState } from './clock-state';
import { WorldClock } from './world-clock';

/** Under whose name a world keeps what is its own: no extension has such a name. */
export const WORLD_OWNER = '@world';

/** The clocks of all worlds. A world keeps where its clock stands, so snapshots, restarts and new sandboxes have it too. */
export class Clocks {
  readonly #worlds: Worlds;
  /** By the epochs in which they are. */
  readonly #clocks = new WeakMap<AbortSignal, WorldClock>();

  constructor(worlds: Worlds) {
    this.#worlds = worlds;
  }

  /** The clock of a world as it is now. Throws BACKLOT_E_STATE_FENCED when the world was deleted. */
  of(world: World): WorldClock {
    const { signal } = world.storeFor(world.view(), WORLD_OWNER).epoch;
    let clock = this.#clocks.get(signal);
    if (!clock) this.#clocks.set(signal, (clock = new WorldClock(this.#placeIn(world), signal)));
    return clock;
  }

  #placeIn(world: World): ClockPlace {
    // The view stays as it is, so that the clock of an epoch that is over changes nothing in a later one.
    const view = world.view();
    const states = new ExtensionState(WORLD_OWNER, this.#worlds, () => view).collection<ClockState>('clock');
    return { read: () => states.get('state'), write: (state) => states.put('state', state) };
  }
}

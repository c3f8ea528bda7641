import { WORLD_OWNER } from '../owners';
import type { World } from '../world';
import type { ClockPlace, ClockState } from './clock-state';
import { WorldClock } from './world-clock';

const clocks = new WeakMap<AbortSignal, WorldClock>();

/** The clock of a world, in the epoch that it has now. It begins where the world has it. */
export function clockOf(world: World): WorldClock {
  const { signal } = world.epoch;
  let clock = clocks.get(signal);
  if (!clock) clocks.set(signal, (clock = new WorldClock(placeIn(world), signal)));
  return clock;
}

function placeIn(world: World): ClockPlace {
  const kept = (): ReturnType<World['store']> => world.store(WORLD_OWNER);
  return {
    read: () => kept().collection<ClockState>('clock').get('state'),
    write: (state) => kept().collection<ClockState>('clock').put('state', state),
  };
}

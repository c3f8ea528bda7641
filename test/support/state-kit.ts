import { BacklotError, type ErrorCode } from '../../src/api/errors';
import { ExtensionState, Worlds, type DurableStore, type World, type WorldsOptions } from '../../src/state';

/** The state of an extension as it is outside of requests: that of a world, as it is at each moment. */
export function stateIn(
  worlds: Worlds,
  { world = worlds.base, owner = 'shop' }: { world?: World; owner?: string } = {},
): ExtensionState {
  return new ExtensionState(owner, worlds, () => world.view());
}

/** Worlds with the state of one extension in the default one. */
export function oneState(options: WorldsOptions = {}): { worlds: Worlds; state: ExtensionState } {
  const worlds = new Worlds(options);
  return { worlds, state: stateIn(worlds) };
}

/** The worlds in a store, which are closed when the work is done. */
export async function withWorlds<R>(
  opening: Promise<DurableStore>,
  work: (worlds: Worlds) => R | Promise<R>,
): Promise<R> {
  const worlds = new Worlds({ store: await opening });
  try {
    return await work(worlds);
  } finally {
    await worlds.close();
  }
}

/** The code of the error that something throws. */
export function codeOf(work: () => unknown): ErrorCode | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof BacklotError) return error.code;
    throw error;
  }
  return undefined;
}

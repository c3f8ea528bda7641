import { WORLD_OWNER } from '../clock/clocks';
import { ExtensionState } from '../extension-state';
import type { World } from '../world';
import type { Worlds } from '../worlds';
import type { Seed } from './ids-state';

/**
 * Gives a world a seed, from which all identifiers in it follow from now on; the same seed again begins again. Without one, they
 * are random.
 */
export function seedIds(worlds: Worlds, world: World, text: string | undefined): void {
  const seeds = new ExtensionState(WORLD_OWNER, worlds, () => world.view()).collection<Seed>('ids');
  seeds.update('seed', (last) => ({
    ...(text === undefined ? {} : { text }),
    seeding: (last?.seeding ?? 0) + 1,
  }));
}

/** The seed that a world has; undefined where it never had one. */
export function seedOf(worlds: Worlds, world: World): Seed | undefined {
  return new ExtensionState(WORLD_OWNER, worlds, () => world.view()).collection<Seed>('ids').get('seed');
}

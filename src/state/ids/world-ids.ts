import { platformOwner, WORLD_OWNER } from '../owners';
import type { World } from '../world';
import type { IdsPlace, Seed, Taken } from './ids-state';

/**
 * Gives a world a seed, from which all identifiers in it follow from now on; the same seed again begins again. Without one, they
 * are random.
 */
export function seedIds(world: World, seed: string | undefined): void {
  world
    .store(WORLD_OWNER)
    .collection<Seeding>('ids')
    .update('seed', (last) => ({
      ...(seed === undefined ? {} : { text: seed }),
      seeding: (last?.seeding ?? 0) + 1,
    }));
}

/** Where a world keeps what a user of identifiers has taken; an extension may have several. */
export function idsPlace(world: World, extension: string, user = 'extension'): IdsPlace {
  const taken = world.store(platformOwner(extension)).collection<Taken>('ids');
  const numbers = world.store(platformOwner(extension)).collection<number>('numbers');
  return {
    seed: () => {
      const seeding = world.store(WORLD_OWNER).collection<Seeding>('ids').get('seed');
      return seeding?.text === undefined ? undefined : { text: seeding.text, seeding: seeding.seeding };
    },
    taken: () => taken.get(user),
    take: (now) => taken.put(user, now),
    count: (name) => numbers.update([user, name], (last = 0) => last + 1),
  };
}

type Seeding = Partial<Seed> & Pick<Seed, 'seeding'>;

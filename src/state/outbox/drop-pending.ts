import { ExtensionState } from '../extension-state';
import type { World } from '../world';
import type { Worlds } from '../worlds';
import { OutboxStore } from './outbox-store';

/**
 * Drops what extensions have pending in a world that has just become a copy of another state: a sandbox that was made, a world
 * that was reset or restored. Whether a snapshot was saved a moment before or after a delivery must not decide what arrives
 * each time it is restored. What was dropped can be sent by hand. Costs nothing where nothing is pending.
 */
export function dropPending(worlds: Worlds, world: World, owners: readonly string[] = world.owners): void {
  const view = world.view();
  for (const owner of owners) {
    const store = new OutboxStore(new ExtensionState(owner, worlds, () => view));
    worlds.transaction(() => {
      for (const record of store.pending()) store.save({ ...record, state: 'dropped' });
    });
  }
}

/** The extensions that have something pending in a world: after a restart, their outboxes are to go on. */
export function ownersWithPending(worlds: Worlds, world: World): string[] {
  const view = world.view();
  return world.owners.filter((owner) => new OutboxStore(new ExtensionState(owner, worlds, () => view)).urls().size > 0);
}

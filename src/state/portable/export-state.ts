import type { OwnerImage } from '../owner-store';
import type { World } from '../world';
import type { Worlds } from '../worlds';

/** What an export is made of. */
export interface ExportContent {
  readonly images: readonly OwnerImage[];
  readonly partial: boolean;
}

/** What a world holds at this moment, of all extensions or of those named. */
export function contentOfWorld(worlds: Worlds, world: World, owners?: readonly string[]): ExportContent {
  const all = owners ?? worlds.ownersOf(world);
  return { images: all.map((owner) => world.store(owner).image()), partial: owners !== undefined };
}

/**
 * What a snapshot holds, of all extensions or of those named that are in it. Throws `BACKLOT_E_STATE_SNAPSHOT_NOT_FOUND`.
 */
export function contentOfSnapshot(worlds: Worlds, name: string, owners?: readonly string[]): ExportContent {
  const images = [...worlds.imagesOf(name).values()].filter(({ owner }) => owners?.includes(owner) ?? true);
  const saved = worlds.snapshots().find((snapshot) => snapshot.name === name);
  return { images, partial: owners !== undefined || saved?.partial === true };
}

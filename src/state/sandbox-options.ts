import type { Collection } from '../api/state';
import { WORLD_OWNER } from './clock/clocks';
import { ExtensionState } from './extension-state';
import type { World } from './world';
import type { Worlds } from './worlds';

/** How a sandbox is to be, beside what it begins with. */
export interface SandboxOptions {
  /** Identifiers follow from it. */
  readonly ids?: { readonly seed?: string };
  readonly clock?: { readonly now?: number; readonly frozen?: boolean };
  /** After how long without use it is deleted, in milliseconds; 0 for never. */
  readonly ttl?: number;
}

/** Where a world keeps how it is to be. */
export function optionsIn(worlds: Worlds, world: World): Collection<SandboxOptions> {
  return new ExtensionState(WORLD_OWNER, worlds, () => world.view()).collection('sandbox');
}

import * as v from 'valibot';
import { LockedPackage } from '../install/locked-tree';
import { Resolution } from '../sources/resolution';

/** Where the package of an extension came from, with what makes it exactly that one. */
const LockedSource = v.variant('kind', [
  /** From the registry; the integrity stands with the package itself. */
  v.strictObject({ kind: v.literal('registry') }),
  /** Came with Backlot: the version is all that can be chosen. */
  v.strictObject({ kind: v.literal('bundled') }),
  ...Resolution.options,
]);

/** What the lock holds for one spec: the package of the extension and everything below it. */
export const LockedExtension = v.object({
  source: LockedSource,
  /** The key of the extension’s own package among `packages`. */
  root: v.string(),
  packages: v.record(v.string(), LockedPackage),
});

export type LockedExtension = v.InferOutput<typeof LockedExtension>;
export type LockedSource = LockedExtension['source'];

/** extensions.lock.json. The key of an extension is its spec as extensions.json writes it, with credentials hidden. */
export const LockFile = v.object({
  lockfileVersion: v.literal(1),
  extensions: v.record(v.string(), LockedExtension),
});

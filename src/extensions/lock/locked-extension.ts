import * as v from 'valibot';
import { LockedPackage } from '../install/locked-tree';

const Integrity = v.pipe(v.string(), v.regex(/^sha512-[A-Za-z0-9+/]+=*$/, 'an integrity is "sha512-" and base64'));

/** Where the package of an extension came from, with what makes it exactly that one. */
const LockedSource = v.variant('kind', [
  /** From the registry; the integrity stands with the package itself. */
  v.object({ kind: v.literal('registry') }),
  /** Came with Backlot: the version is all that can be chosen. */
  v.object({ kind: v.literal('bundled') }),
  v.object({
    kind: v.literal('git'),
    url: v.string(),
    commit: v.pipe(v.string(), v.regex(/^[0-9a-f]{40,64}$/, 'a commit is 40 or 64 hexadecimal digits')),
    path: v.optional(v.string()),
    integrity: Integrity,
  }),
  v.object({ kind: v.literal('url'), url: v.string(), integrity: Integrity }),
  v.object({ kind: v.literal('tarball'), integrity: Integrity }),
  v.object({ kind: v.literal('folder'), integrity: Integrity }),
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

/** extensions.lock.json. The key of an extension is its spec as extensions.json writes it. */
export const LockFile = v.object({
  lockfileVersion: v.literal(1),
  extensions: v.record(v.string(), LockedExtension),
});

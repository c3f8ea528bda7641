import * as v from 'valibot';

const StringMap = v.record(v.string(), v.string());

/** Where the bytes of a package come from, in the words of pnpm’s lockfile. */
const Resolution = v.looseObject({
  /** Subresource Integrity of its tarball: `sha512-…`. */
  integrity: v.optional(v.string()),
  /** The URL of its tarball, where the registry’s own rule does not give it. */
  tarball: v.optional(v.string()),
  /** The commit of a package that is a git repository. */
  commit: v.optional(v.string()),
});

/** One package of a tree, exactly. */
export const LockedPackage = v.object({
  version: v.string(),
  resolution: Resolution,
  /** By the name under which the package imports it: the key of the package in the tree. */
  dependencies: v.optional(StringMap),
  optionalDependencies: v.optional(StringMap),
  peerDependencies: v.optional(StringMap),
  peerDependenciesMeta: v.optional(v.record(v.string(), v.object({ optional: v.optional(v.boolean()) }))),
  bundledDependencies: v.optional(v.union([v.array(v.string()), v.boolean()])),
  engines: v.optional(StringMap),
  os: v.optional(v.array(v.string())),
  cpu: v.optional(v.array(v.string())),
  libc: v.optional(v.array(v.string())),
  hasBin: v.optional(v.boolean()),
  /** Whether nothing but optional dependencies leads to it. */
  optional: v.optional(v.boolean()),
});

/**
 * A package and everything below it, each with its exact version and integrity. The same for every install engine.
 *
 * A key is `name@version`, with the peers that were chosen for it in parentheses where that tells two apart.
 */
export const LockedTree = v.object({
  /** The key of the package that was asked for. */
  root: v.string(),
  packages: v.record(v.string(), LockedPackage),
});

export type LockedPackage = v.InferOutput<typeof LockedPackage>;
export type LockedTree = v.InferOutput<typeof LockedTree>;

/** The package that was asked for: its name, and the version that is locked. */
export function rootOf(tree: LockedTree): { readonly name: string; readonly version: string } {
  return { name: nameOfKey(tree.root), version: tree.packages[tree.root]?.version ?? '' };
}

/** The name in a key: `@acme/x` in `@acme/x@1.0.0(zod@4.0.0)`. */
export function nameOfKey(key: string): string {
  return key.slice(0, key.indexOf('@', 1));
}

/** A key without the peers: `x@1.0.0` of `x@1.0.0(zod@4.0.0)`. */
export function withoutPeers(key: string): string {
  const end = key.indexOf('(');
  return end === -1 ? key : key.slice(0, end);
}

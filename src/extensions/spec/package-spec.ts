/** What a spec means. Paths are absolute. */
export type PackageSpec = RegistrySpec | FolderSpec | TarballSpec | UrlSpec | GitSpec;

export interface RegistrySpec {
  readonly kind: 'registry';
  readonly name: string;
  /** A semver range or a tag. */
  readonly range: string;
  /** The name to install it under: `alias@npm:name@range`. */
  readonly alias?: string;
}

export interface FolderSpec {
  readonly kind: 'folder';
  readonly path: string;
}

export interface TarballSpec {
  readonly kind: 'tarball';
  readonly path: string;
}

/** A tarball behind http or https. */
export interface UrlSpec {
  readonly kind: 'url';
  /** May hold credentials: never show it but by `displaySpec`. */
  readonly url: string;
  /** What the package has to be called. */
  readonly name?: string;
}

/** A package in a git repository. At most one of `ref` and `semver` is there; without them the default branch is meant. */
export interface GitSpec {
  readonly kind: 'git';
  /** As git takes it. May hold credentials: never show it but by `displaySpec`. */
  readonly url: string;
  /** A branch, a tag, a commit (in full, or at least its first 7 digits), or a full name such as `refs/tags/v1`. */
  readonly ref?: string;
  /** A range; the newest tag in it is meant. */
  readonly semver?: string;
  /** The folder of the package in the repository, with `/` between its parts and none at its ends. */
  readonly path?: string;
  /** What the package has to be called. */
  readonly name?: string;
}

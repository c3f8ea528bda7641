import type { BacklotError } from '../../api/errors';
import type { PackageSpec } from '../spec';
import { stopped } from './failures';
import { fetchFolder, fetchTarball } from './fetch-local';
import { fetchGit } from './git/fetch-git';
import { DEFAULT_LIMITS, type FetchLimits } from './limits';
import type { Resolution } from './resolution';
import { SourceStore } from './store';
import { fetchUrl } from './url/fetch-url';

export interface FetchedPackage {
  /** The absolute path of an npm tarball in the store. */
  readonly tarball: string;
  /** The integrity of its bytes, whatever the resolution's own is about. */
  readonly bytes: string;
  readonly resolution: Resolution;
  readonly name: string;
  readonly version: string;
}

/** Folders are absolute paths. */
export interface FetchOptions {
  /** Keeps what was fetched; may be shared by processes. */
  readonly store: string;
  readonly temporary: string;
  /** Packs the folder of a package into the file, as publishing it would. */
  readonly pack: (folder: string, file: string, signal?: AbortSignal) => Promise<void>;
  /** When given, exactly this is delivered. */
  readonly locked?: Resolution;
  /** Nothing comes from the network, only what the store keeps. */
  readonly offline?: boolean;
  readonly signal?: AbortSignal;
  readonly limits?: Partial<FetchLimits>;
}

/** What the fetching of each kind works with. */
export interface FetchContext extends Omit<FetchOptions, 'store' | 'limits'> {
  readonly store: SourceStore;
  readonly limits: FetchLimits;
}

/**
 * Delivers what a spec leads to as a tarball, and what it led to exactly. What is locked, or names a commit in full, and
 * is in the store needs no network and nothing is written.
 *
 * Throws BACKLOT_E_INTEGRITY when what is there is not what was locked, BACKLOT_E_OFFLINE, and the error of the part of
 * the spec that leads nowhere, with the nearest that exist: BACKLOT_E_HOST_UNREACHABLE, BACKLOT_E_ACCESS_REFUSED,
 * BACKLOT_E_REPOSITORY_NOT_FOUND, BACKLOT_E_REF_NOT_FOUND, BACKLOT_E_SUBDIRECTORY_NOT_FOUND, BACKLOT_E_PACKAGE_NOT_FOUND,
 * BACKLOT_E_MANIFEST_INVALID, BACKLOT_E_TARBALL_INVALID, BACKLOT_E_GIT_MISSING; BACKLOT_E_VOLUME_NOT_WRITABLE;
 * BACKLOT_E_INSTALL_FAILED when it is stopped. Nothing of what was started runs on after that.
 */
export async function fetchPackage(
  spec: Exclude<PackageSpec, { kind: 'registry' }>,
  options: FetchOptions,
): Promise<FetchedPackage> {
  const context: FetchContext = {
    ...options,
    store: new SourceStore(options.store),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
  };
  throwIfStopped(options.signal);
  switch (spec.kind) {
    case 'folder':
      return fetchFolder(spec, context);
    case 'tarball':
      return fetchTarball(spec, context);
    case 'url':
      return fetchUrl(spec, context);
    case 'git':
      return fetchGit(spec, context);
  }
}

/** Throws the error of {@link fetchPackage} for a signal that has fired. */
function throwIfStopped(signal: AbortSignal | undefined): void {
  const error: BacklotError | undefined = signal?.aborted === true ? stopped(signal) : undefined;
  if (error) throw error;
}

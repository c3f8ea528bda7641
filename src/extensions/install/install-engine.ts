import type { BacklotError } from '../../api/errors';
import type { LockedTree } from './locked-tree';

/** The name under which the package that was asked for stands in the node_modules of its tree. */
export const ROOT_ALIAS = 'extension';

/** The name of the tarball in the folder of a tree whose package is one. */
export const ROOT_TARBALL = 'package.tgz';

/** One package to be installed, with all that it depends on, into a folder of its own. */
export interface TreeRequest {
  /** An existing folder directly below the workspace; holds {@link ROOT_TARBALL} when the package is a tarball. */
  readonly directory: string;
  /** What is being installed, for messages. */
  readonly subject: string;
  readonly source:
    { readonly kind: 'registry'; readonly name: string; readonly range: string } | { readonly kind: 'tarball' };
  /** When given, exactly this is installed, byte for byte, or the request fails. */
  readonly locked?: LockedTree;
  /** Whether the install scripts of the packages may run. */
  readonly allowScripts: boolean;
}

/** What came of a request: the tree as it stands in `node_modules`, or a BacklotError with a code of installing. */
export type TreeResult =
  | { readonly request: TreeRequest; readonly tree: LockedTree }
  | { readonly request: TreeRequest; readonly error: BacklotError };

/** What every call of an engine takes. */
export interface EngineCall {
  /** The folder around the trees. The engine may leave files of its own in it. */
  readonly workspace: string;
  /** Takes nothing from the network, only what was kept. */
  readonly offline?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * What puts packages on the disk. In each tree `node_modules/extension` leads to the package that was asked for. The
 * package `backlot` is never fetched. What one request fails with does not touch the others.
 */
export interface InstallEngine {
  readonly id: string;

  /** One result for each request, in their order. Throws only when the engine itself cannot be run. */
  install(requests: readonly TreeRequest[], call: EngineCall): Promise<TreeResult[]>;

  /**
   * Packs a package’s folder into a tarball, as publishing it would, without running its scripts; nothing is written
   * to the folder. Throws BACKLOT_E_INSTALL_FAILED.
   */
  pack(folder: string, tarball: string, signal?: AbortSignal): Promise<void>;
}

/** What an engine is set up with. Paths are absolute. */
export interface EngineSettings {
  /** Kept between runs: what was once fetched. */
  readonly cache: string;
  readonly temporary: string;
  /** A file in the format of npmrc with registries and credentials; read, never copied. */
  readonly npmrc?: string;
  /** How long a registry may take for one answer, in milliseconds. */
  readonly fetchTimeout: number;
}

/** One installation takes no longer than this, in milliseconds. */
export const INSTALL_LIMIT_MS = 5 * 60_000;

/** Where an entry was written. */
export interface EntryOrigin {
  /** The path of the file, or `EXTENSION_AUTO_INSTALL`. */
  readonly source: string;
  /** Starts at 1. */
  readonly line?: number;
  /** Starts at 1. */
  readonly column?: number;
  /** The index of the entry in the list of the file. */
  readonly index?: number;
  /** Relative folders and tarballs resolve against this folder. */
  readonly baseDirectory: string;
}

/** One line of the list of extensions, with the defaults filled in. */
export interface ExtensionEntry {
  /** As it was written. */
  readonly spec: string;
  /** The one extension of the package that is meant; all of them when left out. */
  readonly name?: string;
  readonly enabled: boolean;
  readonly required: boolean;
  /** Whether the install scripts of its packages may run; they may not when left out. */
  readonly allowScripts?: boolean;
  readonly config?: unknown;
  /** The file or folder that a fresh or reset state is filled from, as it was written. */
  readonly seed?: string;
  readonly origin: EntryOrigin;
}

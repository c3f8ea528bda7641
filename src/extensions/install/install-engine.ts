/** What puts packages on the disk. Errors are BacklotErrors with a code of installing. */
export interface InstallEngine {
  readonly id: string;

  /**
   * Adds a package to the dependencies of the package.json in `directory`, and installs what that asks for into its
   * node_modules. No script of a package is run. A package that is a folder is copied as publishing it would, never
   * linked.
   */
  install(request: InstallRequest): Promise<void>;
}

export interface InstallRequest {
  readonly directory: string;
  /** A name with a range or tag, or `file:` and an absolute path. */
  readonly add: string;
  /** What is being installed, for messages. */
  readonly subject: string;
  readonly signal?: AbortSignal;
}

/** Folders that an engine may write to, as absolute paths. */
export interface EngineDirectories {
  /** Kept between runs. */
  readonly cache: string;
  readonly temporary: string;
}

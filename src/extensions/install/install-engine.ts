/** What puts packages on the disk. Errors are BacklotErrors with a code of installing. */
export interface InstallEngine {
  readonly id: string;

  /**
   * Installs what the package.json in `directory` depends on into its node_modules, without running any script of a
   * package. With `add`, that package spec is added to the dependencies first.
   */
  install(request: InstallRequest): Promise<void>;

  /** Packs a folder into a tarball, as publishing it would, without running any script. Gives the tarball's path. */
  pack(request: PackRequest): Promise<string>;
}

export interface InstallRequest {
  readonly directory: string;
  /** What is being installed, for messages. */
  readonly subject: string;
  readonly add?: string;
  readonly signal?: AbortSignal;
}

export interface PackRequest {
  readonly folder: string;
  /** The folder that the tarball is written to. It exists. */
  readonly into: string;
  readonly signal?: AbortSignal;
}

/** Folders that an engine may write to, as absolute paths. */
export interface EngineDirectories {
  /** Kept between runs. */
  readonly cache: string;
  readonly temporary: string;
}

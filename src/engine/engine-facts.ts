/** What an engine says of itself. */
export interface EngineFacts {
  /** `Docker 28.2.2`, or `Podman 5.4.0`. */
  readonly product: string;
  readonly apiVersion: string;
  /** `linux/amd64`. */
  readonly platform: string;
  /** What its containers can have together. */
  readonly processors: number;
  readonly memoryBytes: number;
  /** By its own clock, when it answered; undefined when it does not say. */
  readonly time: Date | undefined;
  /** Where it keeps images and volumes, on its own machine. */
  readonly dataFolder: string | undefined;
}

/** Docker's answers to `/version` and `/info`, as far as they matter here. */
export interface EngineAnswers {
  readonly version: {
    readonly Version?: string;
    readonly ApiVersion?: string;
    readonly Os?: string;
    readonly Arch?: string;
    readonly Components?: readonly { readonly Name?: string }[] | null;
  };
  readonly info: {
    readonly NCPU?: number;
    readonly MemTotal?: number;
    readonly SystemTime?: string;
    readonly DockerRootDir?: string;
  };
}

/** Whether the engine that answers so to `/version` is Podman. */
export function isPodman({ Components }: EngineAnswers['version']): boolean {
  return Components?.some(({ Name }) => Name?.startsWith('Podman')) === true;
}

/** The facts in these answers. */
export function engineFacts({ version, info }: EngineAnswers): EngineFacts {
  const time = info.SystemTime === undefined ? undefined : new Date(info.SystemTime);
  return {
    product: `${isPodman(version) ? 'Podman' : 'Docker'} ${version.Version ?? 'of an unknown version'}`,
    apiVersion: version.ApiVersion ?? '',
    platform: `${version.Os ?? '?'}/${version.Arch ?? '?'}`,
    processors: info.NCPU ?? 0,
    memoryBytes: info.MemTotal ?? 0,
    time: time && Number.isNaN(time.getTime()) ? undefined : time,
    dataFolder: info.DockerRootDir || undefined,
  };
}

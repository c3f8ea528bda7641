import type { ContainerDetails, ContainerMount } from '../engine/engine';
import { VERSION } from '../extensions/own-package';
import { type AskedSetting, GATEWAY_PORT, type Settings, type VolumeSetting } from './settings';

/**
 * Labels of containers that `backlot start` makes. Containers inherit the labels of their image, so whether a container
 * is ours must be told by a label that no image has.
 */
const MANAGED = 'dev.backlot.managed-by';
const MANAGER = 'backlot-host';
/** What the engine is asked for to find all of them. */
export const MANAGED_BY = `${MANAGED}=${MANAGER}`;
const VERSION_LABEL = 'dev.backlot.version';
const SETTINGS = 'dev.backlot.settings';

/** What a container remembers of the settings that it was started with. Values of its environment are in the container. */
export interface RememberedSettings {
  readonly image: string;
  /** Whether the image was Backlot's own under its usual name, and not one that was asked for. */
  readonly isOwnImage: boolean;
  readonly port: number;
  readonly extensionsFile?: string;
  readonly volume: VolumeSetting;
  readonly environment: readonly string[];
  /** The mounted folders, as `source:target`. */
  readonly folders?: readonly string[];
  /** Those that were asked for, as they are written. */
  readonly mounts?: readonly string[];
  readonly network?: string;
  /** The names of labels that were asked for; their values are in the container. */
  readonly labels?: readonly string[];
  readonly docker?: boolean;
}

/** The labels for a container with these settings. */
export function labelsFor(settings: Settings): Record<string, string> {
  const remembered: RememberedSettings = {
    image: settings.image,
    isOwnImage: settings.isOwnImage,
    port: settings.port,
    ...(settings.extensionsFile === undefined ? {} : { extensionsFile: settings.extensionsFile }),
    volume: settings.volume,
    environment: Object.keys(settings.environment),
    folders: foldersOf(settings),
    mounts: settings.mounts.map(mountText),
    ...(settings.network === undefined ? {} : { network: settings.network }),
    labels: Object.keys(settings.labels),
    docker: settings.docker,
  };
  return { ...settings.labels, [MANAGED]: MANAGER, [VERSION_LABEL]: VERSION, [SETTINGS]: JSON.stringify(remembered) };
}

/** Whether the container was made by `backlot start` or `backlot/host`. */
export function isOurs(container: ContainerDetails): boolean {
  return container.labels[MANAGED] === MANAGER;
}

/** The version of Backlot that made the container. */
export function versionOf(container: ContainerDetails): string | undefined {
  return container.labels[VERSION_LABEL];
}

/** The settings that a container of ours was started with; undefined when its labels cannot be read. */
export function rememberedSettings(container: ContainerDetails): RememberedSettings | undefined {
  try {
    return JSON.parse(container.labels[SETTINGS] ?? '') as RememberedSettings;
  } catch {
    return undefined;
  }
}

/** In which settings that were asked for the running container differs, each as `what: has, not wanted`. */
export function differences(container: ContainerDetails, settings: Settings): string[] {
  const has = rememberedSettings(container);
  if (!has) return ['settings: unknown'];
  const checks: Record<AskedSetting, () => string | undefined> = {
    image: () => differ('image', has.image, settings.image),
    port: () => differ('port', String(container.ports[GATEWAY_PORT] ?? has.port), String(settings.port)),
    extensionsFile: () => differ('extensions file', has.extensionsFile ?? 'none', settings.extensionsFile ?? 'none'),
    volume: () => differ('volume', has.volume.source, settings.volume.source),
    environment: () => {
      const changed = Object.entries(settings.environment).filter(
        ([key, value]) => container.environment[key] !== value,
      );
      return changed.length > 0 ? `environment: other ${changed.map(([key]) => key).join(', ')}` : undefined;
    },
    mounts: () => differ('mounts', inWords(has.mounts ?? []), inWords(settings.mounts.map(mountText))),
    network: () => differ('network', has.network ?? 'the usual one', settings.network ?? 'the usual one'),
    labels: () => {
      const changed = Object.entries(settings.labels).filter(([key, value]) => container.labels[key] !== value);
      return changed.length > 0 ? `labels: other ${changed.map(([key]) => key).join(', ')}` : undefined;
    },
    docker: () => differ('the engine is handed in', yesOrNo(has.docker ?? false), yesOrNo(settings.docker)),
  };
  // The usual name of the image holds the version: another version is a difference even when no image was asked for.
  const checked = new Set(settings.asked);
  if (has.isOwnImage && settings.isOwnImage) checked.add('image');
  // Nobody asks for folders on the command line: what the lists name now is what is wanted.
  const folders = differ('mounted folders', inWords(has.folders ?? []), inWords(foldersOf(settings)));
  return [...[...checked].map((setting) => checks[setting]()), folders].filter((each) => each !== undefined);
}

function foldersOf({ devFolders, listedFolders }: Settings): string[] {
  return [...listedFolders, ...devFolders].map(({ source, target }) => `${source}:${target}`);
}

function inWords(folders: readonly string[]): string {
  return [...folders].sort().join(', ') || 'none';
}

function yesOrNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

/** A mount as it is written on the command line. */
function mountText({ source, target, readOnly }: ContainerMount): string {
  return `${source}:${target}${readOnly ? ':ro' : ''}`;
}

function differ(what: string, has: string, wanted: string): string | undefined {
  return has === wanted ? undefined : `${what}: ${has}, not ${wanted}`;
}

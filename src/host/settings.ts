import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { BacklotError } from '../api/errors';
import { VERSION } from '../extensions/own-package';
import { credentialsFile } from '../extensions/registry/credentials-file';
import type { ContainerMount } from '../engine/engine';
import type * as LocalFolders from './local-folders';
import type { LocalFolder } from './local-folders';

/** The port of the gateway inside the container, and by default also outside. */
export const GATEWAY_PORT = 4566;

/** The name of Backlot's own image. */
export const OWN_IMAGE = 'backlot';

/** What can be asked for when a container is started. What is left out has the default that {@link resolveSettings} gives. */
export interface StartOptions {
  /** The name of the container; MAIN_CONTAINER_NAME, else `backlot-main`. */
  readonly name?: string;
  /** The image; IMAGE_NAME, else `backlot:<version>`. */
  readonly image?: string;
  /** The port on 127.0.0.1; 0 for one that is free. */
  readonly port?: number;
  /** The extensions.json to mount; `./extensions.json` where there is one. */
  readonly extensionsFile?: string;
  /** Specs of extensions, in addition to the file. */
  readonly extensions?: readonly string[];
  /** A folder (with a slash in it) or the name of a volume for /var/lib/backlot. */
  readonly volume?: string;
  /** Environment variables of the container. */
  readonly environment?: Readonly<Record<string, string>>;
  /** More folders, files and volumes, as `source:target` or `source:target:ro`; init scripts, for instance. */
  readonly mounts?: readonly string[];
  /** The network to join; the engine's usual one when left out. */
  readonly network?: string;
  /** Labels of the container, in addition to those of Backlot. */
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * Whether extensions that run containers get the socket of the engine. Whoever has it has power over the engine's machine,
   * so it is handed in only when an extension asks for it, and this is true.
   */
  readonly docker?: boolean;
}

/** Where the data of an instance are kept. */
export interface VolumeSetting {
  readonly type: 'bind' | 'volume';
  /** An absolute path, or the name of a volume. */
  readonly source: string;
  /** Whether the volume goes when the instance is stopped. */
  readonly temporary: boolean;
}

/** All that is needed to start a container. */
export interface Settings {
  readonly name: string;
  readonly image: string;
  /** Whether the image is Backlot's own under its usual name, which a checkout can build. */
  readonly isOwnImage: boolean;
  readonly port: number;
  /** An absolute path. */
  readonly extensionsFile: string | undefined;
  readonly volume: VolumeSetting;
  /** What is developed; the platform reloads it when it changes. */
  readonly devFolders: readonly LocalFolder[];
  /** Folders and tarballs that the file names. */
  readonly listedFolders: readonly LocalFolder[];
  readonly environment: Readonly<Record<string, string>>;
  readonly mounts: readonly ContainerMount[];
  readonly network: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly docker: boolean;
  /** The credentials of package registries on the host, which the container gets when there are any. */
  readonly credentialsFile: string;
  /** Which settings were asked for, rather than taken by default. */
  readonly asked: ReadonlySet<AskedSetting>;
}

/** Settings in which a running container can differ from what is asked for. */
export type AskedSetting =
  'image' | 'port' | 'extensionsFile' | 'volume' | 'environment' | 'mounts' | 'network' | 'labels' | 'docker';

/** What the settings are worked out from. */
export interface SettingsSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

/** The name of the container that is meant: the one given, MAIN_CONTAINER_NAME, or `backlot-main`. */
export function containerName(given?: string, env: SettingsSources['env'] = process.env): string {
  const name = given ?? (env.MAIN_CONTAINER_NAME || 'backlot-main');
  if (NAME.test(name)) return name;
  throw invalid(`"${name}" cannot be the name of a container`, 'Use letters, digits, dots, dashes and underscores.');
}

/**
 * Completes what was asked for.
 *
 * With port 0 and no name the instance is one of its own: it gets a new name, and a volume that goes when it is stopped.
 * Throws `BACKLOT_E_OPTION_INVALID`, `BACKLOT_E_LIST_NOT_FOUND` for an extensions.json that does not exist, and what
 * reading the list of folders that are developed throws.
 */
export function resolveSettings(options: StartOptions, sources: SettingsSources = ownSources()): Settings {
  const { env, cwd } = sources;
  const port = checkPort(options.port ?? GATEWAY_PORT);
  const isOneOff = port === 0 && options.name === undefined;
  const name = isOneOff ? `backlot-${randomUUID().slice(0, 8)}` : containerName(options.name, env);
  const ownImage = `${OWN_IMAGE}:${VERSION}`;
  const askedImage = options.image ?? (env.IMAGE_NAME || undefined);
  const image = askedImage ?? ownImage;
  const extensionsFile = findExtensionsFile(options.extensionsFile, cwd);
  // What reads lists takes longer to load than most commands, which need no more of this file than the name.
  const { devFoldersFor, listedFoldersFor } = createRequire(__filename)('./local-folders') as typeof LocalFolders;
  return {
    name,
    image,
    isOwnImage: image === ownImage,
    port,
    extensionsFile,
    volume: volumeSetting(options.volume, name, isOneOff, cwd),
    devFolders: devFoldersFor(extensionsFile ?? path.join(cwd, 'extensions.json')),
    listedFolders: extensionsFile === undefined ? [] : listedFoldersFor(extensionsFile),
    environment: withExtensions(checkEnvironment(options.environment ?? {}), options.extensions ?? []),
    mounts: (options.mounts ?? []).map((mount) => parseMount(mount, cwd)),
    network: options.network,
    labels: options.labels ?? {},
    docker: options.docker ?? false,
    credentialsFile: credentialsFile(env),
    asked: askedSettings(options, askedImage),
  };
}

function ownSources(): SettingsSources {
  return { env: process.env, cwd: process.cwd() };
}

function askedSettings(options: StartOptions, image: string | undefined): Set<AskedSetting> {
  const asked = new Set<AskedSetting>();
  if (image !== undefined) asked.add('image');
  if (options.port) asked.add('port');
  if (options.extensionsFile !== undefined) asked.add('extensionsFile');
  if (options.volume !== undefined) asked.add('volume');
  if (options.mounts?.length) asked.add('mounts');
  if (options.network !== undefined) asked.add('network');
  if (Object.keys(options.labels ?? {}).length > 0) asked.add('labels');
  if (options.docker !== undefined) asked.add('docker');
  if (options.extensions?.length || Object.keys(options.environment ?? {}).length > 0) asked.add('environment');
  return asked;
}

function checkPort(port: number): number {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw invalid(`${port} is not a port`, 'Give a number from 1 to 65535, or 0 for a port that is free.');
}

function findExtensionsFile(given: string | undefined, cwd: string): string | undefined {
  const file = path.resolve(cwd, expandHome(given ?? 'extensions.json'));
  if (existsSync(file)) return file;
  if (given === undefined) return undefined;
  throw new BacklotError('BACKLOT_E_LIST_NOT_FOUND', `there is no list of extensions at ${file}`, {
    where: { file },
    remedy: 'Create the file, or name the right one with --extensions.',
  });
}

function volumeSetting(given: string | undefined, name: string, isOneOff: boolean, cwd: string): VolumeSetting {
  if (given === undefined) {
    const source = name.startsWith('backlot-') ? name : `backlot-${name}`;
    return { type: 'volume', source, temporary: isOneOff };
  }
  if (isPath(given)) return { type: 'bind', source: path.resolve(cwd, expandHome(given)), temporary: false };
  if (NAME.test(given)) return { type: 'volume', source: given, temporary: false };
  throw invalid(`"${given}" is neither a folder nor a name of a volume`, 'Write a folder as ./folder.');
}

/** `source:target`, with `:ro` or `:rw` behind it; a source on Windows has a colon, too. */
function parseMount(text: string, cwd: string): ContainerMount {
  const [, source, target, mode] = /^(.+):(\/[^:]*)(?::(ro|rw))?$/.exec(text) ?? [];
  if (source === undefined || target === undefined || !(isPath(source) || NAME.test(source))) {
    throw invalid(`"${text}" is no mount`, 'Write ./folder:/path/in/the/container, or with :ro behind it.');
  }
  const readOnly = mode === 'ro';
  if (!isPath(source)) return { type: 'volume', source, target, readOnly };
  const absolute = path.resolve(cwd, expandHome(source));
  if (existsSync(absolute)) return { type: 'bind', source: absolute, target, readOnly };
  throw invalid(`there is no ${absolute} to mount at ${target}`, 'Make it first: an engine would not.');
}

function isPath(text: string): boolean {
  return /^[~.]|[/\\]/.test(text);
}

function expandHome(file: string): string {
  return file === '~' || file.startsWith('~/') ? path.join(os.homedir(), file.slice(1)) : file;
}

function checkEnvironment(environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const wrong = Object.keys(environment).find((name) => name === '' || name.includes('='));
  if (wrong === undefined) return environment;
  throw invalid(`"${wrong}" cannot be the name of an environment variable`, 'Write KEY=VALUE.');
}

function withExtensions(
  environment: Readonly<Record<string, string>>,
  extensions: readonly string[],
): Readonly<Record<string, string>> {
  if (extensions.length === 0) return environment;
  const list = [...(environment.EXTENSION_AUTO_INSTALL ? [environment.EXTENSION_AUTO_INSTALL] : []), ...extensions];
  return { ...environment, EXTENSION_AUTO_INSTALL: list.join(',') };
}

function invalid(message: string, remedy: string): BacklotError {
  return new BacklotError('BACKLOT_E_OPTION_INVALID', message, { remedy });
}

import { mkdir, realpath, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BacklotError } from '../api/errors';
import type { ExtensionEntry, InstalledPackage } from '../extensions';
import type { ExtensionClass } from '../extensions/load';
import { readManifest } from '../extensions/manifest';
import { didYouMean } from '../extensions/nearest';
import { withoutUndefined } from '../extensions/without-undefined';
import type { ReportedExtension } from '../runtime/boot-report';
import { nameOfClass } from './name-of-class';

/** An extension under test: its class, or the folder of its package (a path from the working directory, or a URL). */
export type ExtensionUnderTest = ExtensionClass | string | URL;

/** An extension under test, by itself or with its configuration. */
export type GivenExtension =
  | ExtensionUnderTest
  | {
      readonly extension: ExtensionUnderTest;
      /** Wins over the `config` of the whole platform. */
      readonly config?: unknown;
      /** The path of its seed, from the working directory. Wins over the `seed` of the whole platform. */
      readonly seed?: string;
      /** Which extension of the package is meant; for a class, its name where that cannot be told. */
      readonly name?: string;
      /** For a class, the folder of its package; else that of the test that calls. */
      readonly directory?: string;
    };

/** What is given to extensions by their names. */
export interface GivenOptions {
  readonly config: Readonly<Record<string, unknown>>;
  readonly seed: Readonly<Record<string, string>>;
}

/** Extensions as the platform takes them. */
export interface PreparedExtensions {
  readonly reported: readonly ReportedExtension[];
  /** The class that stands behind a folder that was made for it. */
  readonly classes: ReadonlyMap<string, ExtensionClass>;
}

/**
 * Makes of each extension under test what installing makes of an entry of extensions.json: the folder of a package. A
 * class gets a folder below `directory` with a manifest and nothing else; its files are those of `packageOfClasses`.
 *
 * Throws what reading a manifest throws, and `BACKLOT_E_NAME_UNKNOWN` for a key of `config` or `seed` that no extension has.
 */
export async function prepareExtensions(
  given: readonly GivenExtension[],
  { config, seed }: GivenOptions,
  { directory, packageOfClasses }: { readonly directory: string; readonly packageOfClasses: string },
): Promise<PreparedExtensions> {
  const classes = new Map<string, ExtensionClass>();
  const reported: ReportedExtension[] = [];
  const known: string[] = [];
  for (const [index, each] of given.entries()) {
    const { extension, ...options } = isWithOptions(each) ? each : { extension: each };
    const isClass = typeof extension === 'function';
    const folder = isClass ? path.join(directory, String(index)) : await folderOf(extension);
    if (isClass) {
      await writeManifest(folder, options.name ?? nameOfClass(extension), extension.name);
      classes.set(folder, extension);
    }
    const { package: name, version, extensions } = await readManifest(folder);
    const installed: InstalledPackage = {
      directory: folder,
      name,
      version,
      how: 'installed',
      ...(isClass ? { files: path.resolve(options.directory ?? packageOfClasses) } : {}),
    };
    const names = extensions.map((item) => item.name);
    known.push(...names);
    for (const own of options.name === undefined ? names : [options.name]) {
      const ownConfig = 'config' in options ? options.config : config[own];
      const ownSeed = options.seed ?? seed[own];
      const entry = entryOf(isClass ? extension.name : folder, own);
      const more = withoutUndefined({ config: ownConfig, seed: ownSeed });
      reported.push({ entry: { ...entry, ...more }, installed });
    }
  }
  assertKnown('config', Object.keys(config), known);
  assertKnown('seed', Object.keys(seed), known);
  return { reported, classes };
}

function isWithOptions(given: GivenExtension): given is Exclude<GivenExtension, ExtensionUnderTest> {
  return typeof given === 'object' && !(given instanceof URL) && 'extension' in given;
}

async function folderOf(given: string | URL): Promise<string> {
  const text = given.toString();
  const folder = path.resolve(text.startsWith('file:') ? fileURLToPath(text) : text);
  try {
    return await realpath(folder);
  } catch (cause) {
    throw new BacklotError('BACKLOT_E_PACKAGE_NOT_FOUND', `there is no folder ${folder}`, { cause });
  }
}

async function writeManifest(folder: string, name: string, exportName: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const manifest = {
    name: `class-${name}`,
    version: '0.0.0',
    backlot: { extensions: { [name]: `./class.js#${exportName || 'default'}` } },
    peerDependencies: { backlot: '*' },
  };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
}

function entryOf(spec: string, name: string): ExtensionEntry {
  const origin = { source: 'createTestPlatform', baseDirectory: process.cwd() };
  return { spec, name, enabled: true, required: true, origin };
}

function assertKnown(what: string, asked: readonly string[], known: readonly string[]): void {
  const unknown = asked.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new BacklotError(
    'BACKLOT_E_NAME_UNKNOWN',
    `"${what}" is given for "${unknown}"${didYouMean(unknown, known)}; the platform has ${known.join(', ') || 'no extension'}`,
  );
}

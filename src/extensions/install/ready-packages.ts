import { readdir } from 'node:fs/promises';
import path from 'node:path';
import semver from 'semver';
import type { PackageSpec } from '../spec';
import { brokenLinks } from './platform-links';
import { identityOfFolder } from '../sources';
import { readReceipt, type Receipt } from './receipt';

/** A tree that came with the platform. */
export interface BundledTree {
  readonly tree: string;
  readonly receipt: Receipt;
}

/** A folder with the source of a package that came with the platform. */
export interface SourceFolder {
  readonly folder: string;
  readonly name: string;
  readonly version: string;
}

/** Where packages that came with the platform are, as absolute paths. */
export interface ReadyPlaces {
  readonly platformRoot: string;
  readonly bundledDirectory: string | undefined;
  readonly sourceDirectory: string | undefined;
}

/** The packages that came with the platform. Each folder is looked at once, when it is first asked for. */
export class ReadyPackages {
  #trees: Promise<BundledTree[]> | undefined;
  #folders: Promise<SourceFolder[]> | undefined;

  constructor(private readonly places: ReadyPlaces) {}

  /** Bundled trees that lead to the platform that runs; others would bring a second copy of it along. */
  trees(): Promise<BundledTree[]> {
    const { bundledDirectory, platformRoot } = this.places;
    this.#trees ??= bundledTrees(bundledDirectory).then((trees) => {
      return trees.filter(({ tree, receipt }) => brokenLinks(tree, receipt.links, platformRoot).length === 0);
    });
    return this.#trees;
  }

  folders(): Promise<SourceFolder[]> {
    this.#folders ??= sourceFolders(this.places.sourceDirectory);
    return this.#folders;
  }
}

/** The trees in a folder of bundled ones. Nothing is bundled when the folder is not there. */
export async function bundledTrees(directory: string | undefined): Promise<BundledTree[]> {
  const trees: BundledTree[] = [];
  for (const tree of await foldersIn(directory)) {
    const receipt = readReceipt(tree);
    if (receipt) trees.push({ tree, receipt });
  }
  return trees;
}

/** The packages in a folder of sources. What is no package is passed over. */
export async function sourceFolders(directory: string | undefined): Promise<SourceFolder[]> {
  const folders: SourceFolder[] = [];
  for (const folder of await foldersIn(directory)) {
    const found = await identityOfFolder(folder).catch(() => undefined);
    if (found) folders.push({ folder, ...found });
  }
  return folders;
}

/** Whether a package that is at hand is what a spec for the registry asks for: the name, and the range or tag `latest`. */
export function answers(spec: PackageSpec, name: string, version: string): boolean {
  if (spec.kind !== 'registry' || spec.name !== name) return false;
  return spec.range === 'latest' || semver.satisfies(version, spec.range);
}

async function foldersIn(directory: string | undefined): Promise<string[]> {
  if (directory === undefined) return [];
  const found = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return found
    .filter((item) => item.isDirectory() && !item.name.startsWith('.'))
    .map((item) => path.join(directory, item.name))
    .sort();
}

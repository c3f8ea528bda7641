import type { PackageSpec } from '../spec';
import { integrityOfFile, integrityOfFolder } from './content-hash';
import { fetchGit } from './fetch-git';
import { fetchUrl } from './fetch-url';
import { mustBe, readFolderPackage } from './folder-package';
import { SourceStore } from './source-store';

/** What makes a package that no registry has exactly this one. An integrity is `sha512-` and base64. */
export type Resolution =
  | {
      readonly kind: 'git';
      readonly url: string;
      /** The whole hash, in hexadecimal digits. */
      readonly commit: string;
      readonly path?: string | undefined;
      readonly integrity: string;
    }
  | { readonly kind: 'url'; readonly url: string; readonly integrity: string }
  | { readonly kind: 'tarball'; readonly integrity: string }
  | { readonly kind: 'folder'; readonly integrity: string };

export interface FetchedPackage {
  /** The absolute path of a tarball in npm’s format. */
  readonly tarball: string;
  readonly resolution: Resolution;
}

export interface FetchOptions {
  /** Where tarballs are kept between runs. */
  readonly store: string;
  readonly temporary: string;
  /** Packs a package’s folder into a tarball as publishing it would. */
  readonly pack: (folder: string, file: string, signal?: AbortSignal) => Promise<void>;
  /** When given, exactly this is delivered, or an error. */
  readonly locked?: Resolution;
  /** How long a host may take for one answer, in milliseconds. */
  readonly timeout: number;
  /** Takes nothing from the network, only what the store keeps. */
  readonly offline?: boolean;
  readonly signal?: AbortSignal;
}

/** A spec that a registry has nothing to do with. */
export type SourceSpec = Exclude<PackageSpec, { readonly kind: 'registry' }>;

/**
 * Delivers the package that a spec leads to as a tarball. An error says which part of the spec failed (host, repository,
 * ref, subdirectory, package) and names the nearest that exist.
 */
export async function fetchPackage(spec: SourceSpec, options: FetchOptions): Promise<FetchedPackage> {
  switch (spec.kind) {
    case 'folder':
      return fetchFolder(spec.path, options);
    case 'tarball': {
      await mustBe('tarball', spec.path);
      return { tarball: spec.path, resolution: { kind: 'tarball', integrity: await integrityOfFile(spec.path) } };
    }
    case 'url':
      return fetchUrl(spec.url, options);
    case 'git':
      return fetchGit(spec, options);
  }
}

/** The integrity of a folder or a tarball as it is now. Throws as {@link fetchPackage} does. */
export async function integrityOfSource(
  spec: Extract<PackageSpec, { readonly kind: 'folder' | 'tarball' }>,
): Promise<string> {
  if (spec.kind === 'folder') {
    await readFolderPackage(spec.path);
    return integrityOfFolder(spec.path);
  }
  await mustBe('tarball', spec.path);
  return integrityOfFile(spec.path);
}

async function fetchFolder(folder: string, { store, pack, signal }: FetchOptions): Promise<FetchedPackage> {
  await readFolderPackage(folder);
  const integrity = await integrityOfFolder(folder);
  const kept = new SourceStore(store);
  const inputs = ['folder', integrity];
  const tarball = (await kept.find(inputs)) ?? (await kept.keep(inputs, (file) => pack(folder, file, signal)));
  return { tarball, resolution: { kind: 'folder', integrity } };
}

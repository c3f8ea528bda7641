import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-fs';
import { parseSpec } from '../../src/extensions';
import { fetchPackage, type FetchedPackage, type FetchOptions } from '../../src/extensions/sources';
import { packFolder } from './pack-folder';
import { temporaryDirectory } from './temporary-directory';

/** A store of a test's own, and what is fetched with it. */
export class SourcesKit {
  readonly store = path.join(temporaryDirectory(), 'store');
  readonly temporary = path.join(temporaryDirectory(), 'temporary');
  /** How often something was packed. */
  packed = 0;

  async fetch(text: string, options: Partial<FetchOptions> = {}): Promise<FetchedPackage> {
    const spec = parseSpec(text, this.temporary);
    if (spec.kind === 'registry') throw new Error(`${text} is for the registry`);
    return fetchPackage(spec, { store: this.store, temporary: this.temporary, pack: this.pack, ...options });
  }

  /** The error of a fetch that fails, as text for people. */
  async failure(text: string, options: Partial<FetchOptions> = {}): Promise<string> {
    try {
      await this.fetch(text, options);
    } catch (error) {
      if (error instanceof Error && 'format' in error) return (error.format as () => string).call(error);
      throw error;
    }
    throw new Error(`${text} was fetched`);
  }

  readonly pack: FetchOptions['pack'] = async (folder, file, signal) => {
    this.packed += 1;
    await packFolder(folder, file, signal);
  };
}

/** The text of a file in a tarball, by its path in the package. */
export async function readFromTarball(tarball: string, name: string): Promise<string> {
  const directory = temporaryDirectory();
  await pipeline(createReadStream(tarball), createGunzip(), extract(directory));
  return readFile(path.join(directory, 'package', name), 'utf8');
}

import { createHash, randomBytes } from 'node:crypto';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/** Keeps tarballs that no registry has, each under what it was made from. Two processes may use one at once. */
export class SourceStore {
  constructor(private readonly directory: string) {}

  /** The absolute path of a kept tarball; undefined when it is not kept. */
  async find(inputs: readonly string[]): Promise<string | undefined> {
    const file = this.#fileOf(inputs);
    return access(file).then(
      () => file,
      () => undefined,
    );
  }

  /** Keeps what a function writes to the path that it is given; gives the path where it then is. */
  async keep(inputs: readonly string[], write: (file: string) => Promise<void>): Promise<string> {
    const file = this.#fileOf(inputs);
    await mkdir(this.directory, { recursive: true });
    const partial = path.join(this.directory, `.partial-${process.pid}-${randomBytes(4).toString('hex')}.tgz`);
    try {
      await write(partial);
      await rename(partial, file);
      return file;
    } finally {
      await rm(partial, { force: true });
    }
  }

  #fileOf(inputs: readonly string[]): string {
    const hash = createHash('sha256').update(JSON.stringify(inputs)).digest('hex');
    return path.join(this.directory, `${hash.slice(0, 32)}.tgz`);
  }
}

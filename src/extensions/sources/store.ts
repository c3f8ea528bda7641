import { createHash, randomBytes } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { integrityOfFile } from '../content-hash';
import { writeError } from './failures';
import { Resolution } from './resolution';

const INCOMING = '.incoming-';
/** What a killed process left behind is removed when it is this old. */
const LEFTOVER_MS = 24 * 3600 * 1000;

/** What a key led to. */
const Entry = v.object({
  format: v.literal(1),
  key: v.array(v.string()),
  /** The integrity of the bytes of the tarball, whatever the resolution's own is about. */
  tarball: v.string(),
  name: v.string(),
  version: v.string(),
  resolution: Resolution,
});

export type StoreEntry = v.InferOutput<typeof Entry>;

/** A tarball that is kept, with what is known about it. */
export interface Kept {
  readonly tarball: string;
  /** The integrity of the bytes of the tarball. */
  readonly bytes: string;
  readonly name: string;
  readonly version: string;
  readonly resolution: Resolution;
}

/**
 * A folder that keeps tarballs under the hash of their bytes, and what is known under which key.
 *
 * Every file is written beside and renamed into place, so that several processes can use it at once and a kill leaves
 * nothing half. What was damaged since is not found. Throws BACKLOT_E_VOLUME_NOT_WRITABLE.
 */
export class SourceStore {
  constructor(private readonly directory: string) {}

  /** What a key led to, when its tarball is there and whole. Nothing is written. */
  async find(key: readonly string[]): Promise<Kept | undefined> {
    const entry = await this.#readEntry(key);
    const tarball = entry && (await this.findTarball(entry.tarball));
    if (!entry || tarball === undefined) return undefined;
    const { tarball: bytes, name, version, resolution } = entry;
    return { tarball, bytes, name, version, resolution };
  }

  /** The tarball whose bytes have an integrity, when it is there and whole. */
  async findTarball(integrity: string): Promise<string | undefined> {
    const file = this.#fileOf(integrity);
    const actual = await integrityOfFile(file).catch(() => undefined);
    return actual === integrity ? file : undefined;
  }

  /** Lets `make` write a tarball, and keeps it. Gives its path, the integrity of its bytes, and what `make` gave. */
  async add<T>(make: (file: string) => Promise<T>): Promise<{ tarball: string; integrity: string; made: T }> {
    try {
      await this.#removeLeftovers();
      const incoming = path.join(this.directory, `${INCOMING}${process.pid}-${randomBytes(4).toString('hex')}`);
      try {
        await mkdir(incoming, { recursive: true });
        const file = path.join(incoming, 'package.tgz');
        const made = await make(file);
        const integrity = await integrityOfFile(file);
        const tarball = this.#fileOf(integrity);
        await mkdir(path.dirname(tarball), { recursive: true });
        await rename(file, tarball);
        return { tarball, integrity, made };
      } finally {
        await rm(incoming, { recursive: true, force: true });
      }
    } catch (error) {
      throw writeError(error, this.directory);
    }
  }

  /** Keeps a copy of a file that is outside. */
  async addCopy(file: string): Promise<{ tarball: string; integrity: string }> {
    return this.add((place) => copyFile(file, place));
  }

  /** Notes what a key leads to from now on. */
  async note(key: readonly string[], entry: Omit<StoreEntry, 'format' | 'key'>): Promise<void> {
    const file = this.#entryOf(key);
    const fresh = `${file}.${randomBytes(4).toString('hex')}`;
    const whole: StoreEntry = { format: 1, key: [...key], ...entry };
    try {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(fresh, `${JSON.stringify(whole, undefined, 2)}\n`);
      await rename(fresh, file);
    } catch (error) {
      await rm(fresh, { force: true }).catch(() => undefined);
      throw writeError(error, this.directory);
    }
  }

  async #readEntry(key: readonly string[]): Promise<StoreEntry | undefined> {
    try {
      const parsed = v.safeParse(Entry, JSON.parse(await readFile(this.#entryOf(key), 'utf8')));
      return parsed.success ? parsed.output : undefined;
    } catch {
      return undefined;
    }
  }

  #entryOf(key: readonly string[]): string {
    const name = createHash('sha256').update(JSON.stringify(key)).digest('hex');
    return path.join(this.directory, 'entries', `${name}.json`);
  }

  #fileOf(integrity: string): string {
    const name = Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex');
    return path.join(this.directory, 'files', `${name}.tgz`);
  }

  async #removeLeftovers(): Promise<void> {
    for (const name of await readdir(this.directory).catch(() => [])) {
      if (!name.startsWith(INCOMING)) continue;
      const place = path.join(this.directory, name);
      const found = await stat(place).catch(() => undefined);
      if (found && Date.now() - found.mtimeMs > LEFTOVER_MS) await rm(place, { recursive: true, force: true });
    }
  }
}

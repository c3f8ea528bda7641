import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { BacklotError } from '../../api/errors';
import type { Platform } from './finish-tree';
import { brokenLinks, replaceByLink } from './platform-links';
import { readReceipt, TARGET, type Receipt } from './receipt';

const STAGING = '.staging-';
/** Trees of another Node or machine are kept this long: a volume may serve a container and its host in turn. */
const FOREIGN_KEPT_MS = 30 * 24 * 3600 * 1000;

/** The folder of installed trees, each under its key. What changes it is to be called under its lock. */
export class Library {
  constructor(
    private readonly directory: string,
    private readonly platform: Platform,
  ) {}

  pathOf(key: string): string {
    return path.join(this.directory, key);
  }

  /**
   * The receipt of the tree of that key when it is whole, else undefined. Links to a platform that has moved are
   * mended; throws BACKLOT_E_VOLUME_NOT_WRITABLE when they cannot be.
   */
  async find(key: string): Promise<Receipt | undefined> {
    const tree = this.pathOf(key);
    const receipt = readReceipt(tree);
    if (!receipt || !existsSync(path.join(tree, receipt.directory, 'package.json'))) return undefined;
    for (const link of brokenLinks(tree, receipt.links, this.platform.root)) {
      await this.#mend(path.join(tree, link));
    }
    return receipt;
  }

  /** Gives a function an empty folder beside the trees, to be taken over by {@link moveIn}; it is removed afterwards. */
  async withStaging<T>(work: (staging: string) => Promise<T>): Promise<T> {
    const staging = this.#staging();
    try {
      await mkdir(staging, { recursive: true });
      return await work(staging);
    } finally {
      await discard(staging);
    }
  }

  /** Moves a whole tree in, in one step. */
  async moveIn(staged: string, key: string): Promise<void> {
    const tree = this.pathOf(key);
    if (existsSync(tree)) {
      // Half a tree, or one of another layout: moved away whole, so that there is no moment with parts of it.
      const old = this.#staging();
      await rename(tree, old);
      await rename(staged, tree);
      await discard(old);
    } else {
      await rename(staged, tree);
    }
  }

  /** Removes what killed processes left behind. Under the lock nobody else has a staging folder. */
  async removeLeftovers(): Promise<void> {
    for (const name of await readdir(this.directory)) {
      if (name.startsWith(STAGING)) await this.#remove(name);
    }
  }

  /** Removes the trees that are not in use. */
  async prune(inUse: ReadonlySet<string>): Promise<void> {
    for (const item of await readdir(this.directory, { withFileTypes: true })) {
      if (!item.isDirectory() || item.name.startsWith('.') || inUse.has(item.name)) continue;
      const receipt = readReceipt(path.join(this.directory, item.name));
      if (receipt && !isOutdated(receipt)) continue;
      await this.#remove(item.name);
    }
  }

  #staging(): string {
    return path.join(this.directory, `${STAGING}${process.pid}-${randomBytes(4).toString('hex')}`);
  }

  async #mend(link: string): Promise<void> {
    try {
      await replaceByLink(link, this.platform.root);
    } catch (error) {
      throw new BacklotError(
        'BACKLOT_E_VOLUME_NOT_WRITABLE',
        `${link} leads to another Backlot than the one that runs, and cannot be changed`,
        { where: { file: link }, cause: error },
      );
    }
  }

  /** Removes a folder in two steps: it is out of sight at once, however long removing it takes. */
  async #remove(name: string): Promise<void> {
    const gone = this.#staging();
    await rename(path.join(this.directory, name), gone);
    await discard(gone);
  }
}

/**
 * Removes a staging folder. What cannot be removed now goes the next time: the installer of a killed process may still
 * be writing into it.
 */
async function discard(staging: string): Promise<void> {
  await rm(staging, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
}

function isOutdated({ target, installedAt }: Receipt): boolean {
  return target === TARGET || Date.now() - Date.parse(installedAt) > FOREIGN_KEPT_MS;
}

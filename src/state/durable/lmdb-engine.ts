import { closeSync, fsync, fsyncSync, openSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';
import type { RootDatabase, TransactionFlags } from 'lmdb';
import { BacklotError } from '../../api/errors';
import { Damage } from './damage';
import type { Engine, EngineRecord, EngineWrite } from './engine';
import { loadLmdb } from './load-lmdb';

/** The file of LMDB in its folder. */
export const DATA_FILE = 'data.mdb';

/** Whose the folder is: the token of the process that opened it last. */
const OWNER = Buffer.from([0]);
/** Before all records of ours. */
const FIRST = Buffer.from([1]);

/** An exception undoes a transaction; a commit is done when the call returns. */
const ABORTABLE_SYNCHRONOUS = 3 as TransactionFlags;
const FLUSH_AFTER_MS = 1_000;

/** What LMDB says of a file that it cannot read as one of its own. */
const DAMAGED = /MDB_(INVALID|CORRUPTED|PAGE_NOTFOUND|VERSION_MISMATCH|PANIC|BAD_DBI|NOTFOUND)/;

/**
 * Opens the store of LMDB in a folder, and takes it from who may have it. Throws `Damage` when its file is damaged, and
 * `BACKLOT_E_STATE_ENGINE` when it cannot be opened for another reason.
 */
export function openLmdb(folder: string): Engine {
  const { open } = loadLmdb();
  const file = path.join(folder, DATA_FILE);
  let database: RootDatabase<Buffer, Buffer> | undefined;
  try {
    // Its writes reach the kernel with each commit, which outlives the process. To wait for the disk would cost a hundred
    // times as much, so that happens in the background.
    database = open<Buffer, Buffer>({
      path: folder,
      noSubdir: false,
      encoding: 'binary',
      keyEncoding: 'binary',
      noSync: true,
      cache: false,
    });
    return new LmdbEngine(database, file);
  } catch (cause) {
    void database?.close();
    if (cause instanceof Damage || cause instanceof BacklotError) throw cause;
    if (DAMAGED.test((cause as Error).message)) throw new Damage(file, (cause as Error).message);
    throw new BacklotError('BACKLOT_E_STATE_ENGINE', `the state in ${folder} cannot be opened`, { cause });
  }
}

class LmdbEngine implements Engine {
  readonly #token = randomBytes(16);
  readonly #descriptor: number;
  #flushTimer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;

  constructor(
    private readonly database: RootDatabase<Buffer, Buffer>,
    file: string,
  ) {
    this.#descriptor = openSync(file, 'r+');
    this.database.transactionSync(() => this.database.putSync(OWNER, this.#token), ABORTABLE_SYNCHRONOUS);
  }

  commit(writes: Iterable<EngineWrite>): void {
    this.#transaction(() => {
      for (const write of writes) {
        if ('from' in write) this.#remove(write.from, write.before, Infinity);
        else if (write.value) this.database.putSync(write.key, write.value);
        else this.database.removeSync(write.key);
      }
    });
  }

  removeSome(from: Buffer, before: Buffer, limit: number): number {
    return this.#transaction(() => this.#remove(from, before, limit));
  }

  #remove(from: Buffer, before: Buffer, limit: number): number {
    // First all are found: a cursor that removes what it stands on may skip.
    const keys = [...this.database.getKeys({ start: from, end: before, ...(limit === Infinity ? {} : { limit }) })];
    for (const key of keys) this.database.removeSync(key);
    return keys.length;
  }

  #transaction<R>(work: () => R): R {
    let result: R;
    try {
      result = this.database.transactionSync(() => {
        if (!this.database.get(OWNER)?.equals(this.#token)) {
          throw new BacklotError('BACKLOT_E_STATE_TAKEN', 'another process has opened the state of this volume');
        }
        return work();
      }, ABORTABLE_SYNCHRONOUS);
    } catch (cause) {
      if (cause instanceof BacklotError) throw cause;
      throw new BacklotError('BACKLOT_E_STATE_WRITE_FAILED', `the state could not be written: ${String(cause)}`, {
        cause,
      });
    }
    this.#flushSoon();
    return result;
  }

  *entries(from: Buffer, before: Buffer): Iterable<EngineRecord> {
    yield* this.database.getRange({ start: from, end: before });
  }

  count(): number {
    const { entryCount } = this.database.getStats() as { entryCount: number };
    return entryCount - (this.database.get(OWNER) ? 1 : 0);
  }

  #flushSoon(): void {
    this.#flushTimer ??= setTimeout(() => void this.flush().catch(() => undefined), FLUSH_AFTER_MS).unref();
  }

  async flush(): Promise<void> {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    // One after the other: each begins after all that was written before.
    const before = this.#flushing ?? Promise.resolve();
    const flushing = before.then(() => promisify(fsync)(this.#descriptor));
    this.#flushing = flushing.catch(() => undefined);
    await flushing;
  }

  async close(): Promise<void> {
    clearTimeout(this.#flushTimer);
    await this.#flushing;
    fsyncSync(this.#descriptor);
    closeSync(this.#descriptor);
    await this.database.close();
  }
}

/** All records of an engine. */
export function everything(engine: Engine): Iterable<EngineRecord> {
  return engine.entries(FIRST, Buffer.from([0xff]));
}

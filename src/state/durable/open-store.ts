import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { BacklotError } from '../../api/errors';
import { checkFile } from './check-file';
import { Damage } from './damage';
import type { DurableStore } from './durable-store';
import { LayeredStore, emptyStore } from './layered-store';
import { DATA_FILE, openLmdb } from './lmdb-engine';

/** What happens when what was kept is damaged: the start is refused, or begins with an empty state because the user said so. */
export type OnDamage = 'refuse' | 'begin-empty';

export interface OpenStoreOptions {
  /** The folder for states on the volume; the store is in `store` in it. */
  readonly folder: string;
  readonly onDamage?: OnDamage;
  /** Told when a damaged store was set aside and an empty one begun. */
  readonly warn?: (error: BacklotError) => void;
}

const STORE = 'store';
const ASIDE = 'store.damaged-';
/** In the folder of the store while it is read. Where it is left, the process that read it did not come to an end of it. */
const OPENING = 'opening';

/**
 * Opens the store on the volume, and makes it when there is none.
 *
 * One that is damaged is set aside, as `store.damaged-TIME`, and `BACKLOT_E_STATE_DAMAGED` is thrown; from then on each opening
 * throws it, until a store is put back, the damaged one is taken away, or `onDamage` is `begin-empty`. Throws also
 * `BACKLOT_E_STATE_NEWER` and `BACKLOT_E_STATE_ENGINE`.
 */
export async function openStore({ folder, onDamage = 'refuse', warn }: OpenStoreOptions): Promise<DurableStore> {
  const store = path.join(folder, STORE);
  if (!existsSync(store)) {
    const aside = newestAside(folder);
    if (aside !== undefined && onDamage === 'refuse') {
      throw damaged(path.join(folder, aside), 'it was set aside by an earlier start');
    }
    await makeStore(folder, store);
  }
  try {
    return await readStore(store);
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
    const aside = path.join(folder, `${ASIDE}${new Date().toISOString().replace(/[:.]/g, '-')}`);
    renameSync(store, aside);
    const report = damaged(path.join(aside, DATA_FILE), error.finding);
    if (onDamage === 'refuse') throw report;
    warn?.(report);
    await makeStore(folder, store);
    return readStore(store);
  }
}

function damaged(file: string, finding: string): BacklotError {
  return new BacklotError(
    'BACKLOT_E_STATE_DAMAGED',
    `the state of extensions is damaged: ${finding}; it is kept as ${file}`,
    {
      where: { file },
    },
  );
}

function newestAside(folder: string): string | undefined {
  try {
    const names = existsSync(folder) ? readdirSync(folder) : [];
    return names
      .filter((name) => name.startsWith(ASIDE))
      .sort()
      .at(-1);
  } catch (cause) {
    throw new BacklotError('BACKLOT_E_STATE_ENGINE', `the folder ${folder} cannot be read`, { cause });
  }
}

/** Makes an empty store beside its place and moves it there, so that a store is never half made. */
async function makeStore(folder: string, store: string): Promise<void> {
  const fresh = path.join(folder, `${STORE}.new`);
  try {
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(fresh, { recursive: true });
  } catch (cause) {
    throw new BacklotError('BACKLOT_E_STATE_ENGINE', `the folder ${folder} cannot be written to`, { cause });
  }
  const engine = openLmdb(fresh);
  engine.commit(emptyStore());
  await engine.close();
  renameSync(fresh, store);
}

async function readStore(store: string): Promise<DurableStore> {
  const file = path.join(store, DATA_FILE);
  const marker = path.join(store, OPENING);
  if (!existsSync(file)) throw new Damage(file, 'it is missing');
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
    checkFile(file);
    if (existsSync(marker)) probe(store, file);
    writeFileSync(marker, '');
  } catch (cause) {
    if (cause instanceof Damage) throw cause;
    throw new BacklotError('BACKLOT_E_STATE_ENGINE', `the state in ${store} cannot be opened`, { cause });
  }
  const engine = openLmdb(store);
  try {
    return new LayeredStore(engine, file);
  } catch (error) {
    await engine.close();
    throw error instanceof BacklotError || error instanceof Damage ? error : new Damage(file, String(error));
  } finally {
    rmSync(marker, { force: true });
  }
}

/** Reads a whole store in a process of its own, as that may cost the process its life: a file of LMDB is memory. */
const PROBE = `
const { open } = require(process.argv[1]);
const database = open({ path: process.argv[2], noSubdir: false, encoding: 'binary', keyEncoding: 'binary', readOnly: true });
let bytes = 0;
for (const { key, value } of database.getRange({ start: Buffer.from([0]) })) bytes += key.length + value.length;
`;

function probe(store: string, file: string): void {
  const lmdb = createRequire(__filename).resolve('lmdb');
  const { status, signal, stderr } = spawnSync(process.execPath, ['-e', PROBE, lmdb, store], { encoding: 'utf8' });
  if (status === 0) return;
  const words =
    signal ??
    stderr
      .trim()
      .split('\n')
      .find((line) => /Error/.test(line)) ??
    `exit code ${status}`;
  throw new Damage(file, `a process that read it ended with ${words}`);
}

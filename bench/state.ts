/**
 * `npm run bench:state`: what the store of extensions costs. Reads and writes a second beside a plain Map, better-sqlite3 and
 * classic-level, in one run, by the median of alternating rounds; a reset and a new sandbox with 10,000 stored records; a
 * snapshot and its restoring with 100,000; and what opening a store costs.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { ClassicLevel } from 'classic-level';
import { ExtensionState, Worlds, openStore } from '../src/state';
import type { Collection } from '../src/api/state';

const OPERATIONS = 5_000;
const ROUNDS = 7;
const FEW = 10_000;
const MANY = 100_000;

interface Customer {
  id: string;
  name: string;
  email: string;
  created: number;
  tags: string[];
}

const keyOf = (n: number): string => `cus_${String(n).padStart(8, '0')}`;
const customerOf = (n: number): Customer => ({
  id: keyOf(n),
  name: `Customer ${n}`,
  email: `customer-${n}@example.com`,
  created: 1_700_000_000 + n,
  tags: ['new', 'gold'],
});

/** Something that keeps customers, each read and write by itself. */
interface Contestant {
  readonly name: string;
  readonly write: (n: number) => unknown;
  readonly read: (n: number) => unknown;
  readonly close: () => unknown;
}

const folders: string[] = [];

function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), 'backlot-bench-'));
  folders.push(made);
  return made;
}

function map(): Contestant {
  const customers = new Map<string, string>();
  return {
    name: 'Map, with the values as JSON',
    write: (n) => customers.set(keyOf(n), JSON.stringify(customerOf(n))),
    read: (n) => JSON.parse(customers.get(keyOf(n)) ?? 'null') as unknown,
    close: () => customers.clear(),
  };
}

function collectionIn(worlds: Worlds, indexed = false): Collection<Customer> {
  const state = new ExtensionState('bench', worlds, () => worlds.base.view());
  return state.collection('customers', indexed ? { indexes: { email: ({ email }) => email } } : {});
}

function ours(name: string, worlds: Worlds, indexed = false): Contestant {
  const customers = collectionIn(worlds, indexed);
  return {
    name,
    write: (n) => customers.put(keyOf(n), customerOf(n)),
    read: (n) => customers.get(keyOf(n)),
    close: () => worlds.close(),
  };
}

function sqlite(): Contestant {
  const database = new Database(path.join(folder(), 'customers.db'));
  // As little safety as ours has: what is written outlives the process.
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = OFF');
  database.exec('CREATE TABLE customers (id TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID');
  const put = database.prepare('INSERT OR REPLACE INTO customers VALUES (?, ?)');
  const get = database.prepare('SELECT value FROM customers WHERE id = ?').pluck();
  return {
    name: 'better-sqlite3',
    write: (n) => put.run(keyOf(n), JSON.stringify(customerOf(n))),
    read: (n) => JSON.parse(get.get(keyOf(n)) as string) as unknown,
    close: () => database.close(),
  };
}

async function level(): Promise<Contestant> {
  const database = new ClassicLevel<string, Customer>(path.join(folder(), 'level'), { valueEncoding: 'json' });
  await database.open();
  return {
    name: 'classic-level (async)',
    write: (n) => database.put(keyOf(n), customerOf(n)),
    read: (n) => database.get(keyOf(n)),
    close: () => database.close(),
  };
}

/** How many times a second something can be done, one after the other. Only what is async is awaited. */
async function perSecond(operation: (n: number) => unknown): Promise<number> {
  const began = performance.now();
  for (let i = 0; i < OPERATIONS; i++) {
    const result = operation((i * 7919) % OPERATIONS);
    if (result instanceof Promise) await result;
  }
  return (OPERATIONS * 1000) / (performance.now() - began);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

async function compare(): Promise<void> {
  const contestants = [
    map(),
    ours('ours, in memory', new Worlds()),
    ours('ours, in memory, with an index', new Worlds(), true),
    ours('ours, on the volume', new Worlds({ store: await openStore({ folder: folder() }) })),
    sqlite(),
    await level(),
  ];
  const rates = contestants.map((contestant) => ({ contestant, writes: [] as number[], reads: [] as number[] }));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const { contestant, writes, reads } of rates) {
      const rate = [await perSecond(contestant.write), await perSecond(contestant.read)] as const;
      // The first is for the compiler.
      if (round === 0) continue;
      writes.push(rate[0]);
      reads.push(rate[1]);
    }
  }
  console.log(`${'a second'.padEnd(32)}${'writes'.padStart(12)}${'reads'.padStart(12)}`);
  for (const { contestant, writes, reads } of rates) {
    const [written, read] = [writes, reads].map((each) => Math.round(median(each)).toLocaleString('en'));
    console.log(`${contestant.name.padEnd(32)}${written?.padStart(12)}${read?.padStart(12)}`);
    await contestant.close();
  }
}

/** How long something takes at the median, in milliseconds. */
function took(times: number, work: (round: number) => void): number {
  const all = Array.from({ length: times }, (_, round) => {
    const began = performance.now();
    work(round);
    return performance.now() - began;
  });
  return median(all);
}

function goal(what: string, ms: number, most: number): void {
  const met = ms < most;
  console.log(
    `${what.padEnd(56)}${ms.toFixed(3).padStart(10)} ms (goal: below ${most} ms, ${met ? 'met' : 'NOT MET'})`,
  );
  if (!met) process.exitCode = 1;
}

function fill(worlds: Worlds, count: number): Collection<Customer> {
  const customers = collectionIn(worlds, true);
  for (let n = 0; n < count; n++) customers.put(keyOf(n), customerOf(n));
  return customers;
}

function measureWorlds(where: string, worlds: Worlds): void {
  const customers = fill(worlds, FEW);
  worlds.setBeginning();
  const reset = took(20, () => {
    customers.put('changed', customerOf(1));
    worlds.reset(worlds.base);
    if (customers.count() !== FEW) throw new Error('the reset lost something');
  });
  goal(`reset of ${FEW} records, ${where}`, reset, 10);
  const sandbox = took(50, (round) => {
    const world = worlds.sandbox(`worker-${round}`);
    const own = new ExtensionState('bench', worlds, () => world.view()).collection<Customer>('customers');
    own.put('changed', customerOf(round));
    if (own.count() !== FEW + 1) throw new Error('the sandbox lacks something');
  });
  goal(`new sandbox of ${FEW} records with a write, ${where}`, sandbox, 5);
}

function measureSnapshots(where: string, worlds: Worlds): void {
  const customers = fill(worlds, MANY);
  goal(
    `snapshot of ${MANY} records, ${where}`,
    took(5, (round) => void worlds.save(`s${round}`)),
    1_000,
  );
  const restore = took(5, (round) => {
    customers.clear();
    worlds.restore(`s${round}`);
    if ([...customers.keys()].length !== MANY) throw new Error('the snapshot lost something');
  });
  goal(`restoring ${MANY} records and listing them, ${where}`, restore, 1_000);
}

async function measureOpening(): Promise<void> {
  const place = folder();
  const began = performance.now();
  await (await openStore({ folder: place })).close();
  console.log(`making a store: ${(performance.now() - began).toFixed(1)} ms`);
  const again = performance.now();
  const store = await openStore({ folder: place });
  goal('opening an empty store', performance.now() - again, 20);
  const worlds = new Worlds({ store });
  const customers = collectionIn(worlds);
  const filling = performance.now();
  const state = new ExtensionState('bench', worlds, () => worlds.base.view());
  state.transaction(() => {
    for (let n = 0; n < MANY; n++) customers.put(keyOf(n), customerOf(n));
  });
  console.log(`${MANY} writes in one transaction: ${(performance.now() - filling).toFixed(0)} ms`);
  await worlds.close();
  const loading = performance.now();
  const loaded = new Worlds({ store: await openStore({ folder: place }) });
  if (collectionIn(loaded).count() !== MANY) throw new Error('the store lost something');
  console.log(`opening a store of ${MANY} records: ${(performance.now() - loading).toFixed(0)} ms`);
  await loaded.close();
}

async function onVolume(measure: (where: string, worlds: Worlds) => void): Promise<void> {
  const worlds = new Worlds({ store: await openStore({ folder: folder() }) });
  measure('on the volume', worlds);
  await worlds.close();
}

async function main(): Promise<void> {
  try {
    await compare();
    measureWorlds('in memory', new Worlds());
    await onVolume(measureWorlds);
    measureSnapshots('in memory', new Worlds());
    await onVolume(measureSnapshots);
    await measureOpening();
  } finally {
    for (const made of folders) rmSync(made, { recursive: true, force: true });
  }
}

void main();

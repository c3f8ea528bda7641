/**
 * `npm run bench:routes`: what rules cost. The time to add 10,000 rules one by one, as an extension adds them, to a running
 * gateway and before it starts; and the time of a match among 10,000 rules relative to one among 10, in one run, by the median of
 * alternating rounds. Two kinds of requests: always the same ten paths, and paths spread over all rules.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Router } from '../src/api/gateway';
import type { Owner } from '../src/gateway/owner';
import { RouteTable } from '../src/gateway/route-table';
import { ScopedRouter } from '../src/gateway/scoped-router';
import { StagedRoutes } from '../src/gateway/stage';

const MANY = 10_000;
const FEW = 10;
const ROUNDS = 15;
const PATHS = 1000;
const REPEATS = 100;

/** The goals: milliseconds to add all rules to a running gateway, and the time of a match as a multiple of that among few. */
const MOST_ADD_MS = 200;
const MOST_TIMES = 1.3;

const owner: Owner = { name: 'bench', bind: (run) => run, assertOpen: () => undefined };

/** Equally long for few rules and for many: what is compared is how many there are, not how long a path is. */
function service(n: number): string {
  return `/service-${String(n).padStart(4, '0')}`;
}

function addRules(router: Router, count: number): void {
  for (let n = 0; n < count; n++) router.get(`${service(n)}/items/:id`, ({ params }) => params.id);
}

/** A table of so many rules, and how long it took to add them, in milliseconds. */
function fill(count: number): { table: RouteTable; ms: number } {
  const table = new RouteTable();
  const began = performance.now();
  addRules(new ScopedRouter(table, owner), count);
  return { table, ms: performance.now() - began };
}

/** How long it takes to stage so many rules and to put them into the table in one step. */
function stageMs(count: number): number {
  const table = new RouteTable();
  const staged = new StagedRoutes(table);
  const began = performance.now();
  addRules(new ScopedRouter(staged, owner), count);
  table.swap(() => false, staged.collected);
  return performance.now() - began;
}

/** How long it takes to withdraw an owner with a tenth of the rules. */
function withdrawMs(): number {
  const { table } = fill(MANY);
  const other = new ScopedRouter(table, { ...owner, name: 'other' });
  for (let n = 0; n < MANY / 10; n++) other.get(`/other-${n}/:id`, () => n);
  const began = performance.now();
  table.remove((record) => record.owner.name === 'other');
  return performance.now() - began;
}

/** Paths that lead to rules of a table, spread over the first so many. */
function pathsOver(rules: number): string[] {
  return Array.from({ length: PATHS }, (_, n) => `${service((n * 7919) % rules)}/items/${n}`);
}

/** Nanoseconds for one match. */
function matchNs(table: RouteTable, paths: readonly string[]): number {
  const began = performance.now();
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    for (const path of paths) if (!table.find('GET', 'localhost:4566', path)) throw new Error(`no rule for ${path}`);
  }
  return ((performance.now() - began) * 1e6) / (REPEATS * paths.length);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

// The first is measured as an extension would see it: nothing is warm.
const { table: many, ms: addMs } = fill(MANY);
const { table: few } = fill(FEW);
const cases = {
  few: [few, pathsOver(FEW)],
  manySame: [many, pathsOver(FEW)],
  manySpread: [many, pathsOver(MANY)],
} as const;
const rounds: Record<keyof typeof cases, number[]> = { few: [], manySame: [], manySpread: [] };
for (let round = -3; round < ROUNDS; round++) {
  for (const name of Object.keys(cases) as (keyof typeof cases)[]) {
    const ns = matchNs(...cases[name]);
    // The first rounds only warm up.
    if (round >= 0) rounds[name].push(ns);
  }
}
const [fewNs, sameNs, spreadNs] = [median(rounds.few), median(rounds.manySame), median(rounds.manySpread)];
const results = {
  node: process.version,
  addMs,
  stageMs: stageMs(MANY),
  withdrawMs: withdrawMs(),
  matchNs: { few: fewNs, manySame: sameNs, manySpread: spreadNs },
};

console.log(`node ${process.version}, ${MANY} rules, median of ${ROUNDS} rounds\n`);
console.table({
  'add 10,000 rules one by one': { ms: Math.round(results.addMs) },
  '… before the start, and open them in one step': { ms: Math.round(results.stageMs) },
  'withdraw 1,000 of 11,000': { ms: Number(results.withdrawMs.toFixed(1)) },
});
console.table({
  'among 10': { 'match ns': Math.round(fewNs), 'of among 10': '1.00×' },
  'among 10,000, the same paths': { 'match ns': Math.round(sameNs), 'of among 10': `${(sameNs / fewNs).toFixed(2)}×` },
  'among 10,000, spread over all': {
    'match ns': Math.round(spreadNs),
    'of among 10': `${(spreadNs / fewNs).toFixed(2)}×`,
  },
});
const verdict = (text: string, value: number, most: number, unit: string): void => {
  console.log(`${value <= most ? 'met    ' : 'NOT MET'}  ${text}: ${value.toFixed(2)}${unit}`);
};
verdict(`add ${MANY} rules one by one in at most ${MOST_ADD_MS} ms`, addMs, MOST_ADD_MS, ' ms');
verdict(`match the same paths in at most ${MOST_TIMES}× the time among ${FEW}`, sameNs / fewNs, MOST_TIMES, '×');
verdict(`match paths spread over all rules in at most ${MOST_TIMES}×`, spreadNs / fewNs, MOST_TIMES, '×');
const folder = join(__dirname, 'results');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'routes.json'), JSON.stringify(results, undefined, 2));

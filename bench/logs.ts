/**
 * `npm run bench:logs`: 100,000 lines on each of two streams, written as fast as a container can, read by `backlot logs` beside
 * `docker logs`: read when all is there, and followed while it is written. Readings alternate between the two; the medians count.
 * Whether all lines are there, in their order, is checked, too, and how much memory the reading took, beside a tenth of the lines.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { median } from './throughput/median';

const ROUNDS = 5;
const LINES = 100_000;
const LINE_BYTES = 200;
const LEAST_MB_PER_SECOND = 20;
const MOST_GROWTH_MIB = 40;
const IMAGE = 'node:24-bookworm-slim';
const MAIN = resolve(__dirname, '..', 'dist', 'bin', 'backlot.js');
const NAME = `backlot-bench-logs-${process.pid}`;
const SMALL = `${NAME}-small`;

/** Each line has its number first, and none waits for the other stream. It ends as if it had failed: nobody waits for a restart. */
const WRITER = `
process.exitCode = 3;
const [lines, bytes] = process.argv.slice(1).map(Number);
for (const stream of [process.stdout, process.stderr]) {
  let next = 1;
  (function write() {
    while (next <= lines) {
      let text = '';
      for (let i = 0; i < 100; i++, next++) text += String(next).padEnd(bytes - 1, 'x') + '\\n';
      if (!stream.write(text)) return stream.once('drain', write);
    }
  })();
}`;

const docker = (...args: string[]): string => execFileSync('docker', args, { encoding: 'utf8', stdio: 'pipe' });

interface Reading {
  readonly ms: number;
  readonly bytes: number;
  /** The most memory that the reader had at one time; undefined where the system does not tell. */
  readonly mib: number | undefined;
  /** Whether each stream had all lines in their order. */
  readonly whole: boolean;
}

/** Checks a stream of lines that begin with their number, as it comes. */
class Counter {
  #rest = '';
  #last = 0;
  bytes = 0;
  isInOrder = true;

  take(chunk: Buffer): void {
    this.bytes += chunk.length;
    const lines = (this.#rest + chunk.toString('latin1')).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      this.#last += 1;
      if (!line.startsWith(`${this.#last}x`) || line.length !== LINE_BYTES - 1) this.isInOrder = false;
    }
  }

  isWhole(lines: number): boolean {
    return this.isInOrder && this.#last === lines;
  }
}

async function read(command: string, args: readonly string[], lines: number): Promise<Reading> {
  const began = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const counters = [new Counter(), new Counter()];
  child.stdout.on('data', (chunk: Buffer) => counters[0]?.take(chunk));
  child.stderr.on('data', (chunk: Buffer) => counters[1]?.take(chunk));
  let mib: number | undefined;
  const watching = setInterval(() => {
    try {
      mib = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024;
    } catch {
      // It has ended, or this system has no such files.
    }
  }, 20);
  await once(child, 'close');
  clearInterval(watching);
  const bytes = counters.reduce((sum, each) => sum + each.bytes, 0);
  return { ms: performance.now() - began, bytes, mib, whole: counters.every((each) => each.isWhole(lines)) };
}

/** Makes a container that writes so many lines on each stream, and does not start it. */
function make(name: string, lines: number): void {
  docker('create', '--name', name, IMAGE, 'node', '-e', WRITER, String(lines), String(LINE_BYTES));
}

const backlot = (name: string, ...args: string[]): [string, string[]] => [
  process.execPath,
  [MAIN, 'logs', '--name', name, ...args],
];
const rate = ({ bytes, ms }: Reading): number => bytes / 1e6 / (ms / 1000);

/** Reads while the container writes; with each command once. */
async function follow(command: string, args: string[]): Promise<Reading> {
  docker('rm', '--force', NAME);
  make(NAME, LINES);
  docker('start', NAME);
  return read(command, args, LINES);
}

async function main(): Promise<void> {
  const readings = { docker: [] as Reading[], backlot: [] as Reading[] };
  const following = { docker: [] as Reading[], backlot: [] as Reading[] };
  try {
    for (let round = 0; round < ROUNDS; round++) {
      following.docker.push(await follow('docker', ['logs', '--follow', NAME]));
      following.backlot.push(await follow(...backlot(NAME, '--follow')));
      readings.docker.push(await read('docker', ['logs', NAME], LINES));
      readings.backlot.push(await read(...backlot(NAME), LINES));
    }
    make(SMALL, LINES / 10);
    docker('start', SMALL);
    docker('wait', SMALL);
    const small = await read(...backlot(SMALL), LINES / 10);
    const rates = (all: readonly Reading[]): number => median(all.map(rate));
    console.table({
      'docker logs': { 'MB/s': rates(readings.docker).toFixed(1), 'MB/s followed': rates(following.docker).toFixed(1) },
      'backlot logs': {
        'MB/s': rates(readings.backlot).toFixed(1),
        'MB/s followed': rates(following.backlot).toFixed(1),
      },
    });
    const all = [...readings.backlot, ...following.backlot];
    judge(
      `all lines, in order (${all.length} readings)`,
      all.every(({ whole }) => whole),
    );
    judge(`at least ${LEAST_MB_PER_SECOND} MB/s`, rates(readings.backlot) >= LEAST_MB_PER_SECOND);
    if (small.mib === undefined) return;
    const growth = Math.max(...all.map(({ mib = 0 }) => mib)) - small.mib;
    judge(`at most ${MOST_GROWTH_MIB} MiB more than for a tenth: ${growth.toFixed(0)} MiB`, growth <= MOST_GROWTH_MIB);
  } finally {
    for (const name of [NAME, SMALL]) docker('rm', '--force', name);
  }
}

function judge(goal: string, isMet: boolean): void {
  console.log(`${isMet ? 'met    ' : 'NOT MET'}  ${goal}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

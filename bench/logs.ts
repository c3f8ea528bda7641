/**
 * `npm run bench:logs`: 100,000 lines on each of two streams, written as fast as a container can, read by `backlot logs` beside
 * `docker logs`, and what the engine gives a reader that looks at nothing (`curl` to /dev/null), which nobody can exceed: read
 * when all is there, and followed while it is written. Readings alternate; the medians count.
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

/** What a process has used. */
interface Used {
  /** The most memory that it had at one time. */
  readonly mib: number;
  /** Seconds of processors. */
  readonly seconds: number;
}

/** Undefined for a process that has ended, and on a system without such files. */
function usedBy(pid: number | undefined): Used | undefined {
  try {
    const [, kib] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The 14th and 15th field, in hundredths of a second; the second field may have blanks in it.
    const [user = 0, system = 0] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
      .map(Number);
    return kib === undefined ? undefined : { mib: Number(kib) / 1024, seconds: (user + system) / 100 };
  } catch {
    return undefined;
  }
}

interface Reading {
  readonly ms: number;
  readonly bytes: number;
  /** Undefined where the system does not tell. */
  readonly used: Used | undefined;
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
  let used: Used | undefined;
  const watching = setInterval(() => (used = usedBy(child.pid) ?? used), 20);
  await once(child, 'close');
  clearInterval(watching);
  const bytes = counters.reduce((sum, each) => sum + each.bytes, 0);
  return { ms: performance.now() - began, bytes, used, whole: counters.every((each) => each.isWhole(lines)) };
}

/** The same log as the engine sends it, thrown away. */
async function discard(follow: boolean): Promise<Reading> {
  const socket = (process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock').replace(/^unix:\/\//, '');
  const url = `http://engine/containers/${NAME}/logs?stdout=1&stderr=1&timestamps=1&follow=${Number(follow)}`;
  const began = performance.now();
  const child = spawn('curl', ['-s', '--fail', '--unix-socket', socket, '-o', '/dev/null', url], { stdio: 'ignore' });
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`curl ended with ${code}: this bench needs an engine at a socket`);
  return { ms: performance.now() - began, bytes: 2 * LINES * LINE_BYTES, used: undefined, whole: true };
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
const rateOfProcessor = ({ bytes, used }: Reading): number => bytes / 1e6 / (used?.seconds ?? NaN);

/** Reads while the container writes. */
async function follow(reading: () => Promise<Reading>): Promise<Reading> {
  docker('rm', '--force', NAME);
  make(NAME, LINES);
  docker('start', NAME);
  return reading();
}

async function main(): Promise<void> {
  const none = (): Record<'engine' | 'docker' | 'backlot', Reading[]> => ({ engine: [], docker: [], backlot: [] });
  const [readings, following] = [none(), none()];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      following.docker.push(await follow(() => read('docker', ['logs', '--follow', NAME], LINES)));
      following.engine.push(await follow(() => discard(true)));
      following.backlot.push(await follow(() => read(...backlot(NAME, '--follow'), LINES)));
      readings.docker.push(await read('docker', ['logs', NAME], LINES));
      readings.engine.push(await discard(false));
      readings.backlot.push(await read(...backlot(NAME), LINES));
    }
    make(SMALL, LINES / 10);
    docker('start', SMALL);
    docker('wait', SMALL);
    const small = await read(...backlot(SMALL), LINES / 10);
    const row = (read: Reading[], followed: Reading[]): Record<string, string> => ({
      'MB/s': median(read.map(rate)).toFixed(1),
      'MB/s followed': median(followed.map(rate)).toFixed(1),
      'MB/s of processor time': median(read.map(rateOfProcessor)).toFixed(1),
    });
    console.table({
      'the engine': row(readings.engine, following.engine),
      'docker logs': row(readings.docker, following.docker),
      'backlot logs': row(readings.backlot, following.backlot),
    });
    const all = [...readings.backlot, ...following.backlot];
    judge(
      `all lines, in order (${all.length} readings)`,
      all.every(({ whole }) => whole),
    );
    judge(`at least ${LEAST_MB_PER_SECOND} MB/s`, median(readings.backlot.map(rate)) >= LEAST_MB_PER_SECOND);
    // An engine that gives its own client less has nothing more to give.
    judge('the same of processor time', median(readings.backlot.map(rateOfProcessor)) >= LEAST_MB_PER_SECOND);
    if (small.used === undefined) return;
    const growth = Math.max(...all.map(({ used }) => used?.mib ?? 0)) - small.used.mib;
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

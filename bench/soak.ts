/**
 * `npm run bench:soak [requests]`: a million requests (SOAK_REQUESTS, or the argument) over 64 connections, of which one in a
 * hundred is given up by its client, to a platform with five extensions in its own process: how much memory it holds idle,
 * after it has warmed up, and at the end. Memory is what the process holds after a collection of garbage.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { load } from './soak/client';

const REQUESTS = Number(process.argv[2] ?? process.env.SOAK_REQUESTS ?? 1_000_000);
/** It takes V8 up to a hundred thousand requests to settle how much room new objects get. */
const WARM_UP = Math.min(REQUESTS / 2, Math.max(REQUESTS / 5, 150_000));
/** In how many parts the rest is sent, after each of which memory is looked at. */
const PARTS = 8;
/** How long memory may take to settle after the start, in milliseconds: V8 collects garbage when there has been nothing to do. */
const IDLE_LIMIT = 40_000;
const CONNECTIONS = 64;
const ABORTED = 1;
const EXTENSIONS = ['soak-a', 'soak-b', 'soak-c', 'soak-d', 'soak-e'];
const MIB = 1024 * 1024;
const GOALS = { idle: 90 * MIB, growth: 1.1 };

interface Running {
  readonly init: ChildProcess;
  readonly runtime: number;
  readonly port: number;
}

const home = mkdtempSync(join(tmpdir(), 'backlot-soak-'));

function writeExtension(name: string): string {
  const folder = join(home, name);
  mkdirSync(folder);
  const manifest = {
    name,
    version: '1.0.0',
    private: true,
    backlot: { extensions: { [name]: './extension.js' } },
    peerDependencies: { backlot: '*' },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  copyFileSync(join(__dirname, 'soak', 'extension.js'), join(folder, 'extension.js'));
  return `file:${folder}`;
}

function start(): Promise<Running> {
  const list = join(home, 'extensions.json');
  writeFileSync(list, JSON.stringify({ extensions: EXTENSIONS.map(writeExtension) }));
  const init = spawn(process.execPath, [resolve(__dirname, '..', 'dist', 'bin', 'init.js')], {
    env: {
      ...process.env,
      GATEWAY_LISTEN: '127.0.0.1:0',
      BACKLOT_EXTENSIONS_FILE: list,
      BACKLOT_VOLUME: join(home, 'volume'),
      BACKLOT_INIT_DIRS: join(home, 'init'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((done, fail) => {
    let output = '';
    init.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const port = /127\.0\.0\.1:(\d+)[^]*Ready\.\n/.exec(output)?.[1];
      if (port) done({ init, runtime: childOf(init.pid), port: Number(port) });
    });
    init.once('exit', (code) => fail(new Error(`the platform ended with ${code}:\n${output}`)));
  });
}

function childOf(pid: number | undefined): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
}

/** What the kernel counts for a process, in bytes: what it alone has, and pages of files, such as Node’s own program. */
function residentOf(pid: number): { own: number; files: number } {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1]) * 1024;
  return { own: read('RssAnon') + read('RssShmem'), files: read('RssFile') };
}

async function heldBy({ port }: Running): Promise<NodeJS.MemoryUsage> {
  const answer = await fetch(`http://127.0.0.1:${port}/soak-a/memory/held`, { headers: { connection: 'close' } });
  return (await answer.json()) as NodeJS.MemoryUsage;
}

const inMiB = (bytes: number): string => (bytes / MIB).toFixed(1);

async function soak(running: Running): Promise<boolean> {
  const send = (requests: number) =>
    load({ port: running.port, requests, connections: CONNECTIONS, aborted: ABORTED, extensions: EXTENSIONS });
  const began = performance.now();
  const rows: Record<string, unknown>[] = [];
  let [answered, aborted] = [0, 0];
  const look = async (requests: number): Promise<NodeJS.MemoryUsage> => {
    const outcome = await send(requests);
    answered += outcome.answered;
    aborted += outcome.aborted;
    const memory = await heldBy(running);
    const { rss, heapUsed, external } = memory;
    rows.push({
      requests: answered + aborted,
      'RSS MiB': inMiB(rss),
      'heap MiB': inMiB(heapUsed),
      'external MiB': inMiB(external),
    });
    return memory;
  };
  const warm = await look(Math.round(WARM_UP));
  let end = warm;
  for (let part = 0; part < PARTS; part++) end = await look(Math.round((REQUESTS - WARM_UP) / PARTS));
  const seconds = (performance.now() - began) / 1000;
  console.table(rows);
  console.log(
    `${answered} requests answered, ${aborted} given up by their clients, in ${Math.round(seconds)} s ` +
      `(${Math.round((answered + aborted) / seconds)} a second)`,
  );
  const ratios = { RSS: end.rss / warm.rss, heap: end.heapUsed / warm.heapUsed };
  console.log(
    `at the end, of what it was after the warm-up: RSS ${ratios.RSS.toFixed(3)}, heap ${ratios.heap.toFixed(3)} ` +
      `(goal: at most ${GOALS.growth})`,
  );
  return ratios.RSS <= GOALS.growth && ratios.heap <= GOALS.growth;
}

/** Both processes run the same program, which is in memory once. */
function idleMemory({ init, runtime }: Running): Record<'init' | 'runtime' | 'both', number> {
  const [ofInit, ofRuntime] = [residentOf(init.pid ?? 0), residentOf(runtime)];
  return {
    init: ofInit.own + ofInit.files,
    runtime: ofRuntime.own + ofRuntime.files,
    both: ofInit.own + ofRuntime.own + Math.max(ofInit.files, ofRuntime.files),
  };
}

async function reportIdle(running: Running): Promise<boolean> {
  const began = performance.now();
  const describe = (): string => {
    const { init, runtime, both } = idleMemory(running);
    return `runtime ${inMiB(runtime)} MiB, init ${inMiB(init)} MiB, both, with their program counted once, ${inMiB(both)} MiB`;
  };
  console.log(`five extensions, right after the start: ${describe()}`);
  while (idleMemory(running).both > GOALS.idle && performance.now() - began < IDLE_LIMIT) await delay(1_000);
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`idle, after ${seconds} s: ${describe()} (goal for both: at most ${GOALS.idle / MIB} MiB)`);
  return idleMemory(running).both <= GOALS.idle;
}

async function main(): Promise<void> {
  const running = await start();
  try {
    const isIdleGood = await reportIdle(running);
    const isSoakGood = await soak(running);
    if (!isIdleGood || !isSoakGood) process.exitCode = 1;
  } finally {
    running.init.removeAllListeners('exit');
    running.init.kill('SIGTERM');
    await new Promise((resolve) => running.init.once('exit', resolve));
  }
}

main()
  .finally(() => rmSync(home, { recursive: true, force: true }))
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });

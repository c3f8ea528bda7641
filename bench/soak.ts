/**
 * `npm run bench:soak [requests]`: a million requests (SOAK_REQUESTS, or the argument) over 64 connections, of which one in a
 * hundred is given up by its client, to a platform with five extensions in its own process: how much memory it holds idle,
 * after it has warmed up, and at the end. Memory is what the process holds after a collection of garbage.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { load } from './soak/client';

const REQUESTS = Number(process.argv[2] ?? process.env.SOAK_REQUESTS ?? 1_000_000);
/** What part of them warms up, and of how many parts the rest is looked at. */
const [WARM_UP, PARTS] = [0.1, 9];
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
  const warm = await look(Math.round(REQUESTS * WARM_UP));
  let end = warm;
  for (let part = 0; part < PARTS; part++) end = await look(Math.round((REQUESTS * (1 - WARM_UP)) / PARTS));
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

function reportIdle({ init, runtime }: Running): boolean {
  const [ofInit, ofRuntime] = [residentOf(init.pid ?? 0), residentOf(runtime)];
  const [initRss, runtimeRss] = [ofInit, ofRuntime].map(({ own, files }) => own + files) as [number, number];
  // Both run the same program, which is in memory once.
  const both = ofInit.own + ofRuntime.own + Math.max(ofInit.files, ofRuntime.files);
  console.log(
    `idle, five extensions: runtime ${inMiB(runtimeRss)} MiB, init ${inMiB(initRss)} MiB, the program of both counted once ` +
      `${inMiB(both)} MiB (goal for the runtime: at most ${GOALS.idle / MIB} MiB)`,
  );
  return runtimeRss <= GOALS.idle;
}

async function main(): Promise<void> {
  const running = await start();
  try {
    // The watching thread begins after the marker.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const isIdleGood = reportIdle(running);
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

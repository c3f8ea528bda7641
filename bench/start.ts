/**
 * `npm run bench:start`: from the start of the process to `Ready.` with five extensions, beside a bare node:http server, and the
 * memory of the idle platform. Starts alternate between the two; the median counts.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { median } from './throughput/median';

const ROUNDS = 9;
const MOST_ABOVE_MS = 150;
const MOST_IDLE_MIB = 90;
/** After so long the platform has nothing left to do. */
const IDLE_MS = 3_000;
const ROOT = resolve(__dirname, '..');

/** Without the one that starts a container: what that costs is the engine's. */
const EXTENSIONS = [
  'backlot-extension-ready-announcer',
  'backlot-extension-hello-world',
  'backlot-extension-httpbin',
  `file:${join(ROOT, 'examples', 'my-first-extension')}`,
  'file:./page',
];
const PAGE = {
  'package.json': JSON.stringify({
    name: 'backlot-extension-page',
    version: '1.0.0',
    backlot: { extensions: { page: './extension.js#Page' } },
    peerDependencies: { backlot: '*' },
  }),
  'extension.js': `
    const { WebAppExtension } = require('backlot');
    exports.Page = class extends WebAppExtension {
      name = 'page';
      updateWebRoutes(router) {
        router.get('/', () => 'a page');
      }
    };`,
};
const BARE = `require('http').createServer().listen(0,'127.0.0.1',()=>console.log('Ready.'))`;

/** On Node 20 it costs every process 38 ms, whatever that does, and both a bare server and each process of ours pay it. */
delete process.env['NODE_EXTRA_CA_CERTS'];

const home = mkdtempSync(join(tmpdir(), 'backlot-bench-'));
const list = join(home, 'extensions.json');

interface Started {
  readonly child: ChildProcess;
  readonly ms: number;
}

/** Starts a program and waits until it says that it is ready. */
function start(args: readonly string[]): Promise<Started> {
  const began = performance.now();
  const child = spawn(process.execPath, args, {
    env: {
      ...process.env,
      GATEWAY_LISTEN: '127.0.0.1:0',
      BACKLOT_EXTENSIONS_FILE: list,
      BACKLOT_VOLUME: join(home, 'volume'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((done, fail) => {
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (/^Ready\.$/m.test(output)) done({ child, ms: performance.now() - began });
    });
    child.once('exit', (code) => fail(new Error(`it ended with ${code}:\n${output}`)));
  });
}

async function stop({ child }: Started): Promise<void> {
  child.removeAllListeners('exit');
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await ended;
}

/** The memory of a process and its children, pages that they share counted once, in MiB; NaN where the system does not tell. */
function memoryMiB({ pid }: ChildProcess): number {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
    const parts = [String(pid), ...children].map((each) => {
      return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${each}/smaps_rollup`, 'utf8'))?.[1]);
    });
    return parts.reduce((sum, each) => sum + each, 0) / 1024;
  } catch {
    return NaN;
  }
}

async function main(): Promise<void> {
  writeFileSync(list, JSON.stringify({ extensions: EXTENSIONS }));
  mkdirSync(join(home, 'page'));
  for (const [name, text] of Object.entries(PAGE)) writeFileSync(join(home, 'page', name), text);
  const init = [join(ROOT, 'dist', 'bin', 'init.js')];
  // The first start installs, and leaves a code cache.
  await stop(await start(init));
  const times = { bare: [] as number[], backlot: [] as number[], above: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    const bare = await start(['-e', BARE]);
    await stop(bare);
    const backlot = await start(init);
    await stop(backlot);
    times.bare.push(bare.ms);
    times.backlot.push(backlot.ms);
    times.above.push(backlot.ms - bare.ms);
  }
  const idle = await start(init);
  await delay(IDLE_MS);
  const idleMiB = memoryMiB(idle.child);
  await stop(idle);
  const above = median(times.above);
  const results = {
    node: process.version,
    startMs: { bare: median(times.bare), backlot: median(times.backlot), above },
    idleMiB,
  };
  console.log(`node ${process.version}, ${EXTENSIONS.length} extensions, median of ${ROUNDS} starts\n`);
  console.table({
    'node:http': { 'ms to ready': Math.round(results.startMs.bare) },
    Backlot: { 'ms to ready': Math.round(results.startMs.backlot) },
  });
  judge(`at most ${MOST_ABOVE_MS} ms above node:http`, above, MOST_ABOVE_MS, 'ms');
  judge(`at most ${MOST_IDLE_MIB} MiB of memory when idle`, idleMiB, MOST_IDLE_MIB, 'MiB');
  const folder = join(__dirname, 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'start.json'), JSON.stringify(results, undefined, 2));
}

function judge(goal: string, value: number, most: number, unit: string): void {
  console.log(`${value <= most ? 'met    ' : 'NOT MET'}  ${goal}: ${Math.round(value)} ${unit}`);
}

main()
  .finally(() => rmSync(home, { recursive: true, force: true }))
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });

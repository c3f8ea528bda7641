/**
 * `npm run bench:command`: what the command itself takes, beside `node -e 0`: for its help, and for the status of an instance that
 * runs. The engine and the gateway are stand-ins that answer at once, since what those take is not the command's. Runs alternate;
 * medians count.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { median } from './throughput/median';

const ROUNDS = 25;
const MOST_ABOVE_MS = 120;
const ROOT = resolve(__dirname, '..');
const MAIN = join(ROOT, 'dist', 'bin', 'backlot.js');

const home = mkdtempSync(join(tmpdir(), 'backlot-bench-'));
const socket = join(home, 'engine.sock');

/** What is run, and whether it has to meet the goal. */
const RUNS = {
  'node -e 0': { args: ['-e', '0'] },
  'backlot --help': { args: [MAIN, '--help'], goal: true },
  'backlot status': { args: [MAIN, 'status'], goal: true },
  'completing a word': { args: [MAIN, '__complete', 'bash', 'ex'], goal: false },
} as const;
type Name = keyof typeof RUNS;
const NAMES = Object.keys(RUNS) as Name[];

/** A container as Docker tells of it, whose gateway is at a port. */
const container = (port: number): object => ({
  Id: 'a'.repeat(64),
  Name: '/backlot-main',
  Image: 'sha256:1',
  State: { Running: true, ExitCode: 0, StartedAt: '2026-01-01T00:00:00Z', FinishedAt: '0001-01-01T00:00:00Z' },
  Config: { Image: 'backlot:bench', Labels: {}, Env: [], Tty: false },
  HostConfig: { NetworkMode: 'bridge' },
  Mounts: [],
  NetworkSettings: { Ports: { '4566/tcp': [{ HostPort: String(port) }] }, Networks: {} },
});

/** Answers paths that contain one of the keys. */
function answering(answers: Readonly<Record<string, object>>): http.Server {
  return http.createServer((request, response) => {
    const found = Object.entries(answers).find(([part]) => request.url?.includes(part));
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(found?.[1] ?? {}));
  });
}

/** Runs a command to its end; gives how long that took, in milliseconds. */
async function run(name: Name): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, RUNS[name].args, {
    cwd: home,
    env: { PATH: process.env.PATH ?? '', HOME: home, DOCKER_HOST: `unix://${socket}` },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.resume();
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${name} ended with ${code}`);
  return performance.now() - began;
}

async function main(): Promise<void> {
  const health = { version: '0.0.0', services: { 'hello-world': 'running' } };
  const gateway = answering({ '/_backlot/health': health, '/_backlot/init': { completed: { READY: true } } });
  await once(gateway.listen(0, '127.0.0.1'), 'listening');
  const { port } = gateway.address() as AddressInfo;
  const engine = answering({
    _ping: {},
    '/containers/backlot-main/json': container(port),
    '/images/': { Id: 'sha256:1' },
  });
  await once(engine.listen(socket), 'listening');
  // The first run leaves a code cache.
  for (const name of NAMES) await run(name);
  const times = Object.fromEntries(NAMES.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of NAMES) times[name].push(await run(name));
  }
  engine.close();
  gateway.close();
  const bare = times['node -e 0'];
  const results = NAMES.map((name) => ({
    name,
    ms: median(times[name]),
    above: median(times[name].map((ms, round) => ms - (bare[round] ?? NaN))),
    ratio: median(times[name].map((ms, round) => ms / (bare[round] ?? NaN))),
  }));
  console.log(`node ${process.version}, median of ${ROUNDS} rounds that alternate\n`);
  console.table(
    Object.fromEntries(
      results.map(({ name, ms, above, ratio }) => [
        name,
        { ms: Math.round(ms), 'ms above node': Math.round(above), 'times node': Number(ratio.toFixed(2)) },
      ]),
    ),
  );
  for (const { name, above } of results) {
    const { goal } = { goal: false, ...RUNS[name] };
    if (!goal) continue;
    const met = above <= MOST_ABOVE_MS ? 'met    ' : 'NOT MET';
    console.log(`${met}  ${name}: at most ${MOST_ABOVE_MS} ms above node: ${Math.round(above)} ms`);
  }
  const folder = join(__dirname, 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'command.json'), JSON.stringify({ node: process.version, results }, undefined, 2));
}

main()
  .finally(() => rmSync(home, { recursive: true, force: true }))
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });

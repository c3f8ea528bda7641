/**
 * `npm run bench`: what Backlot costs, as ratios against plain node:http and plain Express in one run. Each server is a
 * process of its own on the loopback interface; rounds alternate between the servers; the median of the rounds counts.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import autocannon from 'autocannon';

const ROUNDS = 5;
const SECONDS = 3;
const CONNECTIONS = 64;
const ROOT = resolve(__dirname, '..');

interface Server {
  readonly name: string;
  readonly process: ChildProcess;
  readonly port: number;
  /** From spawning the process to its first sign that it serves, in milliseconds. */
  readonly startMs: number;
}

const home = mkdtempSync(join(tmpdir(), 'backlot-bench-'));

/** Starts a program and waits until its output matches; the first group is the port. */
function start(name: string, args: string[], sign: RegExp, env: NodeJS.ProcessEnv = {}): Promise<Server> {
  const began = performance.now();
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((done, fail) => {
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const port = sign.exec(output)?.[1];
      if (port) done({ name, process: child, port: Number(port), startMs: performance.now() - began });
    });
    child.once('exit', (code) => fail(new Error(`${name} ended with ${code}:\n${output}`)));
  });
}

const startPlain = (kind: 'node' | 'express'): Promise<Server> =>
  start(
    kind === 'node' ? 'node:http' : 'Express 5',
    ['-r', 'ts-node/register/transpile-only', join(__dirname, 'server.ts'), kind],
    /port (\d+)/,
  );

function startBacklot(name: string, extensions: unknown[]): Promise<Server> {
  const list = join(home, `${name.replace(/\W/g, '')}.json`);
  writeFileSync(list, JSON.stringify({ extensions }));
  return start(name, [join(ROOT, 'dist', 'bin', 'init.js')], /127\.0\.0\.1:(\d+)[^]*Ready\.\n/, {
    GATEWAY_LISTEN: '127.0.0.1:0',
    BACKLOT_EXTENSIONS_FILE: list,
    BACKLOT_VOLUME: join(home, 'volume'),
  });
}

async function stop(server: Server): Promise<void> {
  server.process.removeAllListeners('exit');
  const ended = new Promise((done) => server.process.once('exit', done));
  server.process.kill('SIGTERM');
  await ended;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

async function measureRequests(): Promise<Record<string, { rps: number; p99: number }>> {
  const bench = `file:${join(__dirname, 'extension')}`;
  const servers = [
    await startPlain('node'),
    await startPlain('express'),
    await startBacklot('Backlot', [bench]),
    await startBacklot('Backlot, 20 handlers', [{ spec: bench, config: { chain: true } }]),
  ];
  const rounds = new Map<string, { rps: number; p99: number }[]>(servers.map(({ name }) => [name, []]));
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      for (const { name, port } of servers) {
        const url = `http://127.0.0.1:${port}/r7/42`;
        const { requests, latency, errors, non2xx } = await autocannon({
          url,
          connections: CONNECTIONS,
          duration: round === 0 ? 1 : SECONDS,
        });
        if (errors + non2xx > 0) throw new Error(`${name}: ${errors} errors, ${non2xx} answers that are not 2xx`);
        // The first round only warms up.
        if (round > 0) rounds.get(name)?.push({ rps: requests.average, p99: latency.p99 });
      }
    }
  } finally {
    await Promise.all(servers.map(stop));
  }
  return Object.fromEntries(
    [...rounds].map(([name, all]) => [
      name,
      { rps: median(all.map(({ rps }) => rps)), p99: median(all.map(({ p99 }) => p99)) },
    ]),
  );
}

async function measureStart(): Promise<Record<string, number>> {
  const official = ['backlot-extension-ready-announcer', 'backlot-extension-hello-world'];
  const bare = [
    '-e',
    `const s=require('http').createServer().listen(0,'127.0.0.1',()=>console.log('port '+s.address().port))`,
  ];
  const times: Record<string, number[]> = { 'node:http': [], Backlot: [] };
  await stop(await startBacklot('Backlot', official));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, begin] of [
      ['node:http', () => start('node:http', bare, /port (\d+)/)],
      ['Backlot', () => startBacklot('Backlot', official)],
    ] as const) {
      const server = await begin();
      times[name]?.push(server.startMs);
      await stop(server);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
}

async function main(): Promise<void> {
  const startMs = await measureStart();
  const requests = await measureRequests();
  const base = requests['node:http']?.rps ?? NaN;
  const express = requests['Express 5']?.rps ?? NaN;
  console.log(`node ${process.version}, ${CONNECTIONS} connections, median of ${ROUNDS} rounds of ${SECONDS} s\n`);
  console.table(
    Object.fromEntries(
      Object.entries(requests).map(([name, { rps, p99 }]) => [
        name,
        {
          'requests/s': Math.round(rps),
          'of node:http': ratio(rps, base),
          'of Express 5': ratio(rps, express),
          'p99 ms': p99,
        },
      ]),
    ),
  );
  const bareStart = startMs['node:http'] ?? NaN;
  console.table(
    Object.fromEntries(
      Object.entries(startMs).map(([name, ms]) => [
        name,
        {
          'start ms': Math.round(ms),
          'of node:http': ratio(ms, bareStart),
          'above node:http, ms': Math.round(ms - bareStart),
        },
      ]),
    ),
  );
  const results = join(__dirname, 'results');
  mkdirSync(results, { recursive: true });
  writeFileSync(
    join(results, 'latest.json'),
    JSON.stringify({ node: process.version, requests, startMs }, undefined, 2),
  );
}

function ratio(value: number, base: number): string {
  return `${(value / base).toFixed(2)}×`;
}

main()
  .finally(() => rmSync(home, { recursive: true, force: true }))
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });

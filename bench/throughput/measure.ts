/** One run of the bench on the Node that runs it: all servers, in rounds that alternate between them. */
import type { ChildProcess } from 'node:child_process';
import { request } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askClient } from './ask-client';
import type { LoadOrder, LoadResult } from './load';
import { median } from './median';
import { cpuSeconds, forkPlain, startBacklot, startServer, stopServer, type ServerProcess } from './server-process';
import { targets } from './workload';

export const SERVERS = {
  raw: 'node:http',
  express: 'Express 5',
  fastify: 'Fastify 5',
  fastifyHooks: 'Fastify 5, 20 hooks',
  backlot: 'Backlot, 20 handlers',
  fastifyLog: 'Fastify 5, 20 hooks, its log',
  backlotLog: 'Backlot, 20 handlers, access log',
} as const;
export type ServerKey = keyof typeof SERVERS;

export interface Measured {
  /** Requests a second. */
  readonly rate: number;
  /** As a share of the rate of node:http in the same round. */
  readonly ofRaw: number;
  /** In milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** What one request costs the server, in microseconds of processor time; NaN where the system does not tell. */
  readonly cpu: number;
  /** What it costs node:http in the same round, as a share of that: the rate without what else runs on the machine. */
  readonly cpuOfRaw: number;
  /** How much of one processor the server had; where that is far below 1, something else was the limit. */
  readonly busy: number;
  /** Each round by itself, in the order of all servers' rounds. */
  readonly rounds: readonly Round[];
}

export interface Run {
  readonly node: string;
  readonly servers: Readonly<Record<ServerKey, Measured>>;
}

/**
 * How two servers compare, by the median of the rounds in which they took turns: what slows the machine down for a while slows down
 * both. `rate` is by requests a second, `cpu` by what a request costs; more is better for `one`.
 */
export function compare(one: Measured, other: Measured): { readonly rate: number; readonly cpu: number } {
  const pairs = one.rounds.map((round, index) => [round, other.rounds[index]!] as const);
  return {
    rate: median(pairs.map(([a, b]) => a.rate / b.rate)),
    cpu: median(pairs.map(([a, b]) => b.cpu / a.cpu)),
  };
}

/** How much is measured. */
export interface Extent {
  /** How often all servers are started: one process may be faster than the next of the same program. */
  readonly series: number;
  /** How often each is measured in a series, beside once to warm up. */
  readonly rounds: number;
  readonly seconds: number;
}

export interface Round {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  readonly cpu: number;
  readonly busy: number;
}

const KEYS = Object.keys(SERVERS) as ServerKey[];

/** Measures all servers. Throws when one of them gives a wrong answer. */
export async function measure(extent: Extent): Promise<Run> {
  const results = new Map<ServerKey, Round[]>(KEYS.map((key) => [key, []]));
  for (let series = 0; series < extent.series; series++) await measureSeries(extent, results);
  const raw = results.get('raw') ?? [];
  const servers = [...results].map(([key, rounds]) => [key, summary(rounds, raw)] as const);
  return { node: process.version, servers: Object.fromEntries(servers) as Run['servers'] };
}

async function measureSeries({ rounds, seconds }: Extent, results: ReadonlyMap<ServerKey, Round[]>): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'backlot-bench-'));
  const started = new Map<ServerKey, { readonly server: ServerProcess; readonly order: LoadOrder }>();
  const running: ServerProcess[] = [];
  const load = forkPlain(home, join(__dirname, 'load.ts'));
  try {
    for (const key of KEYS) {
      const server = await start(home, key);
      running.push(server);
      const length = await answerLength(server);
      started.set(key, { server, order: { port: server.port, answerLength: length, seconds } });
    }
    // The first round only warms up.
    for (let round = 0; round <= rounds; round++) {
      // Whoever is first in one round is last in another, so that what changes slowly on the machine hits all alike.
      for (const [key, { server, order }] of round % 2 === 0 ? started : [...started].reverse()) {
        const one = await measureRound(load, server, order);
        if (round > 0) results.get(key)?.push(one);
      }
    }
  } finally {
    load.kill();
    await Promise.all(running.map(stopServer));
    rmSync(home, { recursive: true, force: true });
  }
}

async function measureRound(load: ChildProcess, server: ServerProcess, order: LoadOrder): Promise<Round> {
  const before = cpuSeconds(server);
  const { requests, seconds, p50, p99 } = await askClient<LoadOrder, LoadResult>(load, order);
  const cpu = cpuSeconds(server) - before;
  return { rate: requests / seconds, p50, p99, cpu: (cpu / requests) * 1e6, busy: cpu / seconds };
}

function start(home: string, key: ServerKey): Promise<ServerProcess> {
  const name = SERVERS[key];
  switch (key) {
    case 'raw':
      return startServer(home, name, 'server-node');
    case 'express':
      return startServer(home, name, 'server-express');
    case 'fastify':
      return startServer(home, name, 'server-fastify');
    case 'fastifyHooks':
      return startServer(home, name, 'server-fastify', ['hooks']);
    case 'fastifyLog':
      return startServer(home, name, 'server-fastify', ['hooks', 'log']);
    case 'backlot':
      return startBacklot(home, name);
    case 'backlotLog':
      return startBacklot(home, name, { BACKLOT_ACCESS_LOG: '1' });
  }
}

function summary(rounds: readonly Round[], raw: readonly Round[]): Measured {
  const of = (key: keyof Round): number => median(rounds.map((round) => round[key]));
  return {
    rate: of('rate'),
    ofRaw: median(rounds.map(({ rate }, index) => rate / raw[index]!.rate)),
    p50: of('p50'),
    p99: of('p99'),
    cpu: of('cpu'),
    cpuOfRaw: median(rounds.map(({ cpu }, index) => raw[index]!.cpu / cpu)),
    busy: of('busy'),
    rounds,
  };
}

/** Asks a server for each of the targets, and gives how long its answers are, with their heads. */
async function answerLength({ name, port }: ServerProcess): Promise<number> {
  const lengths = new Set<number>();
  for (const { host, path, body } of targets()) {
    const { status, text, length } = await get(port, host, path);
    if (status !== 200 || text !== body) throw new Error(`${name} answers ${host}${path} with ${status} ${text}`);
    lengths.add(length);
  }
  if (lengths.size !== 1) throw new Error(`the answers of ${name} have several lengths: ${[...lengths].join(', ')}`);
  return [...lengths][0]!;
}

function get(port: number, host: string, path: string): Promise<{ status?: number; text: string; length: number }> {
  return new Promise((done, fail) => {
    // As the load sends it: `Connection: close` would make another head.
    const asked = request(
      { port, path, host: '127.0.0.1', headers: { host, connection: 'keep-alive' } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        response.on('end', () => {
          const head = response.rawHeaders.reduce((sum, part) => sum + part.length + ': '.length, 0);
          const line = `HTTP/1.1 ${response.statusCode} ${response.statusMessage}\r\n`.length;
          const length = line + head + '\r\n'.length + text.length;
          done({ ...(response.statusCode === undefined ? {} : { status: response.statusCode }), text, length });
        });
      },
    );
    asked.once('error', fail).end();
  });
}

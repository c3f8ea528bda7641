/** Creates and reads of servers that speak Stripe's API, side by side: by one client, in rounds that alternate between them. */
import { join } from 'node:path';
import { askClient } from '../throughput/ask-client';
import { median } from '../throughput/median';
import { cpuSeconds, forkPlain, type ServerProcess } from '../throughput/server-process';
import type { LoadOrder, LoadResult } from './load';

const ROUNDS = 7;
const SECONDS = 1;
const CONNECTIONS = 16;
/** How much of a processor a server has that is held up by nothing else. */
const FREE = 0.9;

/** A server, and the path under which it has customers. */
export interface Side {
  readonly server: ServerProcess;
  readonly path: string;
}

export type RequestKind = 'creates' | 'reads';

export interface Speed {
  /** Requests a second. */
  readonly rate: number;
  /** What one request costs the server, in microseconds of processor time; NaN where the system does not tell. */
  readonly cpu: number;
  /** How much of one processor the server had. */
  readonly busy: number;
}
export type Speeds = Readonly<Record<RequestKind, Speed>>;

/** Measures both, by the median of the rounds. Throws when one gives a wrong answer. */
export async function compare(home: string, ours: Side, peer: Side): Promise<{ ours: Speeds; peer: Speeds }> {
  const client = forkPlain(home, join(__dirname, 'load.ts'));
  const sides = [ours, peer];
  const rounds = new Map(sides.map((side) => [side, { creates: [] as Speed[], reads: [] as Speed[] }]));
  try {
    // The first round only warms up.
    for (let round = 0; round <= ROUNDS; round++) {
      for (const side of round % 2 === 0 ? sides : [...sides].reverse()) {
        const { ids, speed: creates } = await measure(side);
        const { speed: reads } = await measure(side, ids);
        if (round === 0) continue;
        rounds.get(side)!.creates.push(creates);
        rounds.get(side)!.reads.push(reads);
      }
    }
  } finally {
    client.kill();
  }
  return { ours: summary(ours), peer: summary(peer) };

  async function measure({ server, path }: Side, ids?: readonly string[]) {
    const before = cpuSeconds(server);
    const order = { port: server.port, path, connections: CONNECTIONS, seconds: SECONDS, ...(ids && { ids }) };
    const result = await askClient<LoadOrder, LoadResult>(client, order);
    const cpu = cpuSeconds(server) - before;
    const { requests, seconds } = result;
    const speed: Speed = { rate: requests / seconds, cpu: (cpu / requests) * 1e6, busy: cpu / seconds };
    return { ids: result.ids, speed };
  }

  function summary(side: Side): Speeds {
    const { creates, reads } = rounds.get(side)!;
    const of = (speeds: readonly Speed[], key: keyof Speed): number => median(speeds.map((speed) => speed[key]));
    const speedOf = (speeds: readonly Speed[]): Speed => {
      return { rate: of(speeds, 'rate'), cpu: of(speeds, 'cpu'), busy: of(speeds, 'busy') };
    };
    return { creates: speedOf(creates), reads: speedOf(reads) };
  }
}

export interface Verdict {
  readonly byRate: number;
  /** How many times the processor time of ours a request costs the other; NaN where the system does not tell. */
  readonly byCpu: number;
  readonly text: string;
}

/** How many times as fast ours is, and whether that is enough. By processor time, where a server had no processor for itself. */
export function judge(kind: RequestKind, { ours, peer }: { ours: Speeds; peer: Speeds }, least: number): Verdict {
  const [mine, theirs] = [ours[kind], peer[kind]];
  const byRate = mine.rate / theirs.rate;
  const byCpu = theirs.cpu / mine.cpu;
  const isFree = mine.busy >= FREE && theirs.busy >= FREE;
  const value = isFree || Number.isNaN(byCpu) ? byRate : byCpu;
  const text =
    `${value >= least ? 'met    ' : 'NOT MET'}  ${kind}: ${byRate.toFixed(2)}× by requests a second, ` +
    `${byCpu.toFixed(2)}× by processor time (goal: at least ${least}×)`;
  return { byRate, byCpu, text };
}

/** One line for people. */
export function describeSpeed(name: string, kind: RequestKind, { rate, cpu, busy }: Speed): string {
  return `${name}: ${Math.round(rate)} ${kind} a second, ${cpu.toFixed(1)} µs of CPU each, ${busy.toFixed(2)} of a processor used`;
}

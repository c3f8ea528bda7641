/** What the bench prints: a table, and whether each goal is met. */
import { compare, SERVERS, type Run, type ServerKey } from './measure';

interface Goal {
  readonly text: string;
  readonly one: ServerKey;
  readonly other: ServerKey;
  readonly least: number;
  /** Only asked for on this major version of Node. */
  readonly onlyOn?: string;
}

const GOALS: readonly Goal[] = [
  { text: 'at least 0.80 of node:http', one: 'backlot', other: 'raw', least: 0.8 },
  { text: 'above Fastify with as many hooks', one: 'backlot', other: 'fastifyHooks', least: 1 },
  { text: 'at least 3 times Express', one: 'backlot', other: 'express', least: 3, onlyOn: 'v20' },
  { text: 'with access log: at least 0.65 of node:http', one: 'backlotLog', other: 'raw', least: 0.65 },
  { text: 'with access log: above Fastify with its log', one: 'backlotLog', other: 'fastifyLog', least: 1 },
];

/** A server that had less of a processor than this was held up by something else. */
const FREE = 0.9;

export function report({ node, servers }: Run): string {
  const rows = (Object.keys(SERVERS) as ServerKey[]).map((key) => {
    const { rate, ofRaw, p50, p99, cpu, cpuOfRaw, busy } = servers[key];
    return [
      SERVERS[key],
      Math.round(rate),
      times(ofRaw),
      p50.toFixed(1),
      p99.toFixed(1),
      cpu.toFixed(1),
      times(cpuOfRaw),
      busy.toFixed(2),
    ];
  });
  const head = ['', 'requests/s', 'of node:http', 'p50 ms', 'p99 ms', 'µs of CPU', 'of node:http', 'CPU used'];
  const goals = GOALS.filter(({ onlyOn }) => onlyOn === undefined || node.startsWith(onlyOn)).map((goal) => {
    return judge(goal, servers);
  });
  return [`node ${node}`, '', ...tabulate([head, ...rows.map((row) => row.map(String))]), '', ...goals].join('\n');
}

/**
 * By requests a second where both servers had a processor for themselves; else by what a request costs of one, which is the
 * same on a machine where nothing else runs.
 */
function judge({ text, one, other, least }: Goal, servers: Run['servers']): string {
  const isFree = servers[one].busy >= FREE && servers[other].busy >= FREE;
  const { rate: byRate, cpu: byCpu } = compare(servers[one], servers[other]);
  const value = isFree || Number.isNaN(byCpu) ? byRate : byCpu;
  const how = value === byRate ? 'by requests a second' : 'by processor time, for the machine was busy';
  return `${value >= least ? 'met    ' : 'NOT MET'}  ${text}: ${times(value)} ${how}`;
}

function tabulate(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => {
    return row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  ');
  });
}

function times(value: number): string {
  return `${value.toFixed(2)}×`;
}

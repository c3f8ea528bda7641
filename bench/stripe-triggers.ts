/**
 * `npm run bench:stripe-triggers`: every event that `stripe trigger` of the official command line knows, each in an empty state. One counts
 * only when the event then stands in `/v1/events`. Names of events after `--` run only those.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../src/host/free-port';
import { startWith, stopServer, type ServerProcess } from './throughput/server-process';

const ROOT = resolve(__dirname, '..');
const GOAL = 115;
const KEY = 'sk_test_123456789012';
const EVENT_LIMIT_MS = 2000;
const TRIGGER_LIMIT_MS = 60_000;
const START_LIMIT_MS = 60_000;

/** Names of triggers that are no types of events: what they are for. */
const EVENT_OF: Readonly<Record<string, string>> = {
  'subscription.payment_failed': 'invoice.payment_failed',
  'subscription.payment_succeeded': 'invoice.payment_succeeded',
};

interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** Where the official command line is: npm has one package for each system. */
function commandLine(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const binary = join(ROOT, 'node_modules', '@stripe', `cli-${system}-${process.arch}`, 'bin', 'stripe');
  if (!existsSync(binary)) throw new Error(`there is no ${binary}: npm install --no-save @stripe/cli`);
  return binary;
}

function run(args: readonly string[], home: string): Promise<Outcome> {
  const child = spawn(commandLine(), args, {
    env: { PATH: process.env.PATH ?? '', HOME: home, STRIPE_CLI_TELEMETRY_OPTOUT: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TRIGGER_LIMIT_MS,
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((done) => child.once('close', (code) => done({ code, output })));
}

/** What the help lists. */
async function knownTriggers(home: string): Promise<string[]> {
  const { output } = await run(['trigger', '--help'], home);
  const [, list = ''] = /Supported events:\n([\s\S]*?)\n\n/.exec(output) ?? [];
  return list
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Backlot with the extension on a port of its own: the command line takes no path before `/v1`. */
async function startBacklot(home: string, port: number): Promise<ServerProcess> {
  const server = await startWith(home, 'backlot', [
    { spec: `file:${join(ROOT, 'extensions', 'stripe')}`, config: { port } },
  ]);
  const end = Date.now() + START_LIMIT_MS;
  while (!(await answers(`http://127.0.0.1:${port}/v1/balance`))) {
    if (Date.now() > end) throw new Error(`nothing answers on port ${port}`);
    await delay(50);
  }
  return server;
}

function answers(url: string): Promise<boolean> {
  return fetch(url, { headers: { authorization: `Bearer ${KEY}` } }).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** The reason in what the command line printed: a line, without its decoration. */
function reasonIn(output: string): string {
  const [, message] = /"message": "(.*?)",?\n/.exec(output) ?? [];
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const request = lines.findLast((line) => line.startsWith('Running fixture for')) ?? '';
  return `${request.replace('Running fixture for: ', '')}: ${message ?? lines.at(-1) ?? 'no output'}`;
}

/** The events of a type, also those of connected accounts, which are listed there. What takes the API a moment is waited for. */
async function eventsOf(base: string, type: string): Promise<readonly unknown[]> {
  const end = Date.now() + EVENT_LIMIT_MS;
  for (;;) {
    const accounts = (await list(base, '/v1/accounts?limit=100')) as readonly { readonly id: string }[];
    for (const account of [undefined, ...accounts.map(({ id }) => id)]) {
      const events = await list(base, `/v1/events?limit=100&type=${type}`, account);
      if (events.length > 0) return events;
    }
    if (Date.now() > end) return [];
    await delay(200);
  }
}

/** What these triggers transfer is more than what is left of their own charge after fees: Stripe refuses that, too, without a balance. */
async function fundBalance(base: string): Promise<void> {
  const headers = { authorization: `Bearer ${KEY}` };
  const body = new URLSearchParams({ amount: '10000', currency: 'usd', source: 'tok_bypassPending' });
  const { ok, status } = await fetch(`${base}/v1/charges`, { method: 'POST', headers, body });
  if (!ok) throw new Error(`the charge that was to fill the balance was answered with ${status}`);
}

async function list(base: string, path: string, account?: string): Promise<readonly unknown[]> {
  const headers = { authorization: `Bearer ${KEY}`, ...(account !== undefined && { 'stripe-account': account }) };
  const answer = await fetch(base + path, { headers });
  return ((await answer.json()) as { data: readonly unknown[] }).data;
}

async function main(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'stripe-triggers-'));
  const port = await freePort();
  const platform = await startBacklot(home, port);
  const base = `http://127.0.0.1:${port}`;
  try {
    const chosen = process.argv.slice(2);
    const triggers = chosen.length > 0 ? chosen : await knownTriggers(home);
    let stands = 0;
    for (const trigger of triggers) {
      await fetch(`http://127.0.0.1:${platform.port}/_backlot/state/reset`, { method: 'POST' });
      if (trigger.startsWith('transfer.')) await fundBalance(base);
      const { code, output } = await run(['trigger', trigger, '--api-key', KEY, '--api-base', base], home);
      const type = EVENT_OF[trigger] ?? trigger.replace(/\.(eu|gb)$/, '');
      const data = await eventsOf(base, type);
      if (data.length > 0) stands += 1;
      else console.log(`  ${trigger}: ${code === 0 ? 'ran, but there is no such event' : reasonIn(output)}`);
    }
    console.log(`${stands} of ${triggers.length} triggers leave their event (goal: ${GOAL})`);
    if (chosen.length === 0 && stands < GOAL) process.exitCode = 1;
  } finally {
    await stopServer(platform);
    rmSync(home, { recursive: true, force: true });
  }
}

void main();

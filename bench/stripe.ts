/**
 * `npm run bench:stripe`: the extension for Stripe beside stripe-stateful-mock, in one run, by the median of alternating rounds:
 * customers created and read a second over HTTP, and the processor time of each request. Then, of ours alone: 100,000 customers listed page by page, the last pages beside the
 * first; and a thousand subscriptions renewed by one advance of a test clock.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../src/host/free-port';
import { compare, describeSpeed, judge } from './stripe/compare';
import { median } from './throughput/median';
import { startWith, stopServer, type ServerProcess } from './throughput/server-process';

const ROOT = resolve(__dirname, '..');
/** How many times as fast as the other ours is to be. */
const LEAST = 3;
const CONNECTIONS = 8;
const CUSTOMERS = 100_000;
const PAGE = 100;
const SUBSCRIPTIONS = 1000;
const START_LIMIT_MS = 60_000;
const KEY = 'sk_test_bench';

interface Answer {
  readonly id: string;
  readonly [field: string]: unknown;
}

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

/** One call of the API, over a connection that is kept. */
function call(
  port: number,
  method: string,
  path: string,
  form: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const body = new URLSearchParams(form).toString();
  return new Promise((done, fail) => {
    const sent = request(
      {
        agent,
        host: '127.0.0.1',
        port,
        method,
        path,
        headers: {
          authorization: `Bearer ${KEY}`,
          'content-type': 'application/x-www-form-urlencoded',
          ...(method === 'POST' && { 'content-length': Buffer.byteLength(body) }),
        },
      },
      (answer) => {
        const pieces: Buffer[] = [];
        answer.on('data', (piece: Buffer) => pieces.push(piece));
        answer.on('end', () => {
          const text = Buffer.concat(pieces).toString();
          if (answer.statusCode === 200) done(JSON.parse(text) as Answer);
          else fail(new Error(`${method} ${path} was answered with ${answer.statusCode}: ${text}`));
        });
        answer.on('error', fail);
      },
    );
    sent.on('error', fail);
    sent.end(method === 'POST' ? body : undefined);
  });
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + START_LIMIT_MS; performance.now() < end; await delay(20))
    if (await isSo()) return;
  throw new Error(`${what} did not start`);
}

async function startPeer(home: string): Promise<ServerProcess> {
  const port = await freePort();
  const child = spawn(process.execPath, [join(ROOT, 'node_modules', 'stripe-stateful-mock', 'dist', 'cli.js')], {
    env: { ...process.env, PORT: String(port), LOG_LEVEL: 'silent' },
    stdio: ['ignore', openSync(join(home, 'peer.log'), 'w'), 'inherit'],
  });
  await until('stripe-stateful-mock', () =>
    call(port, 'GET', '/v1/customers').then(
      () => true,
      () => false,
    ),
  );
  return { name: 'stripe-stateful-mock', port, process: child };
}

/** Milliseconds for a page at the beginning and at the end of a list of 100,000. */
async function listThrough(port: number): Promise<{ first: number; last: number; pages: number; total: number }> {
  await call(port, 'POST', '/_backlot/state/reset');
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async (_, part) => {
      for (let n = part; n < CUSTOMERS; n += CONNECTIONS)
        await call(port, 'POST', '/stripe/v1/customers', { name: `User ${n}` });
    }),
  );
  const times: number[] = [];
  let after = '';
  let total = 0;
  for (;;) {
    const began = performance.now();
    const page = await call(port, 'GET', `/stripe/v1/customers?limit=${PAGE}${after}`);
    times.push(performance.now() - began);
    const data = page['data'] as Answer[];
    total += data.length;
    if (page['has_more'] !== true) break;
    after = `&starting_after=${data.at(-1)!.id}`;
  }
  const tenth = Math.floor(times.length / 10);
  return { first: median(times.slice(0, tenth)), last: median(times.slice(-tenth)), pages: times.length, total };
}

/** Seconds for one advance of a test clock that renews so many subscriptions; and how many invoices it made. */
async function renew(port: number): Promise<{ seconds: number; invoices: number }> {
  const api = (method: string, path: string, form: Record<string, string> = {}): Promise<Answer> => {
    return call(port, method, `/stripe/v1/${path}`, form);
  };
  await call(port, 'POST', '/_backlot/state/reset');
  const start = Math.floor(Date.now() / 1000);
  const clock = await api('POST', 'test_helpers/test_clocks', { frozen_time: String(start) });
  const price = await api('POST', 'prices', {
    currency: 'usd',
    unit_amount: '1500',
    'recurring[interval]': 'month',
    'product_data[name]': 'Plan',
  });
  for (let n = 0; n < SUBSCRIPTIONS; n++) {
    const customer = await api('POST', 'customers', {
      test_clock: clock.id,
      payment_method: 'pm_card_visa',
      'invoice_settings[default_payment_method]': 'pm_card_visa',
    });
    await api('POST', 'subscriptions', { customer: customer.id, 'items[0][price]': price.id });
  }
  const began = performance.now();
  const to = start + 32 * 24 * 60 * 60;
  await api('POST', `test_helpers/test_clocks/${clock.id}/advance`, { frozen_time: String(to) });
  await until(
    'the advanced clock',
    async () => (await api('GET', `test_helpers/test_clocks/${clock.id}`))['status'] === 'ready',
  );
  const seconds = (performance.now() - began) / 1000;
  let invoices = 0;
  let after = '';
  for (;;) {
    const page = await api('GET', `invoices?limit=100&status=paid${after}`);
    const data = page['data'] as Answer[];
    invoices += data.length;
    if (page['has_more'] !== true) return { seconds, invoices };
    after = `&starting_after=${data.at(-1)!.id}`;
  }
}

async function main(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'backlot-bench-stripe-'));
  const servers: ServerProcess[] = [];
  try {
    const ours = await startWith(home, 'backlot', [`file:${join(ROOT, 'extensions', 'stripe')}`]);
    servers.push(ours);
    const peer = await startPeer(home);
    servers.push(peer);
    const speeds = await compare(
      home,
      { server: ours, path: '/stripe/v1/customers' },
      { server: peer, path: '/v1/customers' },
    );
    const verdicts = (['creates', 'reads'] as const).map((kind) => {
      console.log(describeSpeed(ours.name, kind, speeds.ours[kind]));
      console.log(describeSpeed(peer.name, kind, speeds.peer[kind]));
      const verdict = judge(kind, speeds, LEAST);
      console.log(verdict.text);
      return [kind, verdict] as const;
    });
    const list = await listThrough(ours.port);
    console.log(
      `${list.total} customers in ${list.pages} pages: ${list.first.toFixed(2)} ms for a page at the beginning, ${list.last.toFixed(2)} ms at the end`,
    );
    const renewed = await renew(ours.port);
    console.log(
      `${SUBSCRIPTIONS} subscriptions renewed by one advance in ${renewed.seconds.toFixed(2)} s (goal: under 5 s), ${renewed.invoices} paid invoices`,
    );
    mkdirSync(join(__dirname, 'results'), { recursive: true });
    writeFileSync(
      join(__dirname, 'results', 'stripe.json'),
      `${JSON.stringify({ speeds, verdicts: Object.fromEntries(verdicts), list, renewed }, undefined, 2)}\n`,
    );
  } finally {
    agent.destroy();
    for (const server of servers) await stopServer(server);
    rmSync(home, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});

import { join } from 'node:path';
import { HOSTILE_HTTP2, type HostileHttp2 } from '../support/hostile-http2';
import { HOSTILE_REQUESTS, type HostileRequest } from '../support/hostile-requests';
import { FIXTURES, RunningPlatform } from '../support/run-platform';
import { sendHostile, sendHostileOverTls, type Outcome } from '../support/send-hostile';
import { sendHostileHttp2, type Http2Outcome } from '../support/send-hostile-http2';
import { waitFor } from '../support/wait-for';

/** How many connections are open at once. */
const AT_ONCE = 48;
/** How often everything that is not slow is repeated, before memory is looked at, and between two looks. */
const [WARM_UP, REPETITIONS] = [3, 5];
/** By how much the heap may have grown after that. */
const GROWTH = 1.1;

interface Measures {
  readonly heap: number;
  readonly sockets: number;
}

let platform: RunningPlatform;
let port: number;
let pid: number;
const outcomes = new Map<HostileRequest, Outcome>();
const outcomesOverTls = new Map<HostileRequest, Outcome>();
const outcomesOverHttp2 = new Map<HostileHttp2, Http2Outcome>();

/** What is not slow is sent over TLS, too, and is repeated. */
const QUICK = HOSTILE_REQUESTS.filter(({ isSlow }) => !isSlow);
const QUICK_HTTP2 = HOSTILE_HTTP2.filter(({ isSlow }) => !isSlow);
/** By clients that go with the first answer. */
const LEAVING_HTTP2 = QUICK_HTTP2.map((each) => ({
  ...each,
  answers: each.answers.slice(0, 1),
  closes: each.answers.length === 0,
}));

async function sendAll(requests: readonly HostileRequest[], http2: readonly HostileHttp2[]): Promise<void> {
  const left = [
    ...requests.map((each) => async () => void outcomes.set(each, await sendHostile(port, each))),
    ...http2.map((each) => async () => void outcomesOverHttp2.set(each, await sendHostileHttp2(port, each))),
  ];
  await takeInTurn(left);
}

async function takeInTurn(left: (() => Promise<void>)[]): Promise<void> {
  const worker = async (): Promise<void> => {
    for (let next = left.pop(); next; next = left.pop()) await next();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const measure = (): Promise<Measures> => platform.json<Measures>('/target/measures');

beforeAll(async () => {
  platform = await RunningPlatform.start({
    extensions: [`file:${join(FIXTURES, 'hostile-target')}`, `file:${join(FIXTURES, 'good-cjs')}`],
    environment: {
      BACKLOT_HEADERS_TIMEOUT: '1',
      BACKLOT_BODY_TIMEOUT: '1',
      BACKLOT_KEEP_ALIVE_TIMEOUT: '1',
      BACKLOT_ALLOWED_HOSTS: '*.allowed.example',
      NODE_ENV: 'development',
    },
  });
  port = Number(new URL(platform.url).port);
  pid = platform.runtimePid;
  await sendAll(HOSTILE_REQUESTS, HOSTILE_HTTP2);
  await takeInTurn(
    QUICK.map((each) => async () => void outcomesOverTls.set(each, await sendHostileOverTls(port, each))),
  );
});

afterAll(async () => {
  expect(await platform.stop()).toBe(0);
});

it('has at least 200 cases, each with a name of its own', () => {
  expect(HOSTILE_REQUESTS.length).toBeGreaterThanOrEqual(200);
  const all = [...HOSTILE_REQUESTS, ...HOSTILE_HTTP2];
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
});

it.each(HOSTILE_REQUESTS.map((request) => [request.name, request] as const))('%s', (_name, request) => {
  expect(outcomes.get(request)).toEqual(request.answers);
});

it.each(QUICK.map((request) => [request.name, request] as const))('over TLS: %s', (_name, request) => {
  expect(outcomesOverTls.get(request)).toEqual(request.answers);
});

it.each(HOSTILE_HTTP2.map((each) => [each.name, each] as const))('%s', (_name, each) => {
  const { answers, closed } = outcomesOverHttp2.get(each) ?? { answers: [], closed: false };
  expect([each.answers, each.orElse]).toContainEqual(answers);
  expect(closed).toBe(each.closes || answers.includes('goaway'));
});

it('serves ordinary requests afterwards, in the same process, and with no line in the log that anything crashed', async () => {
  expect(await (await fetch(`${platform.url}/target/plain`)).text()).toBe('plain');
  expect(await platform.json('/good-cjs')).toEqual({ extension: 'good-cjs' });
  expect(platform.runtimePid).toBe(pid);
  expect(platform.output).not.toMatch(/BACKLOT_E_(INTERNAL|LATE_ERROR|RUNTIME_CRASHED)/);
});

it.each(['/target/throws', '/target/express'])('shows no stack to anybody: %s', async (path) => {
  const answer = await fetch(platform.url + path);
  expect([answer.status, await answer.text()]).toEqual([500, expect.not.stringMatching(/ at |\.js/)]);
});

it('leaks neither memory nor connections', async () => {
  for (let round = 0; round < WARM_UP; round++) await sendAll(QUICK, LEAVING_HTTP2);
  const before = await measure();
  for (let round = 0; round < REPETITIONS; round++) await sendAll(QUICK, LEAVING_HTTP2);
  // The connection that asks is one.
  await waitFor('the end of all connections', async () => (await measure()).sockets <= 1, 10_000);
  expect((await measure()).heap).toBeLessThan(before.heap * GROWTH);
  expect(platform.runtimePid).toBe(pid);
}, 180_000);

import { readdirSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { FIXTURES, RunningPlatform, type RunOptions } from '../support/run-platform';
import { sendRequest } from '../support/send-request';
import { waitFor } from '../support/wait-for';
import { WebhookReceiver } from '../support/webhook-receiver';
import { openWebSocket } from '../support/websocket-client';

const EXTENSIONS = [`file:${path.join(FIXTURES, 'keeps-state')}`];

/** Whose requests name a sandbox. */
const inSandbox = (name: string): RequestInit => ({ headers: { 'x-backlot-sandbox': name } });

const start = (options: RunOptions = {}) => RunningPlatform.start({ extensions: EXTENSIONS, ...options });

describe('the state of extensions', () => {
  let platform: RunningPlatform;
  let receiver: WebhookReceiver;

  beforeAll(async () => {
    receiver = await new WebhookReceiver().start();
    platform = await start();
  });
  afterAll(async () => {
    await platform.stop();
    await receiver.stop();
  });
  beforeEach(async () => {
    for (const { name } of (await sandboxes()).sandboxes) await send('DELETE', `/_backlot/sandboxes/${name}`);
    await send('POST', '/_backlot/state/reset');
    receiver.received.length = 0;
  });

  const send = (method: string, target: string, init: RequestInit = {}) =>
    fetch(platform.url + target, { method, ...init });
  const port = () => Number(new URL(platform.url).port);
  const items = (init?: RequestInit) => platform.json<Record<string, unknown>>('/items', init);
  const put = (key: string, value: string, init: RequestInit = {}) =>
    send('PUT', `/items/${key}`, { body: value, ...init });
  const sandboxes = () => platform.json<{ sandboxes: { name: string }[] }>('/_backlot/sandboxes');
  const names = async () => (await sandboxes()).sandboxes.map(({ name }) => name).sort();

  it('is reset by one request, under both prefixes', async () => {
    for (const prefix of ['_backlot', '_localstack']) {
      await put('a', '1');
      expect(await items()).toEqual({ a: '1' });
      expect(await (await send('POST', `/${prefix}/state/reset`)).json()).toEqual({ reset: ['keeps-state'] });
      expect(await items()).toEqual({});
    }
  });

  it('is reset for named extensions only, and for none that is not there', async () => {
    await put('a', '1');
    const reset = (extensions: unknown) =>
      send('POST', '/_backlot/state/reset', { body: JSON.stringify({ extensions }) });
    const unknown = await reset(['keep-state']);
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({
      error: {
        code: 'BACKLOT_E_EXTENSION_NOT_FOUND',
        message: 'there is no extension "keep-state" (did you mean "keeps-state"?)',
      },
    });
    expect((await reset('keeps-state')).status).toBe(400);
    expect(await items()).toEqual({ a: '1' });
    expect((await reset(['keeps-state'])).status).toBe(200);
    expect(await items()).toEqual({});
  });

  it('is shown with its collections', async () => {
    await put('a', '1');
    await put('b', '2', inSandbox('one'));
    await put('c', '2', inSandbox('one'));
    const shown = { persistence: false, sandbox: null };
    const extension = (records: number) => ({ name: 'keeps-state', collections: [{ name: 'items', records }] });
    expect(await platform.json('/_backlot/state')).toEqual({ ...shown, extensions: [extension(1)] });
    expect(await platform.json('/_backlot/state', inSandbox('one'))).toEqual({
      ...shown,
      sandbox: 'one',
      extensions: [extension(2)],
    });
  });

  it('is saved and restored', async () => {
    await put('a', '1');
    expect(await (await send('PUT', '/_backlot/state/snapshots/first')).json()).toMatchObject({
      name: 'first',
      extensions: ['keeps-state'],
      partial: false,
    });
    await put('a', '2');
    await put('b', '1');
    expect((await send('POST', '/_backlot/state/snapshots/first/restore')).status).toBe(200);
    expect(await items()).toEqual({ a: '1' });
    const { snapshots } = await platform.json<{ snapshots: { name: string }[] }>('/_backlot/state/snapshots');
    expect(snapshots.map(({ name }) => name)).toEqual(['first']);
    expect((await send('DELETE', '/_backlot/state/snapshots/first')).status).toBe(204);
    expect((await send('DELETE', '/_backlot/state/snapshots/first')).status).toBe(404);
    expect((await send('POST', '/_backlot/state/snapshots/first/restore')).status).toBe(404);
    expect((await send('PUT', '/_backlot/state/snapshots/-no')).status).toBe(400);
  });

  it('is another one in each sandbox, named by header, host or key', async () => {
    await put('a', 'default');
    await put('a', 'header', inSandbox('one'));
    const hosted = { method: 'PUT', headers: { host: 'two.sandbox.localhost:4566' }, body: 'host' };
    expect((await sendRequest(port(), '/items/a', hosted)).status).toBe(200);
    await put('a', 'key', { headers: { authorization: 'Bearer key_three' } });
    expect(await items()).toEqual({ a: 'default' });
    expect(await items(inSandbox('one'))).toEqual({ a: 'header' });
    expect(await items(inSandbox('two'))).toEqual({ a: 'host' });
    expect(await items(inSandbox('three'))).toEqual({ a: 'key' });
    expect(await names()).toEqual(['one', 'three', 'two']);
    const own = await sendRequest(port(), '/_backlot/state', { headers: { host: 'two.sandbox.localhost' } });
    expect(own.json()).toMatchObject({ sandbox: 'two' });
    expect((await send('DELETE', '/_backlot/sandboxes/one')).status).toBe(204);
    expect((await send('DELETE', '/_backlot/sandboxes/one')).status).toBe(404);
    expect(await items(inSandbox('one'))).toEqual({});
  });

  it('refuses a name that cannot be one, by whatever way it comes', async () => {
    const refused = await fetch(`${platform.url}/items`, inSandbox('no/name'));
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: { code: 'BACKLOT_E_STATE_NAME_INVALID' } });
    const mapped = await fetch(`${platform.url}/items`, { headers: { authorization: 'Bearer key_-' } });
    expect(mapped.status).toBe(400);
    expect(await names()).toEqual([]);
  });

  it('lets a sandbox begin as a snapshot, and go back to it', async () => {
    await put('a', '1');
    await send('PUT', '/_backlot/state/snapshots/begin');
    await put('a', '2');
    const make = (body: unknown) =>
      send('PUT', '/_backlot/sandboxes/worker', { body: JSON.stringify(body), method: 'PUT' });
    expect((await make({ from: 'nothing' })).status).toBe(404);
    expect((await make({ form: 'begin' })).status).toBe(400);
    expect((await make({ from: 'begin' })).status).toBe(201);
    expect((await make({ from: 'begin' })).status).toBe(200);
    expect((await make({ from: 'other' })).status).toBe(409);
    expect(await items(inSandbox('worker'))).toEqual({ a: '1' });
    await put('b', '1', inSandbox('worker'));
    await send('POST', '/_backlot/state/reset', inSandbox('worker'));
    expect(await items(inSandbox('worker'))).toEqual({ a: '1' });
    expect(await items()).toEqual({ a: '2' });
  });

  it('repeats exactly in a sandbox with a seed and a frozen clock, also after a reset', async () => {
    const body = JSON.stringify({ ids: { seed: 7 }, clock: { now: '2030-01-31T12:00:00Z', frozen: true } });
    const make = async () =>
      (await (await send('POST', '/ids', inSandbox('exact'))).json()) as { id: string; now: string };
    await send('PUT', '/_backlot/sandboxes/exact', { body });
    const first = [await make(), await make()];
    const ids = first.map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^it_\w{14}$/);
    expect(first.map(({ now }) => now)).toEqual(['2030-01-31T12:00:00.000Z', '2030-01-31T12:00:00.000Z']);
    const advance = await send('POST', '/_backlot/clock/advance', { body: '{"by":"1d 2h"}', ...inSandbox('exact') });
    expect(await advance.json()).toMatchObject({ iso: '2030-02-01T14:00:00.000Z', frozen: true });
    await send('POST', '/_backlot/state/reset', inSandbox('exact'));
    expect([await make(), await make()]).toEqual(first);
    expect(await platform.json('/_backlot/clock')).toMatchObject({ frozen: false });
    expect((await send('PUT', '/_backlot/clock', { body: '{"now":"soon"}' })).status).toBe(400);
  });

  it('keeps 100 sandboxes apart that are written in parallel', async () => {
    const workers = Array.from({ length: 100 }, (_, index) => `worker-${index}`);
    const write = async (worker: string, index: number): Promise<void> => {
      for (let round = 0; round < 5; round++) {
        const way = (index + round) % 4;
        if (way === 0) await put(`k${round}`, worker, inSandbox(worker));
        if (way === 1) await put(`k${round}`, worker, { headers: { authorization: `Bearer key_${worker}` } });
        if (way === 2) {
          const headers = { host: `${worker}.sandbox.localhost` };
          await sendRequest(port(), `/items/k${round}`, { method: 'PUT', headers, body: worker });
        }
        if (way === 3) {
          const response = await send('POST', '/listener', { body: worker, ...inSandbox(worker) });
          await response.body?.cancel();
        }
      }
    };
    await Promise.all(workers.map(write));
    for (const worker of workers) {
      const kept = await items(inSandbox(worker));
      const values = Object.entries(kept).filter(([key]) => key !== 'closed');
      expect(values.map(([, value]) => value)).toEqual(values.map(() => worker));
      expect(values.length).toBeGreaterThanOrEqual(4);
    }
    expect(await items()).toEqual({});
  });

  it('fences a request that began before a reset', async () => {
    for (const init of [{}, inSandbox('fenced')]) {
      const late = send('POST', '/late/a', init);
      await waitFor('the request', async () => (await platform.json<number>('/waiting')) > 0);
      await send('POST', '/_backlot/state/reset', init);
      await send('POST', '/release');
      expect((await late).status).toBe(409);
      expect(await (await late).json()).toMatchObject({ error: { code: 'BACKLOT_E_STATE_FENCED' } });
      expect(await items(init)).toEqual({});
    }
    expect(platform.stderr).not.toContain('FENCED');
  });

  it.each(['reset', 'restore', 'delete'])('lets nothing of timers and webhooks arrive after a %s', async (how) => {
    await send('PUT', '/_backlot/state/snapshots/empty');
    const init = inSandbox('busy');
    await send('POST', '/timers', init);
    receiver.answer = (_received, response) => setTimeout(() => response.writeHead(500).end(), 5);
    await send('POST', '/webhooks', { body: JSON.stringify({ url: receiver.url('/hook'), count: 200 }), ...init });
    await receiver.has(20);
    await waitFor('the timers', async () => {
      const { timer, clock } = await items(init);
      return timer !== undefined && clock !== undefined;
    });
    if (how === 'reset') await send('POST', '/_backlot/state/reset', init);
    if (how === 'restore') await send('POST', '/_backlot/state/snapshots/empty/restore', init);
    if (how === 'delete') await send('DELETE', '/_backlot/sandboxes/busy');
    const arrived = receiver.received.length;
    expect(await items(init)).toEqual({});
    // So long that each of them would have come many times over.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await items(init)).toEqual({});
    expect(receiver.received.length).toBe(arrived);
    expect(platform.stderr).not.toContain('FENCED');
  });

  it('shows, drains and repeats webhooks', async () => {
    receiver.answer = 200;
    await send('POST', '/webhooks', { body: JSON.stringify({ url: receiver.url(''), count: 7 }) });
    expect(await (await send('POST', '/_backlot/webhooks/drain')).json()).toEqual({ failed: [], waiting: [] });
    expect(receiver.received.length).toBe(7);
    const { webhooks } = await platform.json<{ webhooks: { id: string; state: string; body: string }[] }>(
      '/_backlot/webhooks?state=delivered&extension=keeps-state',
    );
    expect(webhooks.map(({ body }) => body)).toContain('{"number":6}');
    expect((await send('POST', `/_backlot/webhooks/${webhooks[0]?.id}/resend`)).status).toBe(200);
    await receiver.has(8);
    expect((await send('POST', '/_backlot/webhooks/none/resend')).status).toBe(404);
  });

  it('ends streams and WebSockets with the state that they began with', async () => {
    const events = await fetch(`${platform.url}/events`, inSandbox('open'));
    const others = await fetch(`${platform.url}/events`, inSandbox('other'));
    const listener = await send('POST', '/listener', { body: 'x', ...inSandbox('open') });
    const socket = await openWebSocket(port(), '/socket', { headers: { 'x-backlot-sandbox': 'open' } });
    expect(await socket.next()).toBe('open');
    socket.socket.send('told');
    expect(await socket.next()).toMatch(/^[123]$/);
    expect(await items(inSandbox('open'))).toMatchObject({ told: 'socket', listener: 'x' });
    const cut = listener.text().catch(() => 'cut');
    await send('POST', '/_backlot/state/reset', { ...inSandbox('open'), body: '{"extensions":["keeps-state"]}' });
    expect(await events.text()).toBe('data: begun\n\n');
    expect(await socket.closed()).toEqual({ code: 1012, reason: 'the state was replaced' });
    expect(await cut).toBe('cut');
    await waitFor('the end of what was open', async () => {
      return Object.keys(await items(inSandbox('open'))).length === 0;
    });
    const reader = (others.body as ReadableStream<Uint8Array>).getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('data: begun\n\n');
    await reader.cancel();
  });

  it('is there after the code of the extension is loaded anew', async () => {
    await put('a', '1');
    await put('a', '2', inSandbox('one'));
    await send('POST', '/timers');
    await waitFor('a tick', async () => (await items()).timer !== undefined);
    expect((await send('POST', '/_backlot/extensions/keeps-state/reload')).status).toBe(200);
    const { timer, clock, a } = await items();
    expect(a).toBe('1');
    expect(await items(inSandbox('one'))).toEqual({ a: '2' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await items()).toMatchObject({ timer, clock });
  });
});

describe('a sandbox that nobody uses', () => {
  it('is deleted, but not while a request of it is open', async () => {
    const platform = await start({ environment: { BACKLOT_SANDBOX_TTL: '0.3' } });
    const names = async () => {
      const { sandboxes } = await platform.json<{ sandboxes: { name: string }[] }>('/_backlot/sandboxes');
      return sandboxes.map(({ name }) => name).sort();
    };
    await fetch(`${platform.url}/items`, inSandbox('unused'));
    const open = await fetch(`${platform.url}/events`, inSandbox('used'));
    const body = JSON.stringify({ ttl: 60 });
    await fetch(`${platform.url}/_backlot/sandboxes/kept`, { method: 'PUT', body });
    expect(await names()).toEqual(['kept', 'unused', 'used']);
    await waitFor('its end', async () => (await names()).length === 2);
    expect(await names()).toEqual(['kept', 'used']);
    await open.body?.cancel();
    await waitFor('the end of the other one', async () => (await names()).length === 1);
    await platform.stop();
  });
});

describe('a platform with PERSISTENCE=1', () => {
  const environment = { PERSISTENCE: '1' };
  const items = (platform: RunningPlatform, init?: RequestInit) => platform.json('/items', init);
  const put = (platform: RunningPlatform, key: string, init: RequestInit = {}) =>
    fetch(`${platform.url}/items/${key}`, { method: 'PUT', body: key, ...init });

  it('has its state, sandboxes and snapshots after a restart', async () => {
    const platform = await start({ environment });
    await put(platform, 'a');
    await fetch(`${platform.url}/_backlot/state/snapshots/first`, { method: 'PUT' });
    await put(platform, 'b', inSandbox('one'));
    expect(await platform.stop()).toBe(0);
    const again = await start({ environment, home: platform.home });
    expect(await items(again)).toEqual({ a: 'a' });
    expect(await items(again, inSandbox('one'))).toEqual({ b: 'b' });
    expect(await again.json('/_backlot/state')).toMatchObject({ persistence: true });
    await fetch(`${again.url}/_backlot/state/reset`, { method: 'POST' });
    expect(await items(again)).toEqual({});
    await fetch(`${again.url}/_backlot/state/snapshots/first/restore`, { method: 'POST' });
    expect(await items(again)).toEqual({ a: 'a' });
    await again.stop();
  });

  it('has what was acknowledged after a kill of all of it', async () => {
    const platform = await start({ environment });
    const acknowledged: string[] = [];
    const runtime = platform.runtimePid;
    const writing = (async () => {
      for (let number = 0; ; number++) {
        const key = `k${number}`;
        if ((await put(platform, key)).ok) acknowledged.push(key);
      }
    })().catch(() => undefined);
    await waitFor('some writes', () => acknowledged.length > 50);
    platform.process.kill('SIGKILL');
    process.kill(runtime, 'SIGKILL');
    await writing;
    const again = await start({ environment, home: platform.home });
    expect(Object.keys((await items(again)) as object)).toEqual(expect.arrayContaining(acknowledged));
    await again.stop();
  });

  it('sends what was pending when it was stopped', async () => {
    const receiver = await new WebhookReceiver().start();
    const { port } = receiver;
    await receiver.stop();
    const platform = await start({ environment });
    const body = JSON.stringify({ url: `http://127.0.0.1:${port}`, count: 3 });
    await fetch(`${platform.url}/webhooks`, { method: 'POST', body });
    await platform.stop();
    await receiver.start(port);
    const again = await start({ environment, home: platform.home });
    await receiver.has(3);
    await again.stop();
    await receiver.stop();
  });

  it('does not start over a damaged state, and says which file it is', async () => {
    const platform = await start({ environment });
    await put(platform, 'a');
    await platform.stop();
    const folder = path.join(platform.home, 'volume', 'state');
    truncateSync(path.join(folder, 'store', 'data.mdb'), 5000);
    for (let round = 0; round < 2; round++) {
      const refused = RunningPlatform.spawn({ environment, home: platform.home, extensions: EXTENSIONS });
      await refused.ended();
      expect(refused.stderr).toContain('BACKLOT_E_STATE_DAMAGED');
      expect(refused.stderr).toContain(path.join(folder, 'store.damaged-'));
    }
    const begun = await start({
      environment: { ...environment, BACKLOT_STATE_DAMAGED: 'begin-empty' },
      home: platform.home,
    });
    expect(await items(begun)).toEqual({});
    await begun.stop();
    expect(readdirSync(folder).filter((name) => name.startsWith('store.damaged-'))).toHaveLength(1);
  });
});

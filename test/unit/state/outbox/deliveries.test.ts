import { createHmac } from 'node:crypto';
import { NOON, OutboxKit } from '../../../support/outbox-kit';
import { webhookReceiver } from '../../../support/webhook-receiver';
import { codeOf } from '../../../support/state-kit';

describe('a delivery', () => {
  it('is sent as JSON after the call has returned, and kept with its answer', async () => {
    const app = await webhookReceiver();
    app.answer = (_received, response) => response.writeHead(201).end('thank you');
    const { outbox } = new OutboxKit();
    const sent = outbox.send({ url: app.url('/hooks?x=1'), headers: { 'X-Kind': 'test' } }, { type: 'paid' });
    expect(sent).toMatchObject({ state: 'pending', created: NOON, attempts: [], url: app.url('/hooks?x=1') });
    expect(app.received).toEqual([]);
    await expect(outbox.drain()).resolves.toEqual({ failed: [], waiting: [] });
    expect(app.received).toMatchObject([
      {
        method: 'POST',
        path: '/hooks?x=1',
        text: '{"type":"paid"}',
        headers: {
          'content-type': 'application/json',
          'content-length': '15',
          'x-kind': 'test',
          'webhook-id': sent.id,
          'webhook-timestamp': String(NOON / 1000),
        },
      },
    ]);
    const [kept] = outbox.list();
    expect(kept).toEqual(outbox.get(sent.id));
    expect(kept).toMatchObject({
      id: sent.id,
      state: 'delivered',
      body: Buffer.from('{"type":"paid"}'),
      contentType: 'application/json',
      headers: { 'x-kind': 'test' },
      attempts: [{ at: NOON, status: 201, answer: 'thank you' }],
    });
  });

  it('carries strings and bytes as they are', async () => {
    const app = await webhookReceiver();
    const { outbox } = new OutboxKit();
    outbox.send({ url: app.url() }, 'grüezi');
    outbox.send({ url: app.url() }, Uint8Array.of(0, 255, 10));
    outbox.send({ url: app.url(), headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }, 'a=1&b=2');
    outbox.send({ url: app.url() }, null);
    await outbox.drain();
    expect(app.received.map(({ body, headers }) => [headers['content-type'], body])).toEqual([
      ['text/plain; charset=utf-8', Buffer.from('grüezi')],
      ['application/octet-stream', Buffer.from([0, 255, 10])],
      ['application/x-www-form-urlencoded', Buffer.from('a=1&b=2')],
      ['application/json', Buffer.from('null')],
    ]);
    expect(outbox.list().map(({ body }) => body)).toEqual(app.received.map(({ body }) => body));
  });

  it.each([
    ['an address that is none', { url: 'example' }, 1, {}],
    ['another protocol', { url: 'ftp://example.com/' }, 1, {}],
    ['no address', {}, 1, {}],
    ['a header that cannot be sent', { headers: { 'x y': '1' } }, 1, {}],
    ['a value with a line break', { headers: { x: 'a\r\nb: c' } }, 1, {}],
    ['a header of the request itself', { headers: { 'Content-Length': '3' } }, 1, {}],
    ['no payload', {}, undefined, {}],
    ['a function', {}, () => 1, {}],
    ['a circle', {}, circle(), {}],
    ['too much', {}, 'x'.repeat(10 * 1024 * 1024 + 1), {}],
    ['a time limit that is none', {}, 1, { timeout: 0 }],
    ['retries that are none', {}, 1, { retries: [1, -1] }],
  ])('is refused with %s', (_what, endpoint, payload, options) => {
    const { outbox } = new OutboxKit();
    const url = _what === 'no address' ? {} : { url: 'http://127.0.0.1:1/' };
    expect(codeOf(() => outbox.send({ ...url, ...endpoint } as { url: string }, payload, options))).toBe(
      'BACKLOT_E_WEBHOOK_INVALID',
    );
    expect(outbox.list()).toEqual([]);
  });

  it('is not sent when the transaction that sent it fails', async () => {
    const app = await webhookReceiver();
    const { outbox, worlds } = new OutboxKit();
    expect(() =>
      worlds.transaction(() => {
        outbox.send({ url: app.url() }, 'undone');
        throw new Error('no');
      }),
    ).toThrow('no');
    worlds.transaction(() => outbox.send({ url: app.url() }, 'done'));
    await outbox.drain();
    expect(app.texts).toEqual(['done']);
    expect(outbox.list()).toHaveLength(1);
  });

  it('keeps the beginning of a long answer', async () => {
    const app = await webhookReceiver();
    app.answer = (_received, response) => response.writeHead(200).end('x'.repeat(1_000_000));
    const { outbox } = new OutboxKit();
    outbox.send({ url: app.url() }, 1);
    await outbox.drain();
    expect(outbox.list()[0]).toMatchObject({ state: 'delivered', attempts: [{ answer: 'x'.repeat(16 * 1024) }] });
  });

  it('counts as delivered when the status is there and the body does not come', async () => {
    const app = await webhookReceiver();
    app.answer = (_received, response) => void response.writeHead(200).write('so far');
    const { outbox } = new OutboxKit();
    outbox.send({ url: app.url() }, 1, { timeout: 50 });
    await outbox.drain();
    expect(outbox.list()[0]).toMatchObject({ state: 'delivered', attempts: [{ status: 200, answer: 'so far' }] });
  });
});

describe('signatures', () => {
  it('are those of Standard Webhooks, with a secret of either form', async () => {
    const app = await webhookReceiver();
    const { outbox, clock } = new OutboxKit();
    const key = Buffer.from('a key of some length');
    outbox.send({ url: app.url(), secret: `whsec_${key.toString('base64')}` }, { a: 1 });
    await outbox.drain();
    await clock.advance(61_500);
    outbox.send({ url: app.url(), secret: 'plain' }, { b: 2 });
    await outbox.drain();
    const signature = (of: Buffer | string, id: unknown, at: number, body: string): string =>
      `v1,${createHmac('sha256', of)
        .update(`${String(id)}.${at}.${body}`)
        .digest('base64')}`;
    const [first, second] = app.received.map(({ headers }) => headers);
    expect(first?.['webhook-signature']).toBe(signature(key, first?.['webhook-id'], NOON / 1000, '{"a":1}'));
    expect(second?.['webhook-timestamp']).toBe(String(NOON / 1000 + 61));
    expect(second?.['webhook-signature']).toBe(signature('plain', second?.['webhook-id'], NOON / 1000 + 61, '{"b":2}'));
  });

  it('can be those of Stripe, made anew for each attempt, by a signer that may be async', async () => {
    const app = await webhookReceiver();
    app.answers.push(500);
    const { outbox, clock, worlds, current } = new OutboxKit();
    const seen: unknown[] = [];
    outbox.configure({
      sign: async ({ body, timestamp, secret = '' }) => {
        seen.push(current.getStore()?.world);
        await Promise.resolve();
        const v1 = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex');
        return { 'Stripe-Signature': `t=${timestamp},v1=${v1}` };
      },
    });
    outbox.send({ url: app.url(), secret: 'whsec_x' }, { id: 'evt_1' });
    await clock.advance(10_000);
    const hmac = (at: number): string => createHmac('sha256', 'whsec_x').update(`${at}.{"id":"evt_1"}`).digest('hex');
    const [first, second] = [NOON / 1000, NOON / 1000 + 1];
    expect(app.received.map(({ headers }) => headers['stripe-signature'])).toEqual([
      `t=${first},v1=${hmac(first)}`,
      `t=${second},v1=${hmac(second)}`,
    ]);
    expect(app.received[0]?.headers).not.toHaveProperty('webhook-id');
    expect(seen).toEqual([worlds.base, worlds.base]);
  });

  it('that cannot be made count as failures', async () => {
    const app = await webhookReceiver();
    const { outbox } = new OutboxKit();
    outbox.configure({
      retries: [],
      sign: () => {
        throw new Error('no key');
      },
    });
    outbox.send({ url: app.url() }, 1);
    const { failed } = await outbox.drain();
    expect(failed).toMatchObject([{ state: 'failed', attempts: [{ error: 'it could not be signed: Error: no key' }] }]);
    expect(app.received).toEqual([]);
  });

  it('that take too long count as failures', async () => {
    const { outbox } = new OutboxKit();
    outbox.configure({ retries: [], timeout: 20, sign: () => new Promise(() => undefined) });
    outbox.send({ url: 'http://127.0.0.1:1/' }, 1);
    const { failed } = await outbox.drain();
    expect(failed[0]?.attempts[0]?.error).toBe('it could not be signed: Error: it took longer than 0.02 s');
  });

  it('do not show the secret to whoever lists deliveries', async () => {
    const { outbox } = new OutboxKit();
    outbox.send({ url: 'http://127.0.0.1:1/', secret: 'very-secret' }, 1);
    expect(JSON.stringify(outbox.list())).not.toContain('very-secret');
    await outbox.drain();
  });
});

function circle(): unknown {
  const round: Record<string, unknown> = {};
  round['self'] = round;
  return round;
}

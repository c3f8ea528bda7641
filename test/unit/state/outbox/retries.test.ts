import { NOON, OutboxKit } from '../../../support/outbox-kit';
import { waitFor } from '../../../support/wait-for';
import { webhookReceiver } from '../../../support/webhook-receiver';
import { codeOf } from '../../../support/state-kit';

describe('a delivery that fails', () => {
  it('is repeated with growing waits on the clock of the world, and then given up', async () => {
    const app = await webhookReceiver();
    app.answer = 503;
    const { outbox, clock, warnings } = new OutboxKit();
    const { id } = outbox.send({ url: app.url() }, 1);
    expect(await outbox.drain()).toMatchObject({ failed: [], waiting: [{ id, nextAttempt: NOON + 1_000 }] });
    await clock.advance(999);
    expect(app.received).toHaveLength(1);
    await clock.advance(1);
    expect(app.received).toHaveLength(2);
    await clock.advance(3_600_000);
    expect(outbox.get(id)).toMatchObject({ state: 'failed' });
    expect(outbox.get(id)?.attempts.map(({ at, status }) => [(at - NOON) / 1000, status])).toEqual(
      [0, 1, 3, 7, 15, 31, 63].map((seconds) => [seconds, 503]),
    );
    expect(warnings).toEqual([`gave up the webhook ${id} to ${app.url()} after 7 attempts: the answer was 503`]);
    expect(await outbox.drain()).toMatchObject({ failed: [{ id }], waiting: [] });
    expect(await outbox.drain()).toEqual({ failed: [], waiting: [] });
  });

  it('arrives once the application is there', async () => {
    const app = await webhookReceiver();
    const { port } = app;
    await app.stop();
    const { outbox, clock } = new OutboxKit();
    const { id } = outbox.send({ url: `http://127.0.0.1:${port}/` }, 'hello');
    const { waiting } = await outbox.drain();
    expect(waiting[0]?.attempts[0]?.error).toContain('ECONNREFUSED');
    await clock.advance(3_000);
    const later = await webhookReceiver(port);
    await clock.advance(60_000);
    expect(later.texts).toEqual(['hello']);
    expect(outbox.get(id)?.attempts).toHaveLength(4);
  });

  it('is repeated by itself while the clock runs', async () => {
    const app = await webhookReceiver();
    app.answers.push(500, 500);
    const { outbox, clock } = new OutboxKit();
    clock.showRealTime();
    outbox.send({ url: app.url() }, 1, { retries: [5, 10] });
    await app.has(3);
    await waitFor('the answer', () => outbox.list()[0]?.state === 'delivered');
  });

  it('is repeated as the extension, or the call, says', async () => {
    const app = await webhookReceiver();
    app.answer = 500;
    const { outbox, clock } = new OutboxKit();
    outbox.configure({ retries: [10] });
    outbox.send({ url: app.url('/extension') }, 1);
    outbox.send({ url: app.url('/call') }, 1, { retries: [20, 0] });
    await clock.advance(1_000);
    const times = outbox.list().map(({ attempts }) => attempts.map(({ at }) => at - NOON));
    expect(times).toEqual([
      [0, 10],
      [0, 20, 20],
    ]);
    expect(codeOf(() => outbox.configure({ retries: [NaN] }))).toBe('BACKLOT_E_WEBHOOK_INVALID');
  });

  it.each([301, 307, 404, 410, 500])('is one that is answered with %p', async (status) => {
    const [app, elsewhere] = [await webhookReceiver(), await webhookReceiver()];
    app.answer = (_received, response) => response.writeHead(status, { location: elsewhere.url() }).end();
    const { outbox } = new OutboxKit();
    outbox.send({ url: app.url() }, 1, { retries: [] });
    expect(await outbox.drain()).toMatchObject({ failed: [{ attempts: [{ status }] }] });
    expect(elsewhere.received).toEqual([]);
  });

  it('is one that is not answered in time, whether or not the clock is frozen', async () => {
    const app = await webhookReceiver();
    app.answer = () => undefined;
    const { outbox } = new OutboxKit();
    outbox.configure({ timeout: 60, retries: [] });
    outbox.send({ url: app.url('/extension') }, 1);
    outbox.send({ url: app.url('/call') }, 1, { timeout: 30 });
    const { failed } = await outbox.drain();
    expect(failed.map(({ attempts }) => attempts[0]?.error).sort()).toEqual([
      'there was no answer within 0.03 s',
      'there was no answer within 0.06 s',
    ]);
    await waitFor('the connections to be closed', async () => (await app.connections()) === 0);
  });

  it('is one whose connection breaks', async () => {
    const app = await webhookReceiver();
    app.answer = (_received, response) => response.socket?.destroy();
    const { outbox } = new OutboxKit();
    outbox.send({ url: app.url() }, 1, { retries: [] });
    const { failed } = await outbox.drain();
    expect(failed[0]?.attempts[0]?.error).toMatch(/socket hang up|ECONNRESET/);
  });
});

describe('the order of deliveries', () => {
  it('is kept for one URL: one that fails holds up the later ones until it is given up', async () => {
    const app = await webhookReceiver();
    const refused = new Set(['1', '2']);
    app.answer = ({ text }, response) => response.writeHead(refused.has(text) ? 500 : 200).end();
    const { outbox, clock } = new OutboxKit();
    for (const text of ['1', '2', '3']) outbox.send({ url: app.url() }, text, { retries: [100, 100] });
    const { waiting } = await outbox.drain();
    expect(waiting.map(({ body, nextAttempt }) => [body.toString(), nextAttempt])).toEqual([
      ['1', NOON + 100],
      ['2', undefined],
      ['3', undefined],
    ]);
    await clock.advance(150);
    refused.delete('2');
    await clock.advance(100);
    expect(app.texts).toEqual(['1', '1', '1', '2', '3']);
  });

  it('holds up nothing that goes elsewhere, be it that an answer does not come', async () => {
    const [hanging, failing, fine] = [await webhookReceiver(), await webhookReceiver(), await webhookReceiver()];
    hanging.answer = () => undefined;
    failing.answer = 500;
    const { outbox } = new OutboxKit();
    outbox.send({ url: hanging.url() }, 1, { timeout: 5_000, retries: [] });
    outbox.send({ url: failing.url() }, 1);
    for (let i = 0; i < 5; i++) outbox.send({ url: fine.url() }, String(i));
    outbox.send({ url: failing.url('/other') }, 2);
    await Promise.all([hanging.has(1), failing.has(2), fine.has(5)]);
    expect(fine.texts).toEqual(['0', '1', '2', '3', '4']);
    expect(outbox.list({ state: 'pending', url: hanging.url() })).toHaveLength(1);
  });

  it('never has two attempts for one URL at the same time', async () => {
    const app = await webhookReceiver();
    let [open, most] = [0, 0];
    app.answer = (_received, response) => {
      most = Math.max(most, (open += 1));
      setTimeout(() => {
        open -= 1;
        response.end();
      }, 3);
    };
    const { outbox } = new OutboxKit();
    for (let i = 0; i < 20; i++) outbox.send({ url: app.url() }, String(i));
    await outbox.drain();
    expect(most).toBe(1);
    expect(app.texts).toEqual(Array.from({ length: 20 }, (_, i) => String(i)));
  });
});

describe('sending once more', () => {
  it('sends what was delivered again, with the same identifier', async () => {
    const app = await webhookReceiver();
    const { outbox, clock } = new OutboxKit();
    const { id } = outbox.send({ url: app.url() }, 'again');
    await outbox.drain();
    await clock.advance(5_000);
    expect(outbox.resend(id)).toMatchObject({ id, state: 'pending' });
    await outbox.drain();
    expect(app.texts).toEqual(['again', 'again']);
    expect(app.received.map(({ headers }) => headers['webhook-id'])).toEqual([id, id]);
    expect(outbox.get(id)).toMatchObject({ state: 'delivered', attempts: [{ at: NOON }, { at: NOON + 5_000 }] });
    expect(outbox.list()).toHaveLength(1);
  });

  it('gives what was given up all its attempts again, behind what waits', async () => {
    const app = await webhookReceiver();
    app.answer = 500;
    const { outbox, clock } = new OutboxKit();
    const { id } = outbox.send({ url: app.url() }, 'first', { retries: [10] });
    await clock.advance(10);
    expect(outbox.get(id)?.state).toBe('failed');
    outbox.send({ url: app.url() }, 'second', { retries: [10] });
    outbox.resend(id);
    await clock.advance(100);
    expect(app.texts).toEqual(['first', 'first', 'second', 'second', 'first', 'first']);
    expect(outbox.get(id)?.attempts).toHaveLength(4);
  });

  it('does not wait for the next attempt of what is pending', async () => {
    const app = await webhookReceiver();
    app.answers.push(500);
    const { outbox } = new OutboxKit();
    const { id } = outbox.send({ url: app.url() }, 1);
    await outbox.drain();
    outbox.resend(id);
    expect(await outbox.drain()).toEqual({ failed: [], waiting: [] });
    expect(app.received).toHaveLength(2);
  });

  it('cannot be done with what is not there', () => {
    const { outbox } = new OutboxKit();
    expect(codeOf(() => outbox.resend('msg_x'))).toBe('BACKLOT_E_WEBHOOK_NOT_FOUND');
  });
});

describe('dropping what an endpoint has pending', () => {
  it('tries it no more, and lets others with the same URL through', async () => {
    const app = await webhookReceiver();
    app.answers.push(500);
    const { outbox, clock } = new OutboxKit();
    const [gone, kept] = [
      { url: app.url(), secret: 'gone' },
      { url: app.url(), secret: 'kept' },
    ];
    for (const body of ['1', '2']) outbox.send(gone, body);
    outbox.send(kept, '3');
    await outbox.drain();
    expect(app.texts).toEqual(['1']);
    outbox.drop(gone);
    await outbox.drain();
    await clock.advance(3_600_000);
    expect(app.texts).toEqual(['1', '3']);
    expect(outbox.list().map(({ state }) => state)).toEqual(['dropped', 'dropped', 'delivered']);
  });

  it('lets an attempt that is under way end, and is the last', async () => {
    const app = await webhookReceiver();
    app.answer = 500;
    const { outbox, clock } = new OutboxKit();
    const { id } = outbox.send({ url: app.url() }, 'x');
    await outbox.drain();
    const again = clock.advance(1_000);
    outbox.drop({ url: app.url() });
    await again;
    await clock.advance(3_600_000);
    expect(outbox.get(id)?.state).toBe('dropped');
    expect(app.texts.length).toBeLessThanOrEqual(2);
  });
});

describe('what is kept', () => {
  it('are all deliveries that are pending, and the last 1000 of the others', async () => {
    const app = await webhookReceiver();
    app.answer = ({ path }, response) => response.writeHead(path === '/down' ? 500 : 200).end();
    const { outbox } = new OutboxKit();
    const { id } = outbox.send({ url: app.url('/down') }, 1);
    const ids = Array.from({ length: 1_003 }, (_, i) => outbox.send({ url: app.url(`/${i % 4}`) }, 1).id);
    await outbox.drain();
    const kept = outbox.list();
    expect(kept).toHaveLength(1_001);
    expect(kept[0]?.id).toBe(id);
    expect(ids.slice(0, 10).filter((each) => outbox.get(each) === undefined)).toHaveLength(3);
  });

  it('are the last 20 attempts of each', async () => {
    const app = await webhookReceiver();
    app.answer = 500;
    const { outbox, clock } = new OutboxKit();
    outbox.send({ url: app.url() }, 1, { retries: Array.from({ length: 24 }, () => 1) });
    await clock.advance(30);
    const [{ attempts } = { attempts: [] }] = outbox.list();
    expect(attempts.map(({ at }) => at - NOON)).toEqual(Array.from({ length: 20 }, (_, i) => i + 5));
  });
});

describe('worlds', () => {
  it('have an outbox each, on a clock of their own', async () => {
    const app = await webhookReceiver();
    app.answer = 500;
    const kit = new OutboxKit();
    const { outbox, clock } = kit;
    const other = kit.worlds.sandbox('other');
    kit.clocks.of(other).freeze(0);
    outbox.send({ url: app.url('/default') }, 1);
    kit.within(other, () => outbox.send({ url: app.url('/other') }, 1));
    await Promise.all([outbox.drain(), outbox.in(other).drain()]);
    app.received.length = 0;
    await kit.clocks.of(other).advance(1_000);
    expect(app.received.map(({ path }) => path)).toEqual(['/other']);
    await clock.advance(1_000);
    expect(app.received.map(({ path }) => path)).toEqual(['/other', '/default']);
    expect(outbox.list().map(({ url }) => url)).toEqual([app.url('/default')]);
  });
});

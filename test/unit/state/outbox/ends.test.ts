import { dropPending, ownersWithPending, seedIds, type World, type Worlds } from '../../../../src/state';
import { OutboxKit } from '../../../support/outbox-kit';
import { waitFor } from '../../../support/wait-for';
import { type WebhookReceiver, webhookReceiver } from '../../../support/webhook-receiver';

describe('the end of an epoch', () => {
  it('ends what is in flight and what is queued: nothing arrives later, and drains are over', async () => {
    const [app, failing] = [await webhookReceiver(), await webhookReceiver()];
    app.answer = () => undefined;
    failing.answer = 500;
    const kit = new OutboxKit();
    const { outbox, worlds, clock, reported } = kit;
    for (let i = 0; i < 3; i++) outbox.send({ url: app.url() }, String(i));
    outbox.send({ url: failing.url() }, 1);
    await Promise.all([app.has(1), failing.has(1)]);
    const drained = outbox.drain();
    clock.showRealTime();
    worlds.reset(worlds.base);
    await expect(drained).resolves.toEqual({ failed: [], waiting: [] });
    await waitFor('the connection to be cut', async () => (await app.connections()) === 0);
    expect(outbox.list()).toEqual([]);
    await kit.clock.advance(3_600_000);
    expect(app.received).toHaveLength(1);
    expect(failing.received).toHaveLength(1);
    expect(reported).toEqual([]);
  });

  it('drops what was sent just before it', async () => {
    const app = await webhookReceiver();
    const { outbox, worlds } = new OutboxKit();
    outbox.send({ url: app.url() }, 'before');
    worlds.reset(worlds.base);
    outbox.send({ url: app.url() }, 'after');
    await outbox.drain();
    expect(app.texts).toEqual(['after']);
  });

  it('writes nothing of the old state into the new one', async () => {
    const app = await webhookReceiver();
    const { outbox, worlds } = new OutboxKit();
    const { id } = outbox.send({ url: app.url() }, 1);
    worlds.save('before');
    let answer = (): void => undefined;
    app.answer = (_received, response) => (answer = () => response.end());
    await app.has(1);
    worlds.restore('before');
    answer();
    await waitFor('the connection to be closed', async () => (await app.connections()) === 0);
    expect(outbox.get(id)).toMatchObject({ state: 'pending', attempts: [] });
  });

  it('does not end what other worlds have', async () => {
    const app = await webhookReceiver();
    const kit = new OutboxKit();
    const { outbox, worlds } = kit;
    const other = worlds.sandbox('other');
    kit.within(other, () => outbox.send({ url: app.url() }, 'other'));
    worlds.reset(worlds.base);
    await outbox.in(other).drain();
    expect(app.texts).toEqual(['other']);
  });
});

describe('what a world has pending when it is taken up', () => {
  async function withPending(): Promise<{ app: WebhookReceiver; worlds: Worlds; ids: string[] }> {
    const app = await webhookReceiver();
    app.answers.push(500);
    const { outbox, worlds, end } = new OutboxKit();
    const ids = ['1', '2'].map((text) => outbox.send({ url: app.url() }, text).id);
    await outbox.drain();
    end.abort();
    return { app, worlds, ids };
  }

  it('is sent after a restart, when its time has come', async () => {
    const { app, worlds } = await withPending();
    const { outbox, clock } = new OutboxKit(worlds);
    outbox.in(worlds.base).resume();
    await clock.advance(999);
    expect(app.texts).toEqual(['1']);
    await clock.advance(1);
    expect(app.texts).toEqual(['1', '1', '2']);
    expect(outbox.list().map(({ state }) => state)).toEqual(['delivered', 'delivered']);
  });

  it('is dropped where it was copied, and can be sent then', async () => {
    const { app, worlds, ids } = await withPending();
    worlds.save('pending');
    const copy = worlds.sandbox('copy', { from: 'pending' });
    const { outbox: all, clocks } = new OutboxKit(worlds);
    const outbox = all.in(copy);
    expect(ownersWithPending(worlds, copy)).toEqual(['shop']);
    dropPending(worlds, copy);
    expect(ownersWithPending(worlds, copy)).toEqual([]);
    expect(ownersWithPending(worlds, worlds.base)).toEqual(['shop']);
    await clocks.of(copy).advance(3_600_000);
    expect(app.texts).toEqual(['1']);
    expect(outbox.list().map(({ state }) => state)).toEqual(['dropped', 'dropped']);
    outbox.resend(ids[1] ?? '');
    await outbox.drain();
    expect(app.texts).toEqual(['1', '2']);
  });
});

describe('the end of an extension', () => {
  it('ends its deliveries, and leaves them to the one that takes its place', async () => {
    const app = await webhookReceiver();
    app.answer = () => undefined;
    const { outbox, worlds, end } = new OutboxKit();
    outbox.send({ url: app.url() }, '1');
    outbox.send({ url: app.url() }, '2');
    await app.has(1);
    end.abort();
    await waitFor('the connection to be cut', async () => (await app.connections()) === 0);
    app.answer = 200;
    const next = new OutboxKit(worlds);
    next.outbox.in(worlds.base).resume();
    await next.outbox.drain();
    expect(app.texts).toEqual(['1', '1', '2']);
    outbox.send({ url: app.url() }, 'late');
    await outbox.drain();
    expect(app.received).toHaveLength(3);
  });
});

describe('identifiers of deliveries', () => {
  it('follow from the seed of the world, and take nothing from those of the extension', () => {
    const ids = (): string[] => {
      const { outbox, worlds } = new OutboxKit();
      seedIds(worlds, worlds.base, 'a');
      const made = [1, 2].map((payload) => outbox.send({ url: 'http://127.0.0.1:1/' }, payload).id);
      worlds.reset(worlds.base);
      return made;
    };
    const made = ids();
    expect(made).toEqual(ids());
    expect(made[0]).toMatch(/^msg_[0-9A-Za-z]{22}$/);
    expect(made[0]).not.toBe(made[1]);
  });
});

describe('a reset of named extensions', () => {
  it('ends the deliveries of those, and leaves the others alone', async () => {
    const app = await webhookReceiver();
    app.answer = 500;
    const kit = new OutboxKit();
    const { outbox, worlds, clock } = kit;
    outbox.send({ url: app.url() }, 1);
    await outbox.drain();
    worlds.reset(worlds.base, ['bank']);
    await clock.advance(1_000);
    expect(app.received).toHaveLength(2);
    worlds.reset(worlds.base, ['shop']);
    await kit.clock.advance(3_600_000);
    expect(app.received).toHaveLength(2);
    expect(outbox.list()).toEqual([]);
  });
});

describe('a reset in the middle of deliveries', () => {
  it('lets nothing arrive later, in 30 worlds at the same time, and leaves the other worlds alone', async () => {
    const app = await webhookReceiver();
    app.answer = (_received, response) => void setTimeout(() => response.end(), 5);
    const kit = new OutboxKit();
    const { outbox, worlds, clocks } = kit;
    const sandboxes = Array.from({ length: 30 }, (_, i) => worlds.sandbox(`worker-${i}`));
    const timer = (world: World): void => {
      const clock = clocks.of(world);
      let sent = 0;
      const run = (): void => {
        kit.within(world, () => outbox.send({ url: app.url(`/${world.name}/${sent % 3}`) }, world.name));
        sent += 1;
      };
      clock.start({ owner: 'extension shop', run, report: (thrown) => kit.reported.push(thrown) }, 1, true);
    };
    for (const world of sandboxes) timer(world);
    await app.has(300);
    const [reset, left] = [sandboxes.slice(0, 29), sandboxes.slice(29)];
    for (const world of reset) worlds.reset(world);
    await outbox.settled();
    const before = app.received.length;
    const isOfLeft = (text: string): boolean => left.some(({ name }) => name === text);
    await waitFor('more of the world that was left', () => app.texts.slice(before).filter(isOfLeft).length > 30);
    worlds.delete('worker-29');
    await outbox.settled();
    expect(app.texts.slice(before).filter((text) => !isOfLeft(text))).toEqual([]);
    const after = app.received.length;
    for (const world of reset) kit.within(world, () => outbox.send({ url: app.url() }, 'new'));
    await Promise.all(reset.map((world) => outbox.in(world).drain()));
    expect(new Set(app.texts.slice(after))).toEqual(new Set(['new']));
    expect(kit.reported).toEqual([]);
  });
});

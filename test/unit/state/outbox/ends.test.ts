import { clockOf } from '../../../../src/state/clock/clocks';
import { seedIds } from '../../../../src/state/ids/world-ids';
import { MemoryWorld } from '../../../support/memory-world';
import { OutboxKit } from '../../../support/outbox-kit';
import { waitFor } from '../../../support/wait-for';
import { WebhookReceiver } from '../../../support/webhook-receiver';

const receivers: WebhookReceiver[] = [];

async function receiver(): Promise<WebhookReceiver> {
  const made = await new WebhookReceiver().start();
  receivers.push(made);
  return made;
}

afterEach(async () => {
  await Promise.all(receivers.splice(0).map((each) => each.stop()));
});

describe('the end of an epoch', () => {
  it('ends what is in flight and what is queued: nothing arrives later, and drains are over', async () => {
    const [app, failing] = [await receiver(), await receiver()];
    app.answer = () => undefined;
    failing.answer = 500;
    const { outbox, world, clock, reported } = new OutboxKit();
    for (let i = 0; i < 3; i++) outbox.send({ url: app.url() }, String(i));
    outbox.send({ url: failing.url() }, 1);
    await Promise.all([app.has(1), failing.has(1)]);
    const drained = outbox.drain();
    clock.showRealTime();
    world.reset();
    await expect(drained).resolves.toEqual({ failed: [], waiting: [] });
    await waitFor('the connection to be cut', async () => (await app.connections()) === 0);
    expect(outbox.list()).toEqual([]);
    await clockOf(world).advance(3_600_000);
    expect(app.received).toHaveLength(1);
    expect(failing.received).toHaveLength(1);
    expect(reported).toEqual([]);
  });

  it('drops what was sent just before it', async () => {
    const app = await receiver();
    const { outbox, world } = new OutboxKit();
    outbox.send({ url: app.url() }, 'before');
    world.reset();
    outbox.send({ url: app.url() }, 'after');
    await outbox.drain();
    expect(app.texts).toEqual(['after']);
  });

  it('writes nothing of the old state into the new one', async () => {
    const app = await receiver();
    const { outbox, world } = new OutboxKit();
    const { id } = outbox.send({ url: app.url() }, 1);
    const before = world.copy();
    let answer = (): void => undefined;
    app.answer = (_received, response) => (answer = () => response.end());
    await app.has(1);
    world.reset(before);
    answer();
    await waitFor('the connection to be closed', async () => (await app.connections()) === 0);
    expect(outbox.get(id)).toMatchObject({ state: 'pending', attempts: [] });
  });

  it('does not end what other worlds have', async () => {
    const app = await receiver();
    const { outbox, world, current } = new OutboxKit();
    const other = new MemoryWorld('other');
    current.run(other, () => outbox.send({ url: app.url() }, 'other'));
    world.reset();
    await outbox.in(other).drain();
    expect(app.texts).toEqual(['other']);
  });
});

describe('what a world has pending when it is taken up', () => {
  async function withPending(): Promise<{ app: WebhookReceiver; world: MemoryWorld; ids: string[] }> {
    const app = await receiver();
    app.answers.push(500);
    const { outbox, world, end } = new OutboxKit();
    const ids = ['1', '2'].map((text) => outbox.send({ url: app.url() }, text).id);
    await outbox.drain();
    end.abort();
    return { app, world, ids };
  }

  it('is sent after a restart, when its time has come', async () => {
    const { app, world } = await withPending();
    const { outbox, clock } = new OutboxKit(world);
    outbox.in(world).resume();
    await clock.advance(999);
    expect(app.texts).toEqual(['1']);
    await clock.advance(1);
    expect(app.texts).toEqual(['1', '1', '2']);
    expect(outbox.list().map(({ state }) => state)).toEqual(['delivered', 'delivered']);
  });

  it('is dropped where it was copied, and can be sent then', async () => {
    const { app, world, ids } = await withPending();
    const copy = world.copy();
    const { outbox, clock } = new OutboxKit(copy);
    outbox.in(copy).drop();
    await clock.advance(3_600_000);
    expect(app.texts).toEqual(['1']);
    expect(outbox.list().map(({ state }) => state)).toEqual(['dropped', 'dropped']);
    outbox.resend(ids[1] ?? '');
    await outbox.drain();
    expect(app.texts).toEqual(['1', '2']);
  });
});

describe('the end of an extension', () => {
  it('ends its deliveries, and leaves them to the one that takes its place', async () => {
    const app = await receiver();
    app.answer = () => undefined;
    const { outbox, world, end } = new OutboxKit();
    outbox.send({ url: app.url() }, '1');
    outbox.send({ url: app.url() }, '2');
    await app.has(1);
    end.abort();
    await waitFor('the connection to be cut', async () => (await app.connections()) === 0);
    app.answer = 200;
    const next = new OutboxKit(world);
    next.outbox.in(world).resume();
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
      const { outbox, world } = new OutboxKit();
      seedIds(world, 'a');
      const made = [1, 2].map((payload) => outbox.send({ url: 'http://127.0.0.1:1/' }, payload).id);
      world.reset();
      return made;
    };
    const made = ids();
    expect(made).toEqual(ids());
    expect(made[0]).toMatch(/^msg_[0-9A-Za-z]{22}$/);
    expect(made[0]).not.toBe(made[1]);
  });
});

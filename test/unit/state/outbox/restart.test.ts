import { ExtensionIds, openStore, ownersWithPending, seedIds, type Worlds } from '../../../../src/state';
import { NOON, OutboxKit } from '../../../support/outbox-kit';
import { withWorlds } from '../../../support/state-kit';
import { temporaryDirectory } from '../../../support/temporary-directory';
import { WebhookReceiver } from '../../../support/webhook-receiver';

it('a restart with a store goes on with the clock, the identifiers and the deliveries', async () => {
  const app = await new WebhookReceiver().start();
  try {
    const folder = temporaryDirectory({});
    app.answers.push(500);
    await withWorlds(openStore({ folder }), async (worlds) => {
      const { outbox, clock, end } = new OutboxKit(worlds);
      seedIds(worlds, worlds.base, 'a');
      expect(idsIn(worlds).number('invoice')).toBe(1);
      expect(idsIn(worlds).next('cus')).toBe('cus_WTnJ1VXqjZdpex');
      outbox.send({ url: app.url(), secret: 'kept' }, '1');
      outbox.send({ url: app.url() }, '2');
      await outbox.drain();
      await clock.advance(500);
      end.abort();
    });
    await withWorlds(openStore({ folder }), async (worlds) => {
      expect(ownersWithPending(worlds, worlds.base)).toEqual(['shop']);
      expect(idsIn(worlds).number('invoice')).toBe(2);
      expect(idsIn(worlds).next()).toBe('bK2PcWOd9XO1hv');
      const { outbox, clock } = new OutboxKit(worlds);
      expect(clock.now()).toBe(NOON + 500);
      outbox.in(worlds.base).resume();
      await outbox.drain();
      expect(app.texts).toEqual(['1']);
      await clock.advance(500);
      expect(app.texts).toEqual(['1', '1', '2']);
      expect(app.received[1]?.headers).toHaveProperty('webhook-signature');
      expect(outbox.list().map(({ state }) => state)).toEqual(['delivered', 'delivered']);
      expect(ownersWithPending(worlds, worlds.base)).toEqual([]);
    });
  } finally {
    await app.stop();
  }
});

function idsIn(worlds: Worlds): ExtensionIds {
  return new ExtensionIds({ extension: 'shop', worlds, view: () => worlds.base.view() });
}

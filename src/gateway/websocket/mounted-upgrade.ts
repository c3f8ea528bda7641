import type { UpgradeListener } from '../../api/websocket';
import { enterMount, type Mount } from '../mounting';
import type { Owner } from '../owner';
import type { UpgradeRun } from './serve-upgrade';

/** Gives connections to a listener that speaks the other protocol by itself, the head of the answer included. */
export function mountedUpgrade(listener: UpgradeListener, mount: Mount, owner: Owner): UpgradeRun {
  const run = owner.bind(listener);
  return async (upgrade, context, report) => {
    const { socket, head, sockets } = upgrade;
    sockets.add(socket, { owner, close: () => socket.destroy() }, upgrade.scope);
    enterMount(mount, context.request);
    upgrade.take();
    try {
      await run(context.request, socket, head);
    } catch (error) {
      report(error);
      socket.destroy();
    }
  };
}

import type { ProxyOptions, ProxyTarget } from '../../api/proxy';
import { enterMount, type Mount } from '../mounting';
import type { Owner } from '../owner';
import type { RouteRecord } from '../route-table';
import { createProxy, type Proxy } from './create-proxy';
import { ProxyError } from './proxy-error';

/** The rule that passes everything below a path on. Throws `BACKLOT_E_PROXY_TARGET_INVALID`, with the owner. */
export function proxyRule(
  target: ProxyTarget,
  options: ProxyOptions,
  mount: Mount,
  owner: Owner,
): Pick<RouteRecord, 'kind' | 'run' | 'upgrade'> {
  const proxy = create(target, options, owner);
  owner.signal?.addEventListener('abort', () => proxy.close(), { once: true });
  const serve = owner.bind(proxy.serve);
  const passUpgradeOn = owner.bind(proxy.upgrade);
  return {
    kind: 'listener',
    run: (context, request, response, next) => {
      const leave = enterMount(mount, request);
      serve(context, request, response, (error) => {
        leave();
        next(error);
      });
    },
    upgrade: async (upgrade, context) => {
      const leave = enterMount(mount, context.request);
      try {
        await passUpgradeOn(upgrade, context, owner);
      } finally {
        leave();
      }
    },
  };
}

function create(target: ProxyTarget, options: ProxyOptions, owner: Owner): Proxy {
  try {
    return createProxy(target, options);
  } catch (error) {
    throw error instanceof ProxyError ? error.at({ extension: owner.name }) : error;
  }
}

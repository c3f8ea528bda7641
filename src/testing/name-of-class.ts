import { createRequire } from 'node:module';
import { BacklotError } from '../api/errors';
import { constructWith } from '../api/services';
import type { ExtensionClass } from '../extensions/load';
import { VERSION } from '../extensions/own-package';
import { OwnedResources } from '../extensions/supervise/owned-resources';
import type * as State from '../state';
import { silentLogger } from './silent-logger';

/** A field `name = '…'` in the source of a class, or what compilers make of it in a constructor. */
const NAME_FIELD = /(?:^|[\s;{])(?:this\.)?name\s*=\s*(['"`])([a-z0-9-]+)\1/;

/**
 * The name of an extension, of which only an instance knows it, before there is one: from the source of the class and of
 * those that it extends, else from an instance that is made for the purpose. Throws `BACKLOT_E_NAME_MISMATCH` when
 * neither tells it.
 */
export function nameOfClass(type: ExtensionClass): string {
  return nameInSource(type) ?? nameOfInstance(type);
}

function nameInSource(type: ExtensionClass): string | undefined {
  for (let each: unknown = type; typeof each === 'function'; each = Object.getPrototypeOf(each)) {
    const found = NAME_FIELD.exec(Function.prototype.toString.call(each))?.[2];
    if (found !== undefined) return found;
  }
  return undefined;
}

function nameOfInstance(type: ExtensionClass): string {
  const resources = new OwnedResources({ bind: (run) => run, report: () => undefined });
  let kept: State.StateServices | undefined;
  const keeping = (): State.StateServices => (kept ??= keepNothing(resources.signal));
  const services = {
    log: silentLogger(),
    config: {},
    platform: { version: VERSION, url: 'http://localhost' },
    dataDirectory: '/nonexistent',
    packageDirectory: '/nonexistent',
    containers: { start: noContainer },
    resources,
    get state() {
      return keeping().state;
    },
    get clock() {
      return keeping().clock;
    },
    get ids() {
      return keeping().ids;
    },
    get webhooks() {
      return keeping().webhooks;
    },
  };
  let name: unknown;
  let cause: unknown;
  try {
    ({ name } = constructWith(services, () => new type()));
  } catch (error) {
    cause = error;
  }
  // What its constructor has started was for nothing.
  void resources.dispose(0);
  if (typeof name === 'string' && name !== '') return name;
  throw new BacklotError('BACKLOT_E_NAME_MISMATCH', `the class ${type.name} does not tell its name`, {
    remedy: `Write \`readonly name = 'my-name'\` in the class, or give { extension: ${type.name}, name: 'my-name' }.`,
    cause,
  });
}

/** An instance that is only asked for its name runs nothing. */
function noContainer(): never {
  throw new BacklotError('BACKLOT_E_NO_PLATFORM', 'a container was started before its extension was loaded');
}

/** What an instance that is only asked for its name keeps is gone with it. */
function keepNothing(signal: AbortSignal): State.StateServices {
  const { StateHost } = createRequire(__filename)('../state') as typeof State;
  const host = new StateHost({ idleTime: 0, hosts: [], onExpired: () => undefined });
  const ignore = (): void => undefined;
  return host.servicesOf({ name: 'nameless', bind: (run) => run, warn: ignore, report: ignore, signal });
}

import { createRequire } from 'node:module';
import type { Logger } from 'winston';
import type { GatewayRequest } from '../../api/gateway';
import type { RequestScope } from '../../gateway/request-scope';
import type * as State from '../../state';
import type { Settings } from '../settings';
import { toldError } from './state-request';
import type { Volume } from '../volume';

export interface PlatformStateOptions {
  readonly settings: Settings;
  readonly volume: Volume;
  readonly log: Logger;
}

/** What the extensions keep. Nothing of it is loaded before somebody uses it, or something was kept. */
export class PlatformState {
  readonly #options: PlatformStateOptions;
  #store: State.DurableStore | undefined;
  #host: State.StateHost | undefined;

  constructor(options: PlatformStateOptions) {
    this.#options = options;
  }

  /** Whether what extensions keep survives the end of the platform. */
  get isKept(): boolean {
    return this.#options.settings.PERSISTENCE;
  }

  /** What there is of it; undefined as long as nobody has used it. */
  get loaded(): State.StateHost | undefined {
    return this.#host;
  }

  get host(): State.StateHost {
    return (this.#host ??= this.#makeHost());
  }

  /** Opens what was kept on the volume, if it is to be kept. Throws what `openStore` throws. */
  async open(): Promise<void> {
    if (!this.isKept) return;
    const { settings, volume, log } = this.#options;
    this.#store = await loadStateRoom().openStore({
      folder: volume.state,
      onDamage: settings.BACKLOT_STATE_DAMAGED,
      warn: (error) => log.warn(error.format()),
    });
    this.#host = this.#makeHost();
  }

  /**
   * What a request runs within; undefined as long as no state is used. A request that names a sandbox uses it, as the extension that
   * serves it may be the first one to do so.
   */
  readonly scopeOf = (request: GatewayRequest): RequestScope | undefined => {
    if (!this.#host && !mayNameSandbox(request)) return undefined;
    try {
      return this.host.scopeOf(request);
    } catch (error) {
      throw toldError(error);
    }
  };

  async close(): Promise<void> {
    await this.#host?.close();
  }

  #makeHost(): State.StateHost {
    const { settings, log } = this.#options;
    const { StateHost } = loadStateRoom();
    const [host = ''] = settings.LOCALSTACK_HOST.split(':');
    return new StateHost({
      store: this.#store,
      idleTime: settings.BACKLOT_SANDBOX_TTL * 1000,
      hosts: [...new Set(['localhost', 'localhost.localstack.cloud', host.toLowerCase()])],
      onExpired: (name) => log.info(`the sandbox ${name} was deleted: nobody used it`),
    });
  }
}

/** Loads all that the state is made of. */
export function loadStateRoom(): typeof State {
  return createRequire(__filename)('../../state') as typeof State;
}

/** Costs next to nothing: each request is asked. */
function mayNameSandbox({ headers }: GatewayRequest): boolean {
  return headers['x-backlot-sandbox'] !== undefined || (headers.host?.includes('.sandbox.') ?? false);
}

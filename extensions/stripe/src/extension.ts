import { WebAppExtension, type Router, type WebRouter } from 'backlot';
import { serveCommandLine } from './cli/socket';
import { EVERY_PATH } from './compat/stripe-mock';
import { Config } from './config';
import { serveApi } from './http/api';
import { serveFiles } from './http/files';
import { ownPortServer } from './http/own-port';
import { sandboxInPath, sandboxOf } from './http/sandbox';
import { Backend } from './kernel/backend';
import { Dispatcher } from './kernel/dispatch';
import { servePages } from './pages';
import { MODULES } from './resources';
import { fill, Seed, type SeedData } from './seed/seed';
import { MODULES_2 } from './v2';
import { Dispatcher2 } from './v2/kernel/dispatch';
import { deliveryBy } from './webhooks/signature';

/** Where applications load Stripe.js from: the one that is loaded there finds the API there, too. */
const SCRIPT_HOSTS = ['js.stripe.com', 'js.stripe.localhost'];

/**
 * Stripe, with state. It answers below `/stripe` and `/_extension/stripe`, on `stripe.localhost` and
 * `stripe.localhost.localstack.cloud`, and on a port of its own when its configuration names one.
 */
export class Stripe extends WebAppExtension<typeof Config> {
  readonly name = 'stripe';
  static override readonly config = Config;
  static override readonly seed = Seed;

  #backend!: Backend;
  #dispatcher!: Dispatcher;
  #dispatcher2!: Dispatcher2;

  override onExtensionLoad(): void {
    const { state, clock, ids, webhooks, timers, log, signal } = this;
    webhooks.configure(deliveryBy(this.config));
    state.mapSandbox(({ headers, url }) => sandboxInPath(url) ?? sandboxOf(headers.authorization));
    this.#backend = new Backend(
      { state, clock, ids, webhooks, timers, log, signal, webUrl: this.webUrl.slice(0, -1) },
      this.config,
    );
    this.#dispatcher = new Dispatcher(this.#backend, MODULES);
    this.#dispatcher2 = new Dispatcher2(this.#backend, MODULES_2);
    state.onSeed((data) => fill(this.#backend, this.#dispatcher, data as SeedData));
  }

  override async updateGatewayRoutes(router: Router): Promise<void> {
    await super.updateGatewayRoutes(router);
    this.#serve(router.submount('/stripe'));
    for (const host of SCRIPT_HOSTS) this.#serve(router.withHost(host));
  }

  override updateWebRoutes(router: WebRouter): void {
    this.#serve(router);
  }

  override async onPlatformReady(): Promise<void> {
    const { port } = this.config;
    if (port === undefined) return;
    const { port: opened } = await this.sockets.listen(ownPortServer(new URL(this.webUrl)), { port, host: '0.0.0.0' });
    this.log.info(`Stripe's API answers on port ${opened}, too`);
  }

  #serve(router: Router): void {
    serveFiles(router, this.#backend);
    const isEverywhere = this.config.compat === 'stripe-mock';
    this.#serveVersions(router, isEverywhere ? EVERY_PATH : undefined);
    serveCommandLine(router, this.#backend.commandLines);
    servePages(router, this.#backend, this.packageDirectory);
    // Pages of a sandbox name it in their path, and so do the calls of their scripts.
    const inSandbox = router.submount('/in/:sandbox');
    this.#serveVersions(inSandbox);
    servePages(inSandbox, this.#backend, this.packageDirectory);
  }

  /** Adds both versions of the API; `paths` are those of the first, where it has others than its own. */
  #serveVersions(router: Router, paths?: string[]): void {
    serveApi(router, { name: 'v2', dispatcher: this.#dispatcher2 });
    serveApi(router, { name: 'v1', dispatcher: this.#dispatcher }, paths);
  }
}

import type { ContainerDeclaration, PortReference, RunningContainer } from './containers';
import { BacklotError } from './errors';
import { Extension } from './extension';
import type { Router } from './gateway';
import { speakProtocol } from './router-additions';

/** What leads to the server in a container. */
export interface ContainerRoute {
  /** A host; one below `.localhost` answers below `.localhost.localstack.cloud` as well. Any host when left out. */
  readonly host?: string;
  /** Everything at and below this path, which the server does not see; "/" when left out. */
  readonly path?: string;
  readonly to: PortReference;
  /** `http` (HTTP/1.1, with WebSockets) when left out, or `h2c`: HTTP/2 without TLS, for gRPC. */
  readonly protocol?: string;
}

/** A protocol of the server that is no HTTP, and is told on the gateway's own port by the first bytes that a client sends. */
export interface ContainerProtocol {
  readonly to: PortReference;
  /** What it is called; the name of the extension when left out. */
  readonly name?: string;
  /** Whether these are its first bytes; undefined when it takes more of them to tell. */
  readonly detect: (bytes: Buffer) => boolean | undefined;
}

/**
 * The base class of an extension that puts a server in a container behind the gateway.
 *
 * The container is started with the platform, together with those of other extensions, and waited for until it is healthy. It is
 * restarted when it dies; requests get a 503 meanwhile. What it writes is in the log under the extension's name. A class that
 * overrides `onExtensionLoad`, `onPlatformStart` or `updateGatewayRoutes` calls that of `super`, too.
 */
export abstract class ContainerExtension<Schema = undefined> extends Extension<Schema> {
  /** What runs. It may depend on `this.config`. */
  abstract readonly container: ContainerDeclaration;
  readonly routes?: readonly ContainerRoute[];
  readonly protocols?: readonly ContainerProtocol[];
  #running: RunningContainer | undefined;

  /** The container while the extension lives: its state, and where its ports are reached. */
  protected get running(): RunningContainer {
    if (this.#running) return this.#running;
    throw new BacklotError('BACKLOT_E_DECLARATION_INVALID', 'the container was used before it was started', {
      where: { extension: this.name },
      remedy:
        'Use it in onPlatformStart or later; in a class that overrides onExtensionLoad, call super.onExtensionLoad().',
    });
  }

  /** Begins to start the container, and does not wait for it: those of all extensions start at the same time. */
  override onExtensionLoad(): void | Promise<void> {
    this.#running = this.containers.start(this.container);
  }

  override async onPlatformStart(): Promise<void> {
    await this.running.ready();
  }

  override updateGatewayRoutes(router: Router): void | Promise<void> {
    for (const route of this.routes ?? []) this.#addRoute(router, route);
    for (const [index, protocol] of (this.protocols ?? []).entries()) {
      this.#assertPort(protocol.to);
      const name = protocol.name ?? (index === 0 ? this.name : `${this.name}-${index + 1}`);
      speakProtocol(router, { ...protocol, name, address: () => this.running.address(protocol.to) }, this.sockets);
    }
  }

  #addRoute(router: Router, { host, path = '/', to, protocol = 'http' }: ContainerRoute): void {
    if (protocol !== 'http' && protocol !== 'h2c') {
      const message = `a route has the protocol "${protocol}", which is neither "http" nor "h2c"`;
      throw new BacklotError('BACKLOT_E_DECLARATION_INVALID', message, { where: { extension: this.name } });
    }
    const { running } = this;
    this.#assertPort(to);
    for (const each of hostsOf(host)) {
      const there = each === undefined ? router : router.withHost(each);
      if (protocol === 'h2c') there.mount(path, running.http2(to));
      else there.proxy(path, () => `http://${running.address(to)}`);
    }
  }

  /** Throws `BACKLOT_E_DECLARATION_INVALID` for a port that is not declared. */
  #assertPort(port: PortReference): void {
    try {
      this.running.address(port);
    } catch (error) {
      // Anything else only says that the container is not up at this moment.
      if (error instanceof BacklotError) throw error;
    }
  }
}

function hostsOf(host: string | undefined): (string | undefined)[] {
  return host?.endsWith('.localhost') ? [host, `${host}.localstack.cloud`] : [host];
}

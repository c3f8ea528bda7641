import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Logger } from 'winston';
import { BacklotError } from '../api/errors';
import type { InstallOutcome } from '../extensions/install';
import { Attribution } from '../extensions/supervise/attribution';
import { Seeder } from '../extensions/seeds';
import { ExtensionSet, type ExtensionSetOptions } from '../extensions/supervise/extension-set';
import type { Route } from '../api/gateway';
import { Gateway } from '../gateway/gateway';
import type { ConnectionLimits } from '../gateway/hardening/limits';
import { formatAddress } from '../gateway/listen';
import type { AccessLog } from './access-log';
import { AdminGuard } from './admin-guard';
import { outcomeOf, type BootReport } from './boot-report';
import type * as Hosting from '../extensions/containers/container-host';
import type * as Dev from './dev-extensions';
import { extensionsApi } from './extensions-api';
import { HostNames } from './host-names';
import { HealthBoard } from './health';
import { InitScripts } from './init-scripts';
import type * as Installing from './installation';
import { internalApi } from './internal-api';
import { InternalGuard } from './internal-guard';
import { LiveExtensions } from './live-extensions';
import type { Logging } from './logging';
import { VERSION } from '../extensions/own-package';
import type { StateHost } from '../state';
import { forgetRunning, noteRunning } from '../extensions/running-note';
import { readyTable } from './ready-table';
import { routesApi } from './routes-api';
import type { Settings } from './settings';
import { clockApi } from './state/clock-api';
import { sandboxesApi } from './state/sandboxes-api';
import { stateApi } from './state/state-api';
import type { StateView } from './state/state-request';
import { webhooksApi } from './state/webhooks-api';
import { exportApi } from './state/export-api';
import { PlatformState, loadStateRoom } from './state/platform-state';
import { certificatesOf, dataDirectoryOf, type Volume } from './volume';

/** The line on stdout that says that the platform serves requests. Clients of LocalStack wait for it. */
export const READY_MARKER = 'Ready.';

export interface PlatformOptions {
  readonly settings: Settings;
  readonly environment: NodeJS.ProcessEnv;
  readonly volume: Volume;
  readonly logging: Logging;
  readonly boot: BootReport;
  /** Called when somebody asks over HTTP for the end of the platform. */
  readonly onShutDownRequest: (how: 'restart' | 'kill') => void;
  /** Says to the world that the platform serves requests; prints {@link READY_MARKER} and a table when left out. */
  readonly announce?: () => void;
  /** Called as soon as the world knows. */
  readonly onReady?: () => void;
  /** Is told of extensions that were started in the running platform. */
  readonly onStarted?: ExtensionSetOptions['onStarted'];
  readonly importClass?: ExtensionSetOptions['importClass'];
  /** Is told of every failure of an extension, beside the log. */
  readonly onFailure?: (failure: BacklotError) => void;
}

/** The platform: gateway and extensions, and the order in which they come to life and go. */
export class Platform {
  readonly attribution = new Attribution();
  readonly extensions: ExtensionSet;
  readonly #options: PlatformOptions;
  readonly #gateway: Gateway;
  readonly #scripts: InitScripts;
  readonly #log: Logger;
  #url: string;
  #stopped: Promise<void> | undefined;
  #dev: Dev.DevExtensions | undefined;
  readonly #access: AccessLog | undefined;
  #containers: Hosting.ContainerHost | undefined;
  #installation: Installing.Installation | undefined;
  readonly #state: PlatformState;

  constructor(options: PlatformOptions) {
    const { settings, logging, volume, boot, environment, importClass, onFailure, onStarted } = options;
    this.#options = options;
    this.#log = logging.scope('runtime');
    this.#url = `http://${settings.LOCALSTACK_HOST}`;
    if (settings.BACKLOT_ACCESS_LOG || this.#log.isLevelEnabled('debug')) this.#access = logging.access();
    this.#gateway = new Gateway({
      log: logging.scope('gateway'),
      ownerOf: (error) => this.attribution.ownerOf(error),
      debug: settings.DEBUG,
      cors: {
        extra: settings.EXTRA_CORS_ALLOWED_ORIGINS,
        ownHosts: ownHosts(settings.LOCALSTACK_HOST),
        allowHeaders: settings.EXTRA_CORS_ALLOWED_HEADERS,
        exposeHeaders: settings.EXTRA_CORS_EXPOSE_HEADERS,
        withoutChecks: settings.DISABLE_CORS_CHECKS,
        withoutHeaders: settings.DISABLE_CORS_HEADERS,
      },
      traceChain: settings.DEBUG_HANDLER_CHAIN,
      ...(this.#access ? { access: this.#access.add } : {}),
      bodyLimit: settings.BACKLOT_BODY_LIMIT,
      certificates: certificatesOf(volume),
      ...(settings.CUSTOM_SSL_CERT_PATH === undefined ? {} : { customCertificate: settings.CUSTOM_SSL_CERT_PATH }),
      limits: limitsOf(settings),
      ...(onFailure ? { onFailure } : {}),
    });
    this.#scripts = new InitScripts({
      directories: settings.BACKLOT_INIT_DIRS,
      log: logging.scope('init'),
      limit: settings.BACKLOT_INIT_TIMEOUT * 1000,
      environment,
      known: boot.init,
    });
    this.#state = new PlatformState({ settings, volume, log: logging.scope('state') });
    this.#gateway.runWithin(this.#state.scopeOf);
    const url = (): string => this.#url;
    this.extensions = new ExtensionSet({
      gateway: this.#gateway,
      attribution: this.attribution,
      log: logging.scope('extensions'),
      platform: {
        version: VERSION,
        get url() {
          return url();
        },
      },
      hookTimeout: settings.BACKLOT_HOOK_TIMEOUT * 1000,
      logOf: (extension) => logging.extension(extension),
      dataDirectoryOf: (extension) => dataDirectoryOf(volume, extension),
      containersOf: (owner) => this.#hostContainers().containersOf(owner),
      stateOf: (owner) => {
        const report = (thrown: unknown, what: string): void => this.extensions.reportEscaped(owner.name, thrown, what);
        return this.#state.host.servicesOf({ ...owner, report });
      },
      epochOf: (owner) => this.#state.loaded?.epochOf(owner),
      outside: (run) => (this.#state.loaded ? this.#state.loaded.current.runOutside(run) : run()),
      seeder: new Seeder({ host: () => this.#state.loaded, log: logging.scope('state') }),
      leftOut: leftOutOf(boot),
      ...(importClass ? { importClass } : {}),
      ...(onFailure ? { onFailure } : {}),
      ...(onStarted ? { onStarted } : {}),
    });
    const guard = new InternalGuard({ hosts: hostNames(settings), origins: settings.EXTRA_CORS_ALLOWED_ORIGINS });
    this.#gateway.internal.guard((request) => guard.check(request));
    this.#gateway.internal.add(internalApi(this.#view()));
    this.#gateway.internal.add(
      routesApi({
        routes: () => this.#gateway.listRoutes(),
        explain: (...asked) => this.#gateway.explainRoute(...asked),
      }),
    );
    const state: StateView = {
      isKept: settings.PERSISTENCE,
      host: () => this.#state.host,
      room: loadStateRoom,
      versionOf: (name) => this.extensions.all.find((each) => each.name === name)?.facts.version,
      extensions: () => this.extensions.all.map(({ name }) => name),
    };
    for (const api of [stateApi, exportApi, sandboxesApi, clockApi, webhooksApi])
      this.#gateway.internal.add(api(state));
    this.#gateway.internal.add(
      extensionsApi({
        guard: new AdminGuard(settings.BACKLOT_ADMIN_TOKEN === '' ? undefined : settings.BACKLOT_ADMIN_TOKEN),
        debug: settings.DEBUG,
        live: new LiveExtensions(this.extensions, () => this.#loadInstallation()),
        extensions: () => this.extensions.all,
        routes: () => this.#gateway.routes(),
      }),
    );
  }

  /** Where clients reach the gateway, without a slash at the end. */
  get url(): string {
    return this.#url;
  }

  /** What the extensions keep; loaded when it is first asked for. */
  get state(): StateHost {
    return this.#state.host;
  }

  /** The routes of all extensions. */
  routes(): Route[] {
    return this.#gateway.routes();
  }

  /**
   * Takes the platform from nothing to `Ready.`: loads the extensions, runs their hooks phase by phase, opens the port,
   * runs the ready scripts, prints the marker, and then calls `onPlatformReady`. Throws when the start is refused: a
   * required extension failed, or an address is taken.
   */
  async start(): Promise<void> {
    const { extensions } = this;
    await Promise.all([this.#scripts.discover(), this.#state.open()]);
    // A platform that was killed may have left containers, also of an extension that is not there any more.
    if (existsSync(this.#containerNotes)) void this.#hostContainers().removeLeftovers();
    const { extensions: reported } = this.#options.boot;
    const outcomes = reported.filter(({ entry }) => entry.enabled).map(outcomeOf);
    await this.#loadInOrder(await this.#takeDevPlaces(outcomes), reported);
    this.#assertRequired();
    await this.#scripts.run('START');
    await extensions.start(() => this.#assertRequired());
    await this.#listen();
    await this.#scripts.run('READY');
    (this.#options.announce ?? (() => this.#announce()))();
    this.#options.logging.markerPrinted();
    this.#options.onReady?.();
    await extensions.callHook('onPlatformReady');
    this.#state.loaded?.resume();
    this.#assertRequired();
  }

  /** Stops in order: no new requests, running ones end, shutdown scripts, extensions in reverse. Safe to call twice. */
  stop(): Promise<void> {
    return (this.#stopped ??= this.#stop());
  }

  async #stop(): Promise<void> {
    const limit = this.#options.settings.BACKLOT_SHUTDOWN_TIMEOUT * 1000;
    const began = Date.now();
    forgetRunning(this.#options.volume.root);
    await this.#dev?.close();
    // Requests get half of the time; what they leave, and the other half, is for the extensions.
    await this.#gateway.close(limit / 2);
    await this.#scripts.run('SHUTDOWN', AbortSignal.timeout(limit - (Date.now() - began)));
    await this.extensions.shutDown(limit - (Date.now() - began));
    await this.#containers?.close();
    await this.#state.close();
    this.#access?.close();
    this.#log.info('stopped');
  }

  /** Loads what runs containers, and the client of the engine, only where there are some. */
  #hostContainers(): Hosting.ContainerHost {
    const { ContainerHost } = createRequire(__filename)('../extensions/containers/container-host') as typeof Hosting;
    const notes = this.#containerNotes;
    return (this.#containers ??= new ContainerHost({ log: this.#options.logging.scope('extensions'), notes }));
  }

  get #containerNotes(): string {
    return join(this.#options.volume.state, 'containers.json');
  }

  /** Loads what installs packages when the running platform is to install one; at the start the init process does. */
  #loadInstallation(): Installing.Installation {
    const { Installation } = createRequire(__filename)('./installation') as typeof Installing;
    const { settings, environment, volume, logging } = this.#options;
    const log = logging.scope('extensions');
    return (this.#installation ??= new Installation({ settings, environment, volume, log }));
  }

  /** Loads nothing of development mode where nothing is developed. */
  async #takeDevPlaces(outcomes: readonly InstallOutcome[]): Promise<readonly InstallOutcome[]> {
    const { settings, volume, logging } = this.#options;
    if (settings.BACKLOT_DEV_EXTENSIONS.length === 0) return outcomes;
    const { DevExtensions } = createRequire(__filename)('./dev-extensions') as typeof Dev;
    const { extensions } = this;
    this.#dev = new DevExtensions({ settings, volume, log: logging.scope('extensions'), extensions });
    return this.#dev.takePlaces(outcomes);
  }

  async #loadInOrder(outcomes: readonly InstallOutcome[], reported: BootReport['extensions']): Promise<void> {
    const listed = new Set(reported.map(({ entry }) => entry));
    for (const { entry } of reported) {
      const outcome = outcomes.find((each) => each.entry === entry);
      if (outcome) await this.extensions.load([outcome]);
      else this.extensions.addDisabled(entry);
    }
    await this.extensions.load(outcomes.filter(({ entry }) => !listed.has(entry)));
  }

  async #listen(): Promise<void> {
    const addresses = await this.#gateway.listen(this.#options.settings.GATEWAY_LISTEN);
    this.#log.info(`gateway listens on ${addresses.map(formatAddress).join(', ')}`);
    // Who asked for a free port wants to be told which one it became.
    const [first] = addresses;
    if (this.#options.settings.GATEWAY_LISTEN[0]?.port === 0 && first) {
      this.#url = `http://${this.#options.settings.LOCALSTACK_HOST.split(':')[0]}:${first.port}`;
    }
    // In a container the engine tells where it is.
    if (first && !this.#options.settings.BACKLOT_IN_CONTAINER) {
      const { host, port } = first;
      const isAny = host === '0.0.0.0' || host === '::';
      noteRunning(this.#options.volume.root, `http://${formatAddress({ host: isAny ? 'localhost' : host, port })}`);
    }
  }

  #announce(): void {
    const { settings } = this.#options;
    process.stdout.write(`${READY_MARKER}\n`);
    if (settings.LOG_FORMAT === 'json' || this.extensions.all.length === 0) return;
    process.stdout.write(`${readyTable(this.extensions.all, this.#gateway.routes(), this.#url)}\n`);
  }

  #assertRequired(): void {
    const failed = this.extensions.failedRequired();
    if (!failed) return;
    throw new BacklotError('BACKLOT_E_REQUIRED_FAILED', `${failed.name} is required and could not be started`, {
      where: { extension: failed.name },
    });
  }

  #view() {
    return {
      version: VERSION,
      inContainer: this.#options.settings.BACKLOT_IN_CONTAINER,
      startedAt: this.#options.boot.startedAt,
      health: new HealthBoard(VERSION),
      extensions: () => this.extensions.all,
      init: () => this.#scripts.state(),
      certificate: () => this.#gateway.certificateToTrust(),
      shutDown: this.#options.onShutDownRequest,
    };
  }
}

function limitsOf(settings: Settings): ConnectionLimits {
  return {
    headerSize: settings.BACKLOT_MAX_HEADER_SIZE,
    headers: settings.BACKLOT_MAX_HEADERS,
    headersTime: settings.BACKLOT_HEADERS_TIMEOUT * 1000,
    bodyTime: settings.BACKLOT_BODY_TIMEOUT * 1000,
    idleTime: settings.BACKLOT_KEEP_ALIVE_TIMEOUT * 1000,
  };
}

function leftOutOf({ leftOut = {} }: BootReport): Map<string, BacklotError> {
  return new Map(Object.entries(leftOut).map(([name, error]) => [name, BacklotError.from(error)]));
}

/** The names by which the platform may be asked for what is its own. */
function hostNames({ LOCALSTACK_HOST, BACKLOT_ALLOWED_HOSTS, GATEWAY_LISTEN }: Settings): HostNames {
  return new HostNames(LOCALSTACK_HOST, [...BACKLOT_ALLOWED_HOSTS, ...GATEWAY_LISTEN.map(({ host }) => host)]);
}

/** The names by which clients of this machine reach the gateway. */
function ownHosts(host: string): string[] {
  const [name = ''] = host.split(':');
  return [...new Set([name, 'localhost', '127.0.0.1', '::1', 'localhost.localstack.cloud'])];
}

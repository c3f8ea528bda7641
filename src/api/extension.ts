import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Logger } from 'winston';
import type { Clock } from './clock';
import type { Containers } from './containers';
import { BacklotError } from './errors';
import type { ExceptionHandlers, Handlers, ResponseHandlers, Router, RequestHandlers } from './gateway';
import type { Ids } from './ids';
import type { Processes, Sockets, Timers } from './resources';
import { claimServices, type ExtensionServices, type PlatformInfo } from './services';
import type { State } from './state';
import type { Webhooks } from './webhooks';

/** The type of `this.config`: what the schema puts out, or any record of values for an extension without a schema. */
export type ConfigOf<Schema> = Schema extends StandardSchemaV1
  ? StandardSchemaV1.InferOutput<Schema>
  : Readonly<Record<string, unknown>>;

/**
 * The base class of every extension.
 *
 * The platform constructs it once, without arguments, and calls its hooks in the order in which they stand here: one
 * hook over all extensions, in the order of extensions.json, before the next hook begins. Only `onPlatformShutdown`
 * runs in reverse order. A hook may be async and is awaited. An extension whose hook throws or takes too long is
 * withdrawn with all its routes and handlers, and the others go on; `onPlatformShutdown` is then called at once, so
 * that it can close what it opened. An extension that is added to a running platform goes through the same hooks.
 *
 * `Schema` is the type of the static `config`, a schema of any library that implements Standard Schema.
 */
export abstract class Extension<Schema = undefined> {
  /** Unique among all extensions; the same as the key in the manifest. Lower-case letters, digits and dashes. */
  abstract readonly name: string;

  /** The schema that `config` in the entry of extensions.json is validated with. */
  static readonly config?: StandardSchemaV1;

  /** The schema that each file of `seed` in the entry of extensions.json is validated with. */
  static readonly seed?: StandardSchemaV1;

  readonly #services: ExtensionServices | undefined = claimServices();

  /** Logs under the extension's name. */
  protected get log(): Logger {
    return this.#require('log');
  }

  /** The validated configuration of this extension. */
  protected get config(): ConfigOf<Schema> {
    return this.#require('config') as ConfigOf<Schema>;
  }

  /** The version and the URL of the platform. */
  protected get platform(): PlatformInfo {
    return this.#require('platform');
  }

  /** A folder of this extension's own, on the volume: an absolute path. It exists. */
  protected get dataDirectory(): string {
    return this.#require('dataDirectory');
  }

  /** The folder of this extension's package, where its package.json is: an absolute path. Not to be written to. */
  protected get packageDirectory(): string {
    return this.#require('packageDirectory');
  }

  /** Timers that end with this extension, and with the state of the request that made them. */
  protected get timers(): Timers {
    return this.#require('resources').timers;
  }

  /** Servers and connections that are closed with this extension. */
  protected get sockets(): Sockets {
    return this.#require('resources').sockets;
  }

  /** Programs that end with this extension. */
  protected get processes(): Processes {
    return this.#require('resources').processes;
  }

  /** Containers that end with this extension. */
  protected get containers(): Containers {
    return this.#require('containers');
  }

  /** What this extension keeps: collections of values, in the world that the running request is for. */
  protected get state(): State {
    return this.#require('state');
  }

  /** The time in the world that the running request is for. */
  protected get clock(): Clock {
    return this.#require('clock');
  }

  /** Makes identifiers; in a world with a seed the same ones each time. */
  protected get ids(): Ids {
    return this.#require('ids');
  }

  /** Delivers webhooks to the application under test. */
  protected get webhooks(): Webhooks {
    return this.#require('webhooks');
  }

  /** Aborted when this extension goes: removed, replaced, withdrawn, or shut down with the platform. */
  protected get signal(): AbortSignal {
    return this.#require('resources').signal;
  }

  /** Calls a function, once, when this extension goes, after `onPlatformShutdown`. It may be async. */
  protected onDispose(dispose: () => unknown): void {
    this.#require('resources').onDispose(dispose);
  }

  /** Called when the extension has been loaded. */
  onExtensionLoad(): void | Promise<void> {}

  /** Called when the platform starts. The port is not open yet. */
  onPlatformStart(): void | Promise<void> {}

  /** Called to add routes to the gateway. */
  updateGatewayRoutes(_router: Router): void | Promise<void> {}

  /** Called to add request handlers. They see every request that no route serves; those in `early` every request. */
  updateRequestHandlers(_handlers: RequestHandlers): void | Promise<void> {}

  /** Called to add response handlers. They see every response before it is sent. */
  updateResponseHandlers(_handlers: ResponseHandlers): void | Promise<void> {}

  /** Called to add exception handlers. They see what a request handler or an endpoint threw. */
  updateExceptionHandlers(_handlers: ExceptionHandlers): void | Promise<void> {}

  /** Called to add finalizers. They run last, whatever happened, when the response is out. */
  updateFinalizers(_handlers: Handlers): void | Promise<void> {}

  /** Called when the port is open and `Ready.` has been printed. */
  onPlatformReady(): void | Promise<void> {}

  /** Called when the extension goes: close here what was not started through `timers`, `sockets` and `processes`. */
  onPlatformShutdown(): void | Promise<void> {}

  #require<Name extends keyof ExtensionServices>(name: Name): ExtensionServices[Name] {
    if (this.#services) return this.#services[name];
    throw new BacklotError('BACKLOT_E_NO_PLATFORM', `this.${name} was used in an extension that no platform loaded`, {
      where: { extension: this.constructor.name },
    });
  }
}

/** The hooks of an extension, in the order in which they run. */
export const HOOKS = [
  'onExtensionLoad',
  'onPlatformStart',
  'updateGatewayRoutes',
  'updateRequestHandlers',
  'updateResponseHandlers',
  'updateExceptionHandlers',
  'updateFinalizers',
  'onPlatformReady',
  'onPlatformShutdown',
] as const;

export type HookName = (typeof HOOKS)[number];

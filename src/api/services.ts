/** What the platform gives to each extension, and how it gets there. Not exported to extensions. */
import type { Logger } from 'winston';
import type { Clock } from './clock';
import type { Containers } from './containers';
import type { Ids } from './ids';
import type { Resources } from './resources';
import type { State } from './state';
import type { Webhooks } from './webhooks';

/** What every extension can ask about the platform that it lives in. */
export interface PlatformInfo {
  /** The version of Backlot that runs. */
  readonly version: string;
  /** The URL at which clients reach the gateway, without a slash at the end. */
  readonly url: string;
}

/** The services of one extension. */
export interface ExtensionServices {
  readonly log: Logger;
  readonly config: unknown;
  readonly platform: PlatformInfo;
  /** The extension's own folder in the volume, as an absolute path; made when it is first asked for. */
  readonly dataDirectory: string;
  readonly resources: Resources;
  /** The folder of the extension's package, as an absolute path. */
  readonly packageDirectory: string;
  /** Loaded when it is first asked for: few extensions run containers. */
  readonly containers: Containers;
  /** Loaded when it is first asked for, with the three that follow: not every extension keeps something. */
  readonly state: State;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly webhooks: Webhooks;
}

let pending: ExtensionServices | undefined;

/**
 * Runs a constructor of an extension with the services that its instance is to have, so that field initialisers can
 * use them already.
 */
export function constructWith<T>(services: ExtensionServices, construct: () => T): T {
  const outer = pending;
  pending = services;
  try {
    return construct();
  } finally {
    pending = outer;
  }
}

/** The services for the instance that is being constructed; undefined outside of {@link constructWith}. */
export function claimServices(): ExtensionServices | undefined {
  const services = pending;
  pending = undefined;
  return services;
}

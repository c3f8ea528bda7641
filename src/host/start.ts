import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { BacklotError } from '../api/errors';
import { lockFileOf } from '../extensions/lock/find-lock';
import { type ContainerDetails, type ContainerEngine, type ContainerSpec, EngineRefusal } from '../engine/engine';
import { remoteHost } from '../engine/remote-host';
import { accessTo, type EngineAccess } from './engine-access';
import { hostOf, requireContainer, requireOurs, urlOf } from './find-container';
import { freePort } from './free-port';
import { ensureImage, type ImageOptions } from './image';
import { differences, labelsFor } from './labels';
import { putCredentials } from './put-credentials';
import { GATEWAY_PORT, type Settings } from './settings';
import { graceSecondsFor } from './stop';
import { type WaitOptions, waitUntilReady } from './wait';

/** A container that runs. */
export interface Launched {
  readonly container: ContainerDetails;
  /** The gateway on the host, without a slash at the end. */
  readonly url: string;
  /** Whether it ran before. */
  readonly alreadyRunning: boolean;
}

/**
 * Starts a container and waits until it is ready; a failed start leaves no container behind.
 *
 * Throws what {@link launch} and {@link waitUntilReady} throw.
 */
export async function start(
  engine: ContainerEngine,
  settings: Settings,
  options: ImageOptions & WaitOptions = {},
): Promise<Launched> {
  const launched = await launch(engine, settings, options);
  options.onProgress?.({ phase: 'wait', message: `waiting for ${settings.name} to be ready`, detail: false });
  try {
    await waitUntilReady(engine, launched.container, options);
  } catch (error) {
    if (!launched.alreadyRunning) await discard(engine, launched.container.id, settings);
    throw error;
  }
  return launched;
}

/**
 * Starts a container, without waiting until it is ready. One that runs already with the same image and settings is
 * taken as it is; one of ours that has ended is replaced.
 *
 * Throws `BACKLOT_E_CONTAINER_NAME_TAKEN`, `BACKLOT_E_CONTAINER_OUTDATED`, `BACKLOT_E_PORT_IN_USE`,
 * `BACKLOT_E_ENGINE_FAILED`, what {@link ensureImage} throws, and the reason of the signal when that is aborted.
 */
export async function launch(
  engine: ContainerEngine,
  settings: Settings,
  options: ImageOptions = {},
): Promise<Launched> {
  const { signal, onProgress } = options;
  const [existing, present] = await Promise.all([
    engine.inspectContainer(settings.name),
    options.build ? undefined : engine.imageId(settings.image),
  ]);
  if (existing) requireOurs(existing);
  if (existing?.running) return recognise(engine, existing, settings, options);
  if (present === undefined) {
    await ensureImage(engine, settings, options).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw error;
    });
  }
  signal?.throwIfAborted();
  if (existing) await engine.removeContainer(existing.id);
  // An engine makes volumes by itself, but not folders.
  // With the folder for what is mounted below /tmp, which the engine would make for root alone.
  if (settings.volume.type === 'bind') mkdirSync(path.join(settings.volume.source, 'tmp'), { recursive: true });
  onProgress?.({ phase: 'create', message: `starting ${settings.name} from ${settings.image}`, detail: false });
  const id = await createAndStart(engine, settings, await accessTo(engine, settings, onProgress));
  try {
    signal?.throwIfAborted();
    const container = await requireContainer(engine, id);
    // A container that ended at once has no published port any more; the wait for it says how it ended.
    return {
      container,
      url: urlOf(engine, container) ?? `http://${hostOf(engine)}:${settings.port}`,
      alreadyRunning: false,
    };
  } catch (error) {
    await discard(engine, id, settings);
    throw error;
  }
}

/** Removes what a failed start has made. */
export async function discard(engine: ContainerEngine, id: string, { volume }: Settings): Promise<void> {
  await engine.removeContainer(id);
  if (volume.temporary) await engine.removeVolume(volume.source);
}

async function recognise(
  engine: ContainerEngine,
  running: ContainerDetails,
  settings: Settings,
  options: ImageOptions,
): Promise<Launched> {
  const imageId = options.build ? await ensureImage(engine, settings, options) : await engine.imageId(running.image);
  const found = differences(running, settings);
  if (imageId !== undefined && imageId !== running.imageId) found.unshift(`image: an older build of ${running.image}`);
  const url = urlOf(engine, running);
  if (found.length === 0 && url !== undefined) return { container: running, url, alreadyRunning: true };
  const message = `${running.name} runs already and is outdated: restart it (${found.join('; ') || 'its port is not published'})`;
  throw new BacklotError('BACKLOT_E_CONTAINER_OUTDATED', message);
}

/** How often another port is tried when the free one was taken in the meantime. */
const PORT_ATTEMPTS = 5;

async function createAndStart(engine: ContainerEngine, settings: Settings, access: EngineAccess): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const port = settings.port === 0 ? await freePort() : settings.port;
    try {
      return await createOnPort(engine, settings, access, port);
    } catch (error) {
      const isLate = error instanceof BacklotError && error.code === 'BACKLOT_E_PORT_IN_USE' && settings.port === 0;
      if (!isLate || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

async function createOnPort(
  engine: ContainerEngine,
  settings: Settings,
  access: EngineAccess,
  port: number,
): Promise<string> {
  const id = await engine.createContainer(specFor(engine, settings, access, port)).catch((error: unknown) => {
    throw refusedWith(error, (refusal) => refusal.status === 409) ? nameTaken(settings.name, error) : error;
  });
  try {
    await putCredentials(engine, id, settings.credentialsFile);
    await engine.startContainer(id);
    return id;
  } catch (error) {
    await discard(engine, id, settings);
    throw refusedWith(error, ({ message }) => PORT_TAKEN.test(message)) ? portInUse(port, error) : error;
  }
}

/** The words of Docker, of Docker's proxy and of Podman for a port that another process has. */
const PORT_TAKEN = /port is already allocated|address already in use|ports are not available/i;

function refusedWith(error: unknown, test: (refusal: EngineRefusal) => boolean): boolean {
  return error instanceof BacklotError && error.cause instanceof EngineRefusal && test(error.cause);
}

function nameTaken(name: string, cause: unknown): BacklotError {
  const message = `another container named ${name} was made in the meantime`;
  return new BacklotError('BACKLOT_E_CONTAINER_NAME_TAKEN', message, { cause });
}

function portInUse(port: number, cause: unknown): BacklotError {
  return new BacklotError(
    'BACKLOT_E_PORT_IN_USE',
    `port ${port} of 127.0.0.1 is taken by another process or container`,
    {
      remedy: 'Stop the other one, or choose another port with --port (0 takes one that is free).',
      cause,
    },
  );
}

/** The container that the settings describe, on a port of the host. */
function specFor(engine: ContainerEngine, settings: Settings, access: EngineAccess, port: number): ContainerSpec {
  const { volume, extensionsFile, devFolders, listedFolders } = settings;
  const outside = `${hostOf(engine)}:${port}`;
  const list = { type: 'bind', target: '/etc/backlot/extensions.json', readOnly: true } as const;
  return {
    name: settings.name,
    image: settings.image,
    // Clients see the gateway under the port of the host, and so must the URLs that it hands out.
    environment: {
      ...(outside === `localhost:${GATEWAY_PORT}` ? {} : { LOCALSTACK_HOST: outside }),
      ...(devFolders.length === 0 ? {} : { BACKLOT_DEV_EXTENSIONS: devFolders.map(({ target }) => target).join(':') }),
      ...settings.environment,
    },
    labels: labelsFor(settings),
    ports: { [GATEWAY_PORT]: port },
    mounts: [
      { type: volume.type, source: volume.source, target: '/var/lib/backlot', readOnly: false },
      ...(extensionsFile === undefined ? [] : [{ ...list, source: extensionsFile }, ...lockMount(extensionsFile)]),
      ...[...listedFolders, ...devFolders].map((folder) => ({ type: 'bind', ...folder, readOnly: true }) as const),
      ...settings.mounts,
      ...access.mounts,
    ],
    ...(access.groups === undefined ? {} : { groups: access.groups }),
    ...(settings.network === undefined ? {} : { network: settings.network }),
    namesHost: true,
    // The loopback of another machine is of no use to us.
    ...(remoteHost(engine) === undefined ? {} : { publishAt: '0.0.0.0' }),
    stopGraceSeconds: Math.ceil(graceSecondsFor(settings.environment)),
  };
}

/** The lock beside a list, where there is one: read-only, so that the container holds to it. */
function lockMount(extensionsFile: string): ContainerSpec['mounts'] {
  const source = lockFileOf(extensionsFile);
  if (!existsSync(source)) return [];
  return [{ type: 'bind', source, target: '/etc/backlot/extensions.lock.json', readOnly: true }];
}

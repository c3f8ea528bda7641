import type { ContainerDetails, ContainerEngine } from '../engine/engine';
import { withoutUndefined } from '../extensions/without-undefined';
import { requireOurs } from './find-container';
import { ensureImage, type ImageOptions } from './image';
import { rememberedSettings, type RememberedSettings } from './labels';
import { containerName, GATEWAY_PORT, resolveSettings, type Settings, type StartOptions } from './settings';
import { type Launched, start } from './start';
import { stopContainer } from './stop';
import type { WaitOptions } from './wait';

/**
 * Stops the container and starts it anew, from the image as it is now, and waits until it is ready. It keeps the
 * settings that it was started with, save those that are given. One that does not run is started.
 *
 * The old container goes on running when the settings are wrong or the image cannot be got. Throws what {@link start}
 * and {@link stopContainer} throw.
 */
export async function restart(
  engine: ContainerEngine,
  options: StartOptions,
  how: ImageOptions & WaitOptions = {},
): Promise<Launched> {
  const name = containerName(options.name);
  const existing = await engine.inspectContainer(name);
  if (existing) requireOurs(existing);
  const settings = settingsAgain(existing, { ...options, name });
  await ensureImage(engine, settings, how);
  if (!existing) return start(engine, settings, { ...how, build: false });
  // Who follows its log sees by its new name that another one takes its place.
  await stopContainer(engine, existing);
  await engine.renameContainer(existing.id, `${name}-${existing.id.slice(0, 12)}`);
  try {
    return await start(engine, settings, { ...how, build: false });
  } finally {
    await engine.removeContainer(existing.id);
  }
}

function settingsAgain(existing: ContainerDetails | undefined, options: StartOptions): Settings {
  const remembered = existing && rememberedSettings(existing);
  if (!existing || !remembered) return resolveSettings(options);
  const settings = resolveSettings({ ...optionsAgain(existing, remembered), ...withoutUndefined(options) });
  const environment = { ...valuesAgain(remembered.environment, existing.environment), ...settings.environment };
  return { ...settings, environment, ...(options.volume === undefined ? { volume: remembered.volume } : {}) };
}

function optionsAgain(existing: ContainerDetails, remembered: RememberedSettings): StartOptions {
  return {
    // The usual image is looked up again, because its name holds the version.
    ...(remembered.isOwnImage ? {} : { image: remembered.image }),
    port: existing.ports[GATEWAY_PORT] ?? remembered.port,
    ...(remembered.extensionsFile === undefined ? {} : { extensionsFile: remembered.extensionsFile }),
    ...(remembered.mounts === undefined ? {} : { mounts: remembered.mounts }),
    ...(remembered.network === undefined ? {} : { network: remembered.network }),
    ...(remembered.docker === undefined ? {} : { docker: remembered.docker }),
    labels: valuesAgain(remembered.labels ?? [], existing.labels),
  };
}

function valuesAgain(names: readonly string[], values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, values[name] ?? '']));
}

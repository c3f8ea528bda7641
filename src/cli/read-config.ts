import path from 'node:path';
import { BacklotError } from '../api/errors';
import type { ContainerEngine } from '../engine/engine';
import { findEngine } from '../engine/find-engine';
import { devListBeside } from '../extensions/dev/dev-list-file';
import { lockFileOf } from '../extensions/lock/find-lock';
import { credentialsFile } from '../extensions/registry/credentials-file';
import { composeFileIn, servicesIn } from '../host/config/check-compose';
import { checkFiles } from '../host/config/check-files';
import { commandSettings } from '../host/config/command-settings';
import { type ConfigMistake, mistakeOf } from '../host/config/config-mistake';
import { type ContainerSettings, containerSettings } from '../host/config/container-settings';
import type { EffectiveSetting } from '../host/config/effective-setting';
import { type ConfiguredExtension, configuredExtensions } from '../host/config/listed-extensions';
import { cacheFolder } from '../host/host-library';
import { containerName, resolveSettings } from '../host/settings';
import { checkVariables, settingsOf, type VariableMistake } from '../runtime/check-variables';
import type { ValidateOptions } from './commands/config/validate';
import { type ContainerOptions, toStartOptions } from './start-options';

/** All settings that are in effect, and who says so. */
export interface Config {
  readonly command: readonly EffectiveSetting[];
  /** Where the engine is; null when none answers. */
  readonly engine: string | null;
  readonly container: ContainerSettings | null;
  readonly extensions: readonly ConfiguredExtension[];
}

/** Reads all settings. Throws what is wrong with the options, or with the list of extensions. */
export async function readConfig(options: ContainerOptions): Promise<Config> {
  const sources = { env: process.env, cwd: process.cwd() };
  const wanted = toStartOptions(options);
  const command = commandSettings(wanted, sources);
  const { extensionsFile, environment } = resolveSettings(wanted, sources);
  const engine = await engineIfAny();
  const container =
    engine && (await containerSettings(engine, containerName(options.name), (env) => settingsOf(env, 'image')));
  return {
    command,
    engine: engine?.description ?? null,
    container: container ?? null,
    extensions: await configuredExtensions(extensionsFile, environment.EXTENSION_AUTO_INSTALL ?? '', sources.cwd),
  };
}

async function engineIfAny(): Promise<ContainerEngine | undefined> {
  try {
    return await findEngine();
  } catch (error) {
    if (error instanceof BacklotError && error.code === 'BACKLOT_E_ENGINE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** What was looked at, and what is wrong with it. */
export interface Validation {
  readonly checked: readonly string[];
  readonly mistakes: readonly ConfigMistake[];
}

/** Checks whatever can be checked without an engine. */
export async function validateConfig({ extensions, compose, env = {} }: ValidateOptions): Promise<Validation> {
  const listFile = path.resolve(extensions ?? 'extensions.json');
  const mistakes = await checkFiles(listFile, extensions !== undefined);
  mistakes.push(...checkVariables({ ...process.env, ...env }).map((each) => asMistake(each, {})));
  const composeFile = compose === undefined ? composeFileIn(process.cwd()) : path.resolve(compose);
  if (composeFile !== undefined) {
    try {
      for (const { environment, placeOf } of servicesIn(composeFile)) {
        mistakes.push(...checkVariables(environment).map((each) => asMistake(each, placeOf(each.variable))));
      }
    } catch (error) {
      if (!(error instanceof BacklotError) || compose !== undefined) throw error;
      mistakes.push({ ...mistakeOf(error), severity: 'warning' });
    }
  }
  const checked = [listFile, 'the environment', ...(composeFile === undefined ? [] : [composeFile])];
  return { checked, mistakes };
}

function asMistake({ kind, message, action }: VariableMistake, where: ConfigMistake['where']): ConfigMistake {
  return {
    severity: kind === 'value' ? 'error' : 'warning',
    code: 'BACKLOT_E_SETTING_INVALID',
    message,
    where,
    action,
  };
}

/** The files and folders that the command reads and writes, there or not. */
export function configPaths(extensions = 'extensions.json'): Record<string, string> {
  const list = path.resolve(extensions);
  return {
    extensions: list,
    lock: lockFileOf(list),
    developed: devListBeside(list),
    credentials: credentialsFile(),
    cache: cacheFolder(),
    'volume with --host': path.resolve(process.env.BACKLOT_VOLUME || '.backlot'),
  };
}

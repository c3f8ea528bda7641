import { existsSync } from 'node:fs';
import path from 'node:path';
import { devListBeside } from '../../extensions/dev/dev-list-file';
import { cacheFolder } from '../host-library';
import { resolveSettings, type SettingsSources, type StartOptions } from '../settings';
import type { EffectiveSetting } from './effective-setting';
import { mask } from './mask';

/**
 * What `backlot start` with these options would go by, and who says so. Throws what {@link resolveSettings} throws.
 */
export function commandSettings(options: StartOptions, sources: SettingsSources): EffectiveSetting[] {
  const { env, cwd } = sources;
  const settings = resolveSettings(options, sources);
  const listFile = settings.extensionsFile ?? path.join(cwd, 'extensions.json');
  const { volume } = settings;
  return [
    choose('name', settings.name, { '--name': options.name }, { MAIN_CONTAINER_NAME: env.MAIN_CONTAINER_NAME }),
    choose('image', settings.image, { '--image': options.image }, { IMAGE_NAME: env.IMAGE_NAME }),
    choose('port', String(settings.port), { '--port': options.port }),
    choose('extensions', settings.extensionsFile, { '--extensions': options.extensionsFile }),
    choose('volume', volume.source, { '--volume': options.volume }),
    ...Object.entries(settings.environment).map(([name, value]) =>
      asked(`environment ${name}`, mask(name, value), '--env'),
    ),
    ...(options.mounts ?? []).map((value) => asked('mount', value, '--mount')),
    ...(options.network === undefined ? [] : [asked('network', options.network, '--network')]),
    ...Object.entries(settings.labels).map(([name, value]) => asked(`label ${name}`, mask(name, value), '--label')),
    choose('docker', settings.docker ? 'yes' : 'no', { '--docker': options.docker === undefined ? undefined : 1 }),
    ...settings.devFolders.map(({ source }): EffectiveSetting => {
      return { name: 'developed folder', value: source, origin: 'file', from: devListBeside(listFile) };
    }),
    ...settings.listedFolders.map(({ source }): EffectiveSetting => {
      return { name: 'listed folder', value: source, origin: 'file', from: listFile };
    }),
    choose('engine', env.DOCKER_HOST, {}, { DOCKER_HOST: env.DOCKER_HOST }),
    choose('engine context', env.DOCKER_CONTEXT, {}, { DOCKER_CONTEXT: env.DOCKER_CONTEXT }),
    choose('credentials', missing(settings.credentialsFile), {}, { BACKLOT_NPMRC: env.BACKLOT_NPMRC }),
    choose('admin token', hidden(env.BACKLOT_ADMIN_TOKEN), {}, { BACKLOT_ADMIN_TOKEN: env.BACKLOT_ADMIN_TOKEN }),
    choose(
      'volume with --host',
      path.resolve(cwd, env.BACKLOT_VOLUME || '.backlot'),
      {},
      { BACKLOT_VOLUME: env.BACKLOT_VOLUME },
    ),
    choose('cache', cacheFolder({ ...env }), {}, { XDG_CACHE_HOME: env.XDG_CACHE_HOME }),
  ];
}

function asked(name: string, value: string, from: string): EffectiveSetting {
  return { name, value, origin: 'flag', from };
}

type Given = Readonly<Record<string, string | number | undefined>>;

/** A flag comes before a variable, and that before the default. */
function choose(name: string, value: string | undefined, flags: Given, variables: Given = {}): EffectiveSetting {
  const flag = Object.keys(flags).find((each) => flags[each] !== undefined);
  if (flag !== undefined) return { name, value, origin: 'flag', from: flag };
  const variable = Object.keys(variables).find((each) => variables[each]);
  if (variable !== undefined) return { name, value, origin: 'environment', from: variable };
  return { name, value, origin: 'default', from: undefined };
}

function hidden(secret: string | undefined): string | undefined {
  return secret === undefined ? undefined : mask('token', secret);
}

function missing(file: string): string {
  return existsSync(file) ? file : `${file} (not there)`;
}

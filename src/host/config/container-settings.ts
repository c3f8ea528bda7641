import type { ContainerDetails, ContainerEngine } from '../../engine/engine';
import { rememberedSettings } from '../labels';
import type { EffectiveSetting } from './effective-setting';
import { mask } from './mask';

/** What a container goes by. */
export interface ContainerSettings {
  readonly name: string;
  readonly running: boolean;
  readonly settings: readonly EffectiveSetting[];
}

/** A setting as it stands in an environment; `variable` is undefined for a default. */
export interface ReadSetting {
  readonly name: string;
  readonly value: string;
  readonly variable: string | undefined;
}

/** The settings of the container of that name; undefined when there is none. `read` reads those of its environment. */
export async function containerSettings(
  engine: ContainerEngine,
  name: string,
  read: (environment: ContainerDetails['environment']) => readonly ReadSetting[],
): Promise<ContainerSettings | undefined> {
  const container = await engine.inspectContainer(name);
  if (!container) return undefined;
  const flags = new Set(rememberedSettings(container)?.environment ?? []);
  const settings = read(container.environment);
  const known = new Set(settings.map((each) => each.name));
  const others = [...flags].filter((each) => !known.has(each) && !known.has(each.replace(/^LOCALSTACK_/, '')));
  return {
    name: container.name,
    running: container.running,
    settings: [
      ...settings.map((setting) => effective(setting, flags)),
      ...others.map((each) =>
        effective({ name: each, value: container.environment[each] ?? '', variable: each }, flags),
      ),
    ],
  };
}

function effective({ name, value, variable }: ReadSetting, flags: ReadonlySet<string>): EffectiveSetting {
  const shown = value === '' ? undefined : mask(name, value);
  if (variable === undefined) return { name, value: shown, origin: 'default', from: undefined };
  if (flags.has(variable)) return { name, value: shown, origin: 'flag', from: `--env ${variable}` };
  return { name, value: shown, origin: 'environment', from: variable };
}

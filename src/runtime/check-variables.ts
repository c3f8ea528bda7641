import { nearest } from '../api/nearest';
import { type SettingName, SETTINGS, findTypingErrors, withoutPrefix } from './settings';

/** A setting as an environment has it. */
export interface EnvironmentSetting {
  readonly name: SettingName;
  /** As it is written in the environment, or the default. */
  readonly value: string;
  /** The variable that says so, which may have the prefix of LocalStack; undefined for a default. */
  readonly variable: string | undefined;
}

/** Something wrong with a variable of an environment. */
export interface VariableMistake {
  readonly variable: string;
  /** A wrong value refuses the start; a name that nothing reads only does nothing. */
  readonly kind: 'value' | 'name';
  readonly message: string;
  readonly action: string;
}

/** Every setting as Backlot reads it from an environment, on the host or in its image. */
export function settingsOf(environment: NodeJS.ProcessEnv, place: 'host' | 'image'): EnvironmentSetting[] {
  const read = withoutPrefix(environment);
  return Object.entries(SETTINGS).map(([name, setting]) => {
    const usual = place === 'image' && 'inImage' in setting ? setting.inImage : setting.default;
    const given = read[name]?.trim();
    const variable = `LOCALSTACK_${name}` in environment ? `LOCALSTACK_${name}` : name;
    return {
      name: name as SettingName,
      value: given || setting.default,
      // The image sets its own defaults in its environment.
      variable: given && given !== usual ? variable : undefined,
    };
  });
}

/** What is wrong with the variables of an environment that Backlot reads, or that look as if it should. */
export function checkVariables(environment: NodeJS.ProcessEnv): VariableMistake[] {
  const read = withoutPrefix(environment);
  const written = (name: string): string => (`LOCALSTACK_${name}` in environment ? `LOCALSTACK_${name}` : name);
  const mistakes: VariableMistake[] = [];
  for (const [name, setting] of Object.entries(SETTINGS)) {
    const text = read[name]?.trim() || setting.default;
    try {
      setting.parse(text);
    } catch (error) {
      const message = `${written(name)}=${text}: ${(error as Error).message}`;
      mistakes.push({ variable: written(name), kind: 'value', message, action: `Give ${setting.values}.` });
    }
  }
  const near = new Map(findTypingErrors(read).map(({ name, meant }) => [name, meant as string]));
  for (const name of Object.keys(read)) {
    const meant = near.get(name) ?? (isOurs(written(name)) ? nearestSetting(name) : undefined);
    if (name in SETTINGS || OTHERS.includes(name) || (meant === undefined && !isOurs(written(name)))) continue;
    mistakes.push({
      variable: written(name),
      kind: 'name',
      message: `${written(name)} is no setting of Backlot, and does nothing`,
      action: meant === undefined ? 'docs/reference/configuration.md lists all settings.' : `Write ${meant}.`,
    });
  }
  return mistakes;
}

/** What the command, its compose file and `backlot exec` read or set. */
const OTHERS: readonly string[] = ['BACKLOT_PORT', 'BACKLOT_EXEC', 'MAIN_CONTAINER_NAME', 'IMAGE_NAME'];

/** What LocalStack reads and Backlot has no use for, as everybody who has used the one has it set. */
const OF_LOCALSTACK = /^LOCALSTACK_(?:HOST|AUTH_TOKEN|API_KEY|VOLUME_DIR|ACTIVATE_PRO|DOCKER_NAME)/;

/** The setting that was probably meant. What all names begin with makes none of them nearer. */
function nearestSetting(name: string): string | undefined {
  const prefix = name.startsWith('BACKLOT_') ? 'BACKLOT_' : '';
  const candidates = [...Object.keys(SETTINGS), ...OTHERS].map((each) => each.replace(prefix, ''));
  const meant = nearest(name.slice(prefix.length), candidates);
  if (meant === undefined) return undefined;
  return meant in SETTINGS || OTHERS.includes(meant) ? meant : `${prefix}${meant}`;
}

function isOurs(variable: string): boolean {
  return /^(?:BACKLOT|LOCALSTACK)_/.test(variable) && !OF_LOCALSTACK.test(variable);
}

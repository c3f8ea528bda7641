import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { credentialsFile, expandHome, homeOf } from './credentials-file';
import { npmrcLine, type NpmrcValues, parseNpmrc } from './npmrc';

/** What npm's settings say about registries: their addresses, credentials, proxies and certificates. */
export interface RegistrySettings {
  /** By their keys in an .npmrc. */
  readonly values: NpmrcValues;
  /** Files of settings that are there and cannot be read. */
  readonly unreadable: readonly string[];
}

/** Where the settings are looked for. */
export interface SettingsSources {
  /** The folder of extensions.json. */
  readonly projectDirectory?: string;
  readonly environment?: NodeJS.ProcessEnv;
}

/** The keys that have to do with registries. */
const KEY = /^(?:registry|proxy|https-proxy|noproxy|ca|cafile|cert|key|strict-ssl|@[^:/]+:registry|\/\/.+)$/;

/** Those that name a file. */
const FILE_KEY = /^(?:cafile|\/\/.+:(?:certfile|keyfile))$/;

/** Those whose value is a secret. */
const SECRET_KEY = /:(?:_authToken|_auth|_password)$/;

/**
 * Reads the settings in npm's order, the first that has a key wins: the environment (`npm_config_…`), the .npmrc beside
 * extensions.json, Backlot's own file of credentials, the user's .npmrc, the machine's. Files need not be there; one
 * that cannot be read is listed.
 */
export async function readRegistrySettings(sources: SettingsSources = {}): Promise<RegistrySettings> {
  const { projectDirectory, environment = process.env } = sources;
  const inEnvironment = valuesOfEnvironment(environment);
  const named = (key: string): string | undefined => {
    const value = inEnvironment[key];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const files = [
    ...(projectDirectory === undefined ? [] : [path.join(projectDirectory, '.npmrc')]),
    credentialsFile(environment),
    named('userconfig') ?? path.join(homeOf(environment), '.npmrc'),
    named('globalconfig') ?? path.join(path.dirname(process.execPath), '..', 'etc', 'npmrc'),
  ];
  const unreadable: string[] = [];
  const layers = [inEnvironment, ...(await Promise.all(files.map((file) => readLayer(file, environment, unreadable))))];
  const values: Record<string, string | readonly string[]> = {};
  for (const layer of layers.reverse()) {
    for (const [key, value] of Object.entries(layer)) if (KEY.test(key)) values[key] = value;
  }
  return { values, unreadable };
}

/** The address that the settings give for a package or a scope; undefined where npm's own default is meant. */
export function configuredRegistry({ values }: RegistrySettings, packageOrScope = ''): string | undefined {
  const scope = /^@[^/]+/.exec(packageOrScope)?.[0];
  const found = (scope && values[`${scope}:registry`]) || values.registry;
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** The key in the settings that holds credentials for an address, such as `//host/path/:_authToken`. */
export function credentialsKey({ values }: RegistrySettings, registry: string): string | undefined {
  const { host, pathname } = new URL(registry);
  // As npm does: the longest part of the address that has any.
  for (let part = `//${host}${pathname}`; part.length > 2; part = part.replace(/(?:[^/]+|\/)$/, '')) {
    if (values[`${part}:_authToken`]) return `${part}:_authToken`;
    if (values[`${part}:_auth`]) return `${part}:_auth`;
    if (values[`${part}:username`] && values[`${part}:_password`]) return `${part}:_password`;
  }
  return undefined;
}

/** Every secret of the settings, also as it looks decoded: what must not be shown. */
export function secretsOf({ values }: RegistrySettings): string[] {
  return Object.entries(values).flatMap(([key, value]) => {
    if (!SECRET_KEY.test(key) || typeof value !== 'string' || value === '') return [];
    const decoded = key.endsWith(':_authToken') ? '' : Buffer.from(value, 'base64').toString('utf8');
    return [value, decoded, decoded.slice(decoded.indexOf(':') + 1)].filter((secret) => secret.length > 2);
  });
}

/** The settings as the text of one .npmrc, for an installer of its own process. Keep it to its owner: it has secrets. */
export function npmrcFor({ values }: RegistrySettings): string {
  return Object.entries(values)
    .flatMap(([key, value]) =>
      typeof value === 'string' ? [npmrcLine(key, value)] : value.map((each) => npmrcLine(`${key}[]`, each)),
    )
    .map((line) => `${line}\n`)
    .join('');
}

async function readLayer(file: string, environment: NodeJS.ProcessEnv, unreadable: string[]): Promise<NpmrcValues> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (!isMissing(error)) unreadable.push(file);
    return {};
  }
  const values = parseNpmrc(text, environment);
  // The file of the installer is somewhere else: what it names must not depend on where it is.
  const absolute = (value: string): string => path.resolve(path.dirname(file), expandHome(value, environment));
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      FILE_KEY.test(key) && typeof value === 'string' && value !== '' ? absolute(value) : value,
    ]),
  );
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** `npm_config_https_proxy` is `https-proxy`; what starts with `//` or `@` is taken as it is. */
function valuesOfEnvironment(environment: NodeJS.ProcessEnv): NpmrcValues {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    const written = /^npm_config_(.+)$/i.exec(name)?.[1];
    if (written === undefined || value === undefined || value === '') continue;
    const isExact = /^(?:\/\/|@)/.test(written);
    values[isExact ? written : written.toLowerCase().replace(/(?!^)_/g, '-')] = value;
  }
  return values;
}

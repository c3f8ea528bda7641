/** Configuration from the environment: one table, typed and documented. */
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { closest, distance } from 'fastest-levenshtein';
import { BacklotError } from '../api/errors';
import { credentialsFile } from '../extensions/registry/credentials-file';
import { formatAddress, type ListenAddress } from '../gateway/listen';

interface Setting<T> {
  readonly description: string;
  /** How the value is written, for the documentation. */
  readonly values: string;
  /** The default, as it would be written in the environment. */
  readonly default: string;
  /** The default inside of our image, where it is another one; the image sets it in its environment. */
  readonly inImage?: string;
  /** Reads the value, or throws an Error that says what a value must be. */
  readonly parse: (text: string) => T;
}

const USUAL_NPMRC = '~/.config/backlot/npmrc';

const LOG_LEVELS = ['error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const LOG_FORMATS = ['human', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

const DAMAGE_ANSWERS = ['refuse', 'begin-empty'] as const;

/** Every environment variable that Backlot reads. `docs/reference/configuration.md` is written from this table. */
export const SETTINGS = {
  GATEWAY_LISTEN: {
    description: 'The addresses that the gateway listens on. Port 0 takes a free port.',
    values: 'host:port, several separated by commas',
    default: '127.0.0.1:4566',
    inImage: '0.0.0.0:4566',
    parse: addresses,
  },
  BACKLOT_ACCESS_LOG: {
    description: 'Logs each request: method, host, path, status, time, and the extension that served it.',
    values: '0 or 1',
    default: '0',
    parse: flag,
  },
  DEBUG_HANDLER_CHAIN: {
    description: 'Logs for each request what every handler did with it: its owner, its time, and what it changed.',
    values: '0 or 1',
    default: '0',
    parse: flag,
  },
  BACKLOT_BODY_LIMIT: {
    description:
      'The most bytes of the body of a request, decoded, that an extension gets at once where it names no limit of its ' +
      'own. Bodies that are streamed have no limit.',
    values: 'bytes',
    default: '104857600',
    parse: wholeNumber,
  },
  CUSTOM_SSL_CERT_PATH: {
    description:
      'A certificate for TLS of your own: the private key, its certificate and the chain above it. ' +
      'When not set, certificates for localhost and localhost.localstack.cloud are made.',
    values: 'path of a PEM file',
    default: '',
    parse: (text) => (text === '' ? undefined : path(text)),
  },
  EXTRA_CORS_ALLOWED_ORIGINS: {
    description:
      'Origins of pages that may use the gateway, beside pages of this machine and those that extensions serve.',
    values: 'origins separated by commas, or *',
    default: '',
    parse: list,
  },
  EXTRA_CORS_ALLOWED_HEADERS: {
    description: 'Request headers that pages may send, beside those that they ask for.',
    values: 'names separated by commas',
    default: '',
    parse: list,
  },
  EXTRA_CORS_EXPOSE_HEADERS: {
    description: 'Response headers that pages may read, beside etag, location and x-amz-version-id.',
    values: 'names separated by commas',
    default: '',
    parse: list,
  },
  DISABLE_CORS_CHECKS: {
    description: 'Serves pages of all origins.',
    values: '0 or 1',
    default: '0',
    parse: flag,
  },
  DISABLE_CORS_HEADERS: {
    description: 'Adds no headers for pages of other origins.',
    values: '0 or 1',
    default: '0',
    parse: flag,
  },
  LOCALSTACK_HOST: {
    description:
      'The host, and port, by which clients reach the gateway; URLs that are shown or handed out use it. Without a port, the first of GATEWAY_LISTEN.',
    values: 'host or host:port',
    default: 'localhost:4566',
    parse: hostAndPort,
  },
  EXTENSION_AUTO_INSTALL: {
    description: 'Extensions to use in addition to those in extensions.json.',
    values: 'specs separated by commas',
    default: '',
    parse: (text) => text,
  },
  BACKLOT_EXTENSIONS_FILE: {
    description: 'The list of extensions. It may be missing when it is not set.',
    values: 'path',
    default: './extensions.json',
    inImage: '/etc/backlot/extensions.json',
    parse: path,
  },
  BACKLOT_ADMIN_TOKEN: {
    description: 'When set, extensions can be changed over HTTP only with `Authorization: Bearer` and this token.',
    values: 'text',
    default: '',
    parse: (text) => text,
  },
  BACKLOT_FROZEN: {
    description:
      'Holds to extensions.lock.json and refuses whatever it does not hold. When not set: yes where CI is set or the lock cannot be written.',
    values: '0 or 1',
    default: '',
    parse: (text) => (text === '' ? undefined : flag(text)),
  },
  BACKLOT_FETCH_TIMEOUT: {
    description: 'How long a package registry, or another host that packages come from, may take for one answer.',
    values: 'seconds',
    default: '20',
    parse: seconds,
  },
  BACKLOT_DEV_EXTENSIONS: {
    description: 'Folders of extensions that are developed: they are reloaded on every save. Set by `backlot start`.',
    values: 'paths separated by colons',
    default: '',
    parse: (text) => text.split(':').filter(Boolean).map(path),
  },
  BACKLOT_DEV_POLL: {
    description: 'Looks for changes of developed extensions again and again, for engines whose mounts send no events.',
    values: '0 or 1',
    default: '0',
    parse: flag,
  },
  BACKLOT_VOLUME: {
    description: 'The folder that keeps what outlives a start: installed extensions, their data, caches.',
    values: 'path',
    default: './.backlot',
    inImage: '/var/lib/backlot',
    parse: path,
  },
  PERSISTENCE: {
    description:
      'Keeps what extensions keep through `this.state` on the volume, in `state/store`, instead of in memory.',
    values: '0 or 1',
    default: '0',
    parse: flag,
  },
  BACKLOT_STATE_DAMAGED: {
    description:
      'What happens when what extensions kept is damaged, which is set aside in any case: the start is refused, or goes on ' +
      'with an empty state.',
    values: DAMAGE_ANSWERS.join(', '),
    default: 'refuse',
    parse: oneOf(DAMAGE_ANSWERS),
  },
  BACKLOT_SANDBOX_TTL: {
    description: 'After how long without a request or an open connection a sandbox is deleted that says nothing else.',
    values: 'seconds, 0 for never',
    default: '3600',
    parse: secondsOrNever,
  },
  BACKLOT_NPMRC: {
    description:
      'The credentials of package registries, as `backlot login` keeps them. It may be missing. ' +
      'The folder `~/.config` is that of XDG_CONFIG_HOME where it is set.',
    values: 'path of a file in the format of an .npmrc',
    default: USUAL_NPMRC,
    inImage: '/run/secrets/backlot-npmrc',
    parse: (text) => credentialsFile({ ...process.env, BACKLOT_NPMRC: text === USUAL_NPMRC ? '' : text }),
  },
  BACKLOT_INIT_DIRS: {
    description: 'Folders with init scripts, each with boot.d, start.d, ready.d and shutdown.d.',
    values: 'paths separated by colons',
    default: './init',
    inImage: '/etc/backlot/init:/etc/localstack/init',
    parse: (text) => text.split(':').filter(Boolean).map(path),
  },
  BACKLOT_INIT_TIMEOUT: {
    description: 'How long one init script may run before it is killed and counts as failed.',
    values: 'seconds',
    default: '300',
    parse: seconds,
  },
  BACKLOT_HOOK_TIMEOUT: {
    description: 'How long the import, and each hook, of an extension may take before the extension is withdrawn.',
    values: 'seconds',
    default: '30',
    parse: seconds,
  },
  BACKLOT_SHUTDOWN_TIMEOUT: {
    description: 'How long an orderly shutdown may take before the runtime is killed.',
    values: 'seconds',
    default: '20',
    parse: seconds,
  },
  BACKLOT_RESTART_LIMIT: {
    description: 'How often in a row a runtime that crashes is restarted. A minute without a crash begins a new row.',
    values: 'whole number, 0 for never',
    default: '5',
    parse: wholeNumber,
  },
  BACKLOT_ALLOWED_HOSTS: {
    description:
      'More names under which the resources of the platform itself may be asked for, besides addresses, names without a dot, ' +
      'those of this machine and LOCALSTACK_HOST.',
    values: 'names, `*.name` for those below one, `*` for all, separated by commas',
    default: '',
    parse: hostNames,
  },
  BACKLOT_MAX_HEADER_SIZE: {
    description: 'The most bytes of the line and the headers of a request together; more is a 431.',
    values: 'bytes',
    default: '16384',
    parse: wholeNumberAboveZero,
  },
  BACKLOT_MAX_HEADERS: {
    description: 'The most headers of a request; more is a 431.',
    values: 'whole number',
    default: '200',
    parse: wholeNumberAboveZero,
  },
  BACKLOT_HEADERS_TIMEOUT: {
    description: 'How long a client may take to send the line and the headers of a request; after that, a 408.',
    values: 'seconds',
    default: '30',
    parse: seconds,
  },
  BACKLOT_BODY_TIMEOUT: {
    description:
      'How long the body of a request that an extension waits for may come at less than 64 bytes a second; after that, a 408. ' +
      'And how long a client may leave an answer untaken, besides a second for each 64 KiB; after that, it is cut off.',
    values: 'seconds',
    default: '30',
    parse: seconds,
  },
  BACKLOT_KEEP_ALIVE_TIMEOUT: {
    description: 'How long a connection is kept open between two requests.',
    values: 'seconds',
    default: '60',
    parse: seconds,
  },
  BACKLOT_STALL_WARNING: {
    description: 'After how long of a standing event loop the log says which extension holds it, and where.',
    values: 'seconds, 0 for never',
    default: '2',
    parse: secondsOrNever,
  },
  BACKLOT_STALL_LIMIT: {
    description:
      'After how long of a standing event loop the runtime is restarted without the extension that holds it.',
    values: 'seconds, 0 for never',
    default: '30',
    parse: secondsOrNever,
  },
  BACKLOT_IN_CONTAINER: {
    description: 'Says that Backlot runs in its container. Set by the image.',
    values: '0 or 1',
    default: '0',
    inImage: '1',
    parse: flag,
  },
  DEBUG: {
    description: 'Logs at level debug, and shows stacks of failures to clients.',
    values: '0 or 1',
    default: '0',
    parse: flag,
  },
  LS_LOG: {
    description: 'The level of the log. Wins over DEBUG.',
    values: LOG_LEVELS.join(', '),
    default: '',
    parse: (text) => (text === '' ? undefined : oneOf(LOG_LEVELS)(text)),
  },
  LOG_FORMAT: {
    description: 'Lines for people, or one JSON object a line.',
    values: LOG_FORMATS.join(', '),
    default: 'human',
    parse: oneOf(LOG_FORMATS),
  },
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;

/** The value of every setting. */
export type Settings = { readonly [Name in SettingName]: ReturnType<(typeof SETTINGS)[Name]['parse']> };

/** How far a variable’s name may be from a setting’s, in edits, to be taken for a mistyped one. */
const TYPING_ERROR = 2;

/**
 * The environment with the `LOCALSTACK_` prefix stripped from every variable but `LOCALSTACK_HOST*`, as LocalStack
 * does; a prefixed variable wins over one without.
 */
export function withoutPrefix(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const stripped = { ...environment };
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith('LOCALSTACK_') || name.startsWith('LOCALSTACK_HOST')) continue;
    delete stripped[name];
    stripped[name.slice('LOCALSTACK_'.length)] = value;
  }
  return stripped;
}

/**
 * Reads all settings from an environment. An empty variable counts as not set. Throws `BACKLOT_E_SETTING_INVALID`,
 * which names every variable with a wrong value.
 */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const values: Record<string, unknown> = {};
  const mistakes: string[] = [];
  for (const [name, setting] of Object.entries(SETTINGS)) {
    const text = environment[name]?.trim() || setting.default;
    try {
      values[name] = setting.parse(text);
    } catch (error) {
      mistakes.push(`${name}=${text}: ${(error as Error).message}`);
    }
  }
  if (mistakes.length > 0) throw new BacklotError('BACKLOT_E_SETTING_INVALID', mistakes.join('; '));
  const settings = values as Settings;
  return { ...settings, LOCALSTACK_HOST: publicHost(environment.LOCALSTACK_HOST?.trim(), settings) };
}

/** Who named no port means the one that the gateway listens on first, as LocalStack does. */
function publicHost(given: string | undefined, { LOCALSTACK_HOST: host, GATEWAY_LISTEN }: Settings): string {
  const port = GATEWAY_LISTEN[0]?.port;
  if (given?.includes(':') || !port) return host;
  return `${host.split(':')[0]}:${port}`;
}

/** The environment for programs and code that are not ours: without what only the platform may know. */
export function withoutSecrets(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const others = { ...environment };
  delete others.BACKLOT_ADMIN_TOKEN;
  return others;
}

/** True when the variable is set to something. */
export function isSet(environment: NodeJS.ProcessEnv, name: SettingName): boolean {
  return Boolean(environment[name]?.trim());
}

/** Variables that look like mistyped settings, each with the setting that was probably meant. */
export function findTypingErrors(environment: NodeJS.ProcessEnv): { name: string; meant: SettingName }[] {
  const names = Object.keys(SETTINGS) as SettingName[];
  const known = new Set<string>(names);
  return Object.keys(environment)
    .filter((name) => !known.has(name) && name.length > 5)
    .map((name) => ({ name, meant: closest(name, names) as SettingName }))
    .filter(({ name, meant }) => distance(name, meant) <= TYPING_ERROR);
}

/** The level of the log that the settings ask for. */
export function logLevel(settings: Settings): LogLevel {
  return settings.LS_LOG ?? (settings.DEBUG ? 'debug' : 'info');
}

/** Items separated by commas. */
function list(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

function flag(text: string): boolean {
  const value = { '1': true, true: true, '0': false, false: false }[text.toLowerCase()];
  if (value === undefined) throw new Error('must be 0 or 1');
  return value;
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new Error('must be a number of seconds above 0');
  return value;
}

function secondsOrNever(text: string): number {
  return text === '0' ? 0 : seconds(text);
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new Error('must be a whole number');
  return Number(text);
}

function wholeNumberAboveZero(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new Error('must be a whole number above 0');
  return value;
}

function hostNames(text: string): string[] {
  const names = text.split(',').flatMap((name) => name.trim() || []);
  const wrong = names.find((name) => !/^(\*|(\*\.)?[^\s/:*]+)$/.test(name));
  if (wrong !== undefined) throw new Error('must be names without ports, separated by commas');
  return names;
}

function path(text: string): string {
  return resolve(text);
}

function oneOf<const T extends string>(allowed: readonly T[]): (text: string) => T {
  return (text) => {
    const value = text.toLowerCase();
    const found = allowed.find((each) => each === value);
    if (found === undefined) throw new Error(`must be one of ${allowed.join(', ')}`);
    return found;
  };
}

function addresses(text: string): ListenAddress[] {
  const all = text.split(',').map((each) => {
    const parts = /^(?:(?<host>\[[^\]]+\]|[^:]*):)?(?<port>\d+)$/.exec(each.trim())?.groups;
    const port = Number(parts?.port);
    if (!parts || port > 65_535) throw new Error('must be host:port, several separated by commas');
    return { host: (parts.host || '0.0.0.0').replace(/^\[|\]$/g, ''), port };
  });
  const twice = all.find(({ host, port }, index) =>
    all.some((other, at) => at < index && port !== 0 && other.port === port && other.host === host),
  );
  if (twice) throw new Error(`names ${formatAddress(twice)} twice`);
  for (const [every, family] of [
    ['0.0.0.0', 4],
    ['::', 6],
  ] as const) {
    const ports = all.filter(({ host }) => host === every).map(({ port }) => port);
    const covered = all.find(({ host, port }) => host !== every && isIP(host) === family && ports.includes(port));
    if (!covered || covered.port === 0) continue;
    const covering = formatAddress({ host: every, port: covered.port });
    throw new Error(`names ${formatAddress(covered)}, which ${covering} covers already`);
  }
  return all;
}

function hostAndPort(text: string): string {
  if (!/^[^\s/:]+(:\d+)?$/.test(text)) throw new Error('must be a host or host:port');
  return text.includes(':') ? text : `${text}:4566`;
}

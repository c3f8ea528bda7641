import { existsSync } from 'node:fs';
import path from 'node:path';
import { BacklotError } from '../../api/errors';
import type { ContainerDeclaration, HealthCheck, PortReference } from '../../api/containers';
import { didYouMean } from '../nearest';

const KEYS = ['image', 'build', 'ports', 'env', 'volumes', 'command', 'healthy', 'timeout', 'stopTimeout'] as const;
const HEALTH_KEYS = ['http', 'tcp', 'log', 'docker', 'port', 'status'] as const;
const VOLUME_NAME = /^[a-z0-9][a-z0-9_.-]*$/i;
const DEFAULT_TIMEOUT_S = 60;
const DEFAULT_STOP_TIMEOUT_S = 5;

/** A declaration that was checked, with what it left out. */
export interface Declaration {
  /** The image, or the absolute path of the folder from which it is built. */
  readonly source: { readonly image: string } | { readonly folder: string };
  readonly ports: Readonly<Record<string, number>>;
  readonly env: Readonly<Record<string, string>>;
  /** `name` is a volume's, or, with "./" in front, that of a folder below the data directory. */
  readonly volumes: readonly { readonly name: string; readonly target: string }[];
  readonly command: readonly string[] | undefined;
  readonly health: Health;
  /** In milliseconds. */
  readonly timeout: number;
  /** In seconds, as engines take it. */
  readonly stopTimeout: number;
}

/** A health check with its port as a number. */
export type Health =
  | { readonly kind: 'http'; readonly path: string; readonly port: number; readonly status: number | undefined }
  | { readonly kind: 'tcp'; readonly port: number }
  | { readonly kind: 'log'; readonly pattern: RegExp }
  | { readonly kind: 'docker' }
  | { readonly kind: 'runs' };

/** Checks what an extension says about a container. Throws `BACKLOT_E_DECLARATION_INVALID`. */
export function checkDeclaration(
  given: ContainerDeclaration,
  extension: string,
  packageDirectory: string,
): Declaration {
  const fail = (message: string): never => {
    const where = { extension };
    throw new BacklotError('BACKLOT_E_DECLARATION_INVALID', `the container of ${extension}: ${message}`, { where });
  };
  if (typeof given !== 'object' || given === null) fail('its declaration is no object');
  assertKeys(given, KEYS, fail);
  const ports = given.ports ?? {};
  for (const [name, port] of Object.entries(ports)) {
    if (!Number.isInteger(port) || port < 1 || port > 65_535) fail(`the port "${name}" is ${port}, which is no port`);
  }
  return {
    source: sourceOf(given, packageDirectory, fail),
    ports,
    env: given.env ?? {},
    volumes: volumesOf(given, fail),
    command: given.command,
    health: healthOf(given.healthy, ports, fail),
    timeout: secondsOf('timeout', given.timeout ?? DEFAULT_TIMEOUT_S, fail) * 1000,
    stopTimeout: secondsOf('stopTimeout', given.stopTimeout ?? DEFAULT_STOP_TIMEOUT_S, fail),
  };
}

/** The number of a port that is declared, by its name or number; else `fail` is told so. */
export function portOf(
  ports: Declaration['ports'],
  reference: PortReference,
  fail: (message: string) => never,
): number {
  const names = Object.keys(ports);
  const known =
    typeof reference === 'string' ? ports[reference] : Object.values(ports).find((each) => each === reference);
  if (known !== undefined) return known;
  const has =
    names.length === 0 ? 'it declares none' : `it has ${names.map((name) => `${name}: ${ports[name]}`).join(', ')}`;
  return fail(`there is no port "${reference}"${didYouMean(String(reference), names)}; ${has}`);
}

type Fail = (message: string) => never;

function sourceOf({ image, build }: ContainerDeclaration, packageDirectory: string, fail: Fail): Declaration['source'] {
  if ((image === undefined) === (build === undefined)) return fail('it has either an "image" or a "build"');
  if (image !== undefined) return image === '' ? fail('its "image" is empty') : { image };
  const folder = path.resolve(packageDirectory, build ?? '');
  if (existsSync(path.join(folder, 'Dockerfile'))) return { folder };
  return fail(`build is "${build}", and there is no ${path.join(folder, 'Dockerfile')}`);
}

function volumesOf({ volumes = {} }: ContainerDeclaration, fail: Fail): Declaration['volumes'] {
  return Object.entries(volumes).map(([name, target]) => {
    const isFolder = name.startsWith('./');
    if (isFolder ? !isBelow(name) : !VOLUME_NAME.test(name)) {
      fail(`"${name}" is neither the name of a volume nor a folder such as "./data"`);
    }
    if (!path.posix.isAbsolute(target)) fail(`the volume "${name}" is at "${target}", which is no absolute path`);
    return { name, target };
  });
}

/** Whether a relative path stays below where it begins. */
function isBelow(relative: string): boolean {
  const normal = path.posix.normalize(relative);
  return normal !== '.' && normal !== '..' && !normal.startsWith('../');
}

function healthOf(given: HealthCheck | undefined, ports: Declaration['ports'], fail: Fail): Health {
  const [first] = Object.keys(ports);
  if (given === undefined) {
    return first === undefined ? { kind: 'runs' } : { kind: 'tcp', port: portOf(ports, first, fail) };
  }
  assertKeys(given, HEALTH_KEYS, (message) => fail(`healthy: ${message}`));
  const inHealth: Fail = (message) => fail(`healthy: ${message}`);
  if ('http' in given) {
    if (!given.http.startsWith('/')) inHealth(`the path "${given.http}" does not start with "/"`);
    const usual = 'http' in ports ? 'http' : (first ?? 'http');
    return { kind: 'http', path: given.http, port: portOf(ports, given.port ?? usual, inHealth), status: given.status };
  }
  if ('tcp' in given) return { kind: 'tcp', port: portOf(ports, given.tcp, inHealth) };
  if ('log' in given) {
    // With these flags a pattern would remember where it matched last.
    return { kind: 'log', pattern: new RegExp(given.log.source, given.log.flags.replace(/[gy]/g, '')) };
  }
  if ('docker' in given && given.docker) return { kind: 'docker' };
  return inHealth('it is one of { http: "/path" }, { tcp: port }, { log: /pattern/ } and { docker: true }');
}

function assertKeys(given: object, known: readonly string[], fail: Fail): void {
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown !== undefined) fail(`there is no "${unknown}"${didYouMean(unknown, known)}`);
}

function secondsOf(name: string, value: number, fail: Fail): number {
  return typeof value === 'number' && value > 0 ? value : fail(`${name} is ${value}, which is no number of seconds`);
}

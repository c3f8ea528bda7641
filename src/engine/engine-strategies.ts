import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type EngineAddress, parseAddress, tlsFilesIn, type TlsSettings } from './engine-address';

/** What a strategy looks at. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The home directory of the user. */
  readonly home: string;
  readonly platform: NodeJS.Platform;
  /** The user's number, where there is such a thing. */
  readonly uid: number | undefined;
}

/** What a strategy says: where an engine should be, or why it is "not me". */
export type Finding = { readonly address: EngineAddress } | { readonly notMe: string };

/** One way to find the engine. */
export interface EngineStrategy {
  readonly name: string;
  find(surroundings: Surroundings): Finding[];
  /**
   * Whether the user chose this engine by name: no other is tried in its place when it does not answer, because a
   * container would then start where nobody looks for it.
   */
  isChosen?(surroundings: Surroundings): boolean;
}

/** DOCKER_HOST, with DOCKER_TLS_VERIFY (or DOCKER_TLS, which takes any certificate) and DOCKER_CERT_PATH. */
export const dockerHost: EngineStrategy = {
  name: 'DOCKER_HOST',
  isChosen: ({ env }) => Boolean(env.DOCKER_HOST),
  find({ env, home }) {
    if (!env.DOCKER_HOST) return [{ notMe: 'not set' }];
    const isVerified = Boolean(env.DOCKER_TLS_VERIFY);
    if (!isVerified && !env.DOCKER_TLS) return [located(env.DOCKER_HOST, undefined)];
    const files = tlsFilesIn(env.DOCKER_CERT_PATH || path.join(home, '.docker'));
    const tls = isVerified ? { ...files, verify: true } : { ...existingOf(files), verify: false };
    return [located(env.DOCKER_HOST, tls)];
  },
};

/** The context named by DOCKER_CONTEXT. */
export const chosenContext: EngineStrategy = {
  name: 'DOCKER_CONTEXT',
  isChosen: ({ env }) => Boolean(env.DOCKER_CONTEXT) && env.DOCKER_CONTEXT !== 'default',
  find(surroundings) {
    const name = surroundings.env.DOCKER_CONTEXT;
    return [name ? contextAddress(name, surroundings) : { notMe: 'not set' }];
  },
};

/** The context that `docker context use` chose. */
export const currentContext: EngineStrategy = {
  name: 'current Docker context',
  find(surroundings) {
    const file = path.join(configFolder(surroundings), 'config.json');
    if (!existsSync(file)) return [{ notMe: `no ${file}` }];
    try {
      const { currentContext: name } = JSON.parse(readFileSync(file, 'utf8')) as { currentContext?: string };
      return [name ? contextAddress(name, surroundings) : { notMe: 'none is chosen' }];
    } catch (error) {
      return [{ notMe: `${file} cannot be read: ${(error as Error).message}` }];
    }
  },
};

/** Docker's own socket. */
export const systemSocket: EngineStrategy = sockets("Docker's socket", ({ platform }) =>
  platform === 'win32' ? ['//./pipe/docker_engine'] : ['/var/run/docker.sock'],
);

/** Docker Desktop, where it does not own Docker's socket. */
export const dockerDesktop: EngineStrategy = sockets('Docker Desktop', ({ home, platform }) =>
  platform === 'win32'
    ? ['//./pipe/dockerDesktopLinuxEngine']
    : [path.join(home, '.docker', 'run', 'docker.sock'), path.join(home, '.docker', 'desktop', 'docker.sock')],
);

/** Docker run by an ordinary user. */
export const rootlessDocker: EngineStrategy = sockets('rootless Docker', (surroundings) =>
  inRuntimeFolder(surroundings, 'docker.sock'),
);

/** Colima, with each of its profiles; the default one first. */
export const colima: EngineStrategy = sockets('Colima', (surroundings) => {
  if (surroundings.platform === 'win32') return [];
  const home = colimaFolder(surroundings);
  const profiles = foldersIn(home).filter(
    (name) => name !== 'default' && existsSync(path.join(home, name, 'docker.sock')),
  );
  // Before it had profiles, its socket was in its folder.
  return [
    ...['default', ...profiles].map((name) => path.join(home, name, 'docker.sock')),
    path.join(home, 'docker.sock'),
  ];
});

/** Podman: of the user, of the machines of Podman on macOS, of the system. */
export const podman: EngineStrategy = sockets('Podman', (surroundings) => {
  const { env, home, platform } = surroundings;
  if (platform === 'win32') return ['//./pipe/podman-machine-default'];
  const machines = path.join(home, '.local', 'share', 'containers', 'podman', 'machine');
  const own = ['', 'qemu', 'applehv', 'libkrun'].map((provider) => path.join(machines, provider, 'podman.sock'));
  return [
    ...inRuntimeFolder(surroundings, 'podman/podman.sock'),
    ...(platform === 'darwin' ? [path.join(env.TMPDIR || '/tmp', 'podman', 'podman-machine-default-api.sock')] : []),
    ...own.filter((socket, index) => index === 0 || existsSync(socket)),
    '/run/podman/podman.sock',
  ];
});

/** Every way to find the engine, in the order in which they are tried. */
export const ENGINE_STRATEGIES: readonly EngineStrategy[] = [
  dockerHost,
  chosenContext,
  currentContext,
  systemSocket,
  dockerDesktop,
  rootlessDocker,
  colima,
  podman,
];

function sockets(name: string, paths: (surroundings: Surroundings) => string[]): EngineStrategy {
  return {
    name,
    find(surroundings) {
      const found = paths(surroundings);
      if (found.length === 0) return [{ notMe: 'not on this system' }];
      return found.map((socket) => ({ address: { kind: 'socket', path: socket } }));
    },
  };
}

function inRuntimeFolder({ env, platform, uid }: Surroundings, socket: string): string[] {
  if (platform === 'win32') return [];
  const folder = env.XDG_RUNTIME_DIR || (platform === 'linux' && uid !== undefined ? `/run/user/${uid}` : undefined);
  return folder ? [path.join(folder, socket)] : [];
}

/** Where Colima keeps its profiles: its folder in the home directory, where there is one, comes before that of XDG. */
function colimaFolder({ env, home }: Surroundings): string {
  if (env.COLIMA_HOME) return env.COLIMA_HOME;
  const usual = path.join(home, '.colima');
  const xdg = path.join(env.XDG_CONFIG_HOME || path.join(home, '.config'), 'colima');
  return !existsSync(usual) && existsSync(xdg) ? xdg : usual;
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function configFolder({ env, home }: Surroundings): string {
  return env.DOCKER_CONFIG || path.join(home, '.docker');
}

/** Docker keeps a context in a folder named by the hash of the context's name. */
function contextAddress(name: string, surroundings: Surroundings): Finding {
  if (name === 'default') return { notMe: 'the context "default" is the usual socket' };
  const hash = createHash('sha256').update(name).digest('hex');
  const contexts = path.join(configFolder(surroundings), 'contexts');
  const file = path.join(contexts, 'meta', hash, 'meta.json');
  if (!existsSync(file)) return { notMe: `there is no context "${name}" (no ${file})` };
  try {
    const meta = JSON.parse(readFileSync(file, 'utf8')) as {
      Endpoints?: { docker?: { Host?: string; SkipTLSVerify?: boolean } };
    };
    const { Host: host, SkipTLSVerify: isAnyTaken = false } = meta.Endpoints?.docker ?? {};
    if (!host) return { notMe: `the context "${name}" names no engine` };
    const files = existingOf(tlsFilesIn(path.join(contexts, 'tls', hash, 'docker')));
    const isTls = isAnyTaken || Object.keys(files).length > 0;
    return located(host, isTls ? { ...files, verify: !isAnyTaken } : undefined);
  } catch (error) {
    return { notMe: `${file} cannot be read: ${(error as Error).message}` };
  }
}

function existingOf(files: Omit<TlsSettings, 'verify'>): Omit<TlsSettings, 'verify'> {
  return Object.fromEntries(Object.entries(files).filter(([, file]) => existsSync(file)));
}

function located(host: string, tls: TlsSettings | undefined): Finding {
  try {
    return { address: parseAddress(host, tls) };
  } catch (error) {
    return { notMe: (error as Error).message };
  }
}

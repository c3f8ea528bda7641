import path from 'node:path';

/** How an engine is reached: a local socket (or a named pipe of Windows), TCP with or without TLS, or a shell on its machine. */
export type EngineAddress =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls?: TlsSettings }
  | SshAddress;

/** An engine that is reached through `ssh` and its own `docker system dial-stdio`. */
export interface SshAddress {
  readonly kind: 'ssh';
  readonly host: string;
  /** As ssh is configured for that host when left out. */
  readonly user?: string;
  readonly port?: number;
  /** The socket on that machine, when it is not the usual one. */
  readonly path?: string;
}

/** How an engine behind TLS is spoken to. Files that are left out are not used. */
export interface TlsSettings {
  /** Who may have signed the certificate of the engine; the authorities of Node when left out. */
  readonly ca?: string;
  /** What is shown to the engine. */
  readonly cert?: string;
  readonly key?: string;
  /** False takes any certificate. */
  readonly verify: boolean;
}

/** The address as it would stand in DOCKER_HOST. */
export function formatAddress(address: EngineAddress): string {
  if (address.kind === 'ssh') {
    const { user, host, port, path: socket = '' } = address;
    return `ssh://${user === undefined ? '' : `${user}@`}${inUrl(host)}${port === undefined ? '' : `:${port}`}${socket}`;
  }
  if (address.kind === 'tcp') return `tcp://${inUrl(address.host)}:${address.port}${address.tls ? ' (TLS)' : ''}`;
  return address.path.startsWith('//./pipe/') ? `npipe://${address.path}` : `unix://${address.path}`;
}

const USUAL_SOCKET = '/var/run/docker.sock';

/** Sockets of engines in a virtual machine, which pass on to the usual one in there. */
const OF_VIRTUAL_MACHINE = /\/\.docker\/(?:desktop|run)\/|\/\.?colima\//;

/** The engine's own socket, as its machine sees it. */
export function socketOf(address: EngineAddress, platform: NodeJS.Platform): string {
  if (address.kind === 'ssh') return address.path ?? USUAL_SOCKET;
  const isOurs = address.kind === 'socket' && platform === 'linux' && !OF_VIRTUAL_MACHINE.test(address.path);
  return isOurs ? address.path : USUAL_SOCKET;
}

/** The certificates in a folder, under the names that Docker gives them. */
export function tlsFilesIn(folder: string): Required<Omit<TlsSettings, 'verify'>> {
  return {
    ca: path.join(folder, 'ca.pem'),
    cert: path.join(folder, 'cert.pem'),
    key: path.join(folder, 'key.pem'),
  };
}

/**
 * Reads an address as it stands in DOCKER_HOST or in a Docker context.
 *
 * Throws a plain Error whose message says why the address cannot be used.
 */
export function parseAddress(text: string, tls?: TlsSettings): EngineAddress {
  if (text.startsWith('unix://')) return { kind: 'socket', path: text.slice('unix://'.length) || USUAL_SOCKET };
  if (text.startsWith('npipe://')) {
    return { kind: 'socket', path: text.slice('npipe://'.length) || '//./pipe/docker_engine' };
  }
  const written = text.includes('://') ? text : `tcp://${text}`;
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (!url?.hostname || !['tcp:', 'http:', 'https:', 'ssh:'].includes(url.protocol)) {
    throw new Error(`${text} is not an address: write unix:///path/to/docker.sock, tcp://host:port or ssh://user@host`);
  }
  // Brackets around an IPv6 address belong to the URL, not to the name of the host.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.protocol === 'ssh:') return sshAddress(text, url, host);
  const wanted = tls ?? (url.protocol === 'https:' ? { verify: true } : undefined);
  const usualPort = wanted === undefined ? 2375 : 2376;
  return { kind: 'tcp', host, port: url.port ? Number(url.port) : usualPort, ...(wanted ? { tls: wanted } : {}) };
}

function sshAddress(text: string, url: URL, host: string): SshAddress {
  if (url.password !== '')
    throw new Error(`${text.replace(/:[^:@/]*@/, ':…@')}: ssh takes no password from an address`);
  // Either would be taken for an option of ssh.
  if (host.startsWith('-') || url.username.startsWith('-')) throw new Error(`${text} is not an address`);
  return {
    kind: 'ssh',
    host,
    ...(url.username === '' ? {} : { user: decodeURIComponent(url.username) }),
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    ...(url.pathname === '' || url.pathname === '/' ? {} : { path: decodeURIComponent(url.pathname) }),
  };
}

function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

import path from 'node:path';

/** How an engine is reached: a local socket (or a named pipe of Windows), or TCP with or without TLS. */
export type EngineAddress =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls?: TlsFiles };

/** Where the certificates for an engine behind TLS lie. */
export interface TlsFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** The address as it would stand in DOCKER_HOST. */
export function formatAddress(address: EngineAddress): string {
  if (address.kind === 'tcp') return `tcp://${address.host}:${address.port}${address.tls ? ' (TLS)' : ''}`;
  return address.path.startsWith('//./pipe/') ? `npipe://${address.path}` : `unix://${address.path}`;
}

/** The certificates in a folder, under the names that Docker gives them. */
export function tlsFilesIn(folder: string): TlsFiles {
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
export function parseAddress(text: string, tls?: TlsFiles): EngineAddress {
  if (text.startsWith('unix://'))
    return { kind: 'socket', path: text.slice('unix://'.length) || '/var/run/docker.sock' };
  if (text.startsWith('npipe://')) {
    return { kind: 'socket', path: text.slice('npipe://'.length) || '//./pipe/docker_engine' };
  }
  if (text.startsWith('ssh://')) {
    throw new Error(
      `${text}: forward the socket with \`ssh -L\` and name it as unix://…; ssh:// itself is not supported`,
    );
  }
  const url = URL.canParse(text.includes('://') ? text : `tcp://${text}`)
    ? new URL(text.includes('://') ? text : `tcp://${text}`)
    : undefined;
  const secure = tls !== undefined || url?.protocol === 'https:';
  if (!url?.hostname || !['tcp:', 'http:', 'https:'].includes(url.protocol)) {
    throw new Error(`${text} is not an address: write unix:///path/to/docker.sock or tcp://host:port`);
  }
  const usualPort = secure ? 2376 : 2375;
  // Brackets around an IPv6 address belong to the URL, not to the name of the host.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { kind: 'tcp', host, port: url.port ? Number(url.port) : usualPort, ...(tls ? { tls } : {}) };
}

import { readFileSync } from 'node:fs';
import type { Agent } from 'node:http';
import { createRequire } from 'node:module';
import type { EngineAddress, TlsSettings } from './engine-address';
import type * as SshConnection from './ssh-connection';

/** How Node's HTTP client reaches an engine. */
export interface ConnectionOptions {
  readonly protocol: 'http' | 'https';
  readonly socketPath?: string;
  readonly host?: string;
  readonly port?: number;
  readonly agent?: Agent;
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly rejectUnauthorized?: boolean;
}

/** Throws the error of the disk for a certificate that cannot be read. */
export function connectionOptions(address: EngineAddress): ConnectionOptions {
  if (address.kind === 'socket') return { protocol: 'http', socketPath: address.path };
  // The engine does not mind what it is called by those who reach it through a shell.
  if (address.kind === 'ssh') {
    const { sshAgent } = createRequire(__filename)('./ssh-connection') as typeof SshConnection;
    return { protocol: 'http', host: 'docker', agent: sshAgent(address) };
  }
  const { host, port, tls } = address;
  return { protocol: tls ? 'https' : 'http', host, port, ...(tls ? readTls(tls) : {}) };
}

function readTls({ ca, cert, key, verify }: TlsSettings): Partial<ConnectionOptions> {
  return {
    ...(ca === undefined ? {} : { ca: readFileSync(ca) }),
    ...(cert === undefined ? {} : { cert: readFileSync(cert) }),
    ...(key === undefined ? {} : { key: readFileSync(key) }),
    rejectUnauthorized: verify,
  };
}

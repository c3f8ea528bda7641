import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BacklotError } from '../api/errors';

/** An address to listen on. Port 0 takes a free one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Listens on an address and says which it became. Throws `BACKLOT_E_PORT_IN_USE` or `BACKLOT_E_LISTEN_FAILED`. */
export function listen(server: Server, address: ListenAddress): Promise<ListenAddress> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => reject(listenError(address, error));
    server.once('error', failed);
    server.listen({ host: address.host, port: address.port }, () => {
      server.off('error', failed);
      resolve({ host: address.host, port: (server.address() as AddressInfo).port });
    });
  });
}

/** `host:port`, with brackets around an IPv6 address. */
export function formatAddress({ host, port }: ListenAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function listenError(address: ListenAddress, cause: NodeJS.ErrnoException): BacklotError {
  const code = cause.code === 'EADDRINUSE' ? 'BACKLOT_E_PORT_IN_USE' : 'BACKLOT_E_LISTEN_FAILED';
  const why = cause.code === 'EADDRINUSE' ? 'is taken by another process' : `cannot be used (${cause.code})`;
  return new BacklotError(code, `the address ${formatAddress(address)} ${why}`, { cause });
}

import { isIPv4, type AddressInfo, type Server } from 'node:net';
import { BacklotError } from '../api/errors';

/** An address to listen on. Port 0 takes a free one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Listens on one of several addresses and says which it became. Throws `BACKLOT_E_PORT_IN_USE` or `BACKLOT_E_LISTEN_FAILED`.
 */
export function listen(
  server: Server,
  address: ListenAddress,
  all: readonly ListenAddress[] = [],
): Promise<ListenAddress> {
  const { host, port } = address;
  // `::` would take the port of all IPv4 addresses as well, also where one of them is asked for by itself.
  const ipv6Only = host === '::' && port !== 0 && all.some((other) => other.port === port && isIPv4(other.host));
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => reject(listenError(address, error));
    server.once('error', failed);
    server.listen({ host, port, ipv6Only }, () => {
      server.off('error', failed);
      resolve({ host, port: (server.address() as AddressInfo).port });
    });
  });
}

/** `host:port`, with brackets around an IPv6 address. */
export function formatAddress({ host, port }: ListenAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function listenError(address: ListenAddress, cause: NodeJS.ErrnoException): BacklotError {
  const shown = `the address ${formatAddress(address)}`;
  // It says all there is to know: where in node:net it was found out helps nobody.
  if (cause.code === 'EADDRINUSE') {
    return new BacklotError('BACKLOT_E_PORT_IN_USE', `${shown} is taken by another process`);
  }
  return new BacklotError('BACKLOT_E_LISTEN_FAILED', `${shown} cannot be used (${cause.code})`, { cause });
}

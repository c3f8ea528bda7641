import type { Protocol, Router } from './gateway';
import type { Sockets } from './resources';

/** Speaks a protocol of a server, whose address a function gives, on the gateway's port. */
export function speakProtocol(
  router: Router,
  { name, detect, address }: Pick<Protocol, 'name' | 'detect'> & { readonly address: () => string },
  sockets: Sockets,
): void {
  router.protocol({
    name,
    detect,
    handle: (client) => {
      // A client may have said all, and still wait for the answer.
      client.allowHalfOpen = true;
      const { hostname, port } = new URL(`tcp://${address()}`);
      const server = sockets.connect({
        host: hostname.replace(/^\[|\]$/g, ''),
        port: Number(port),
        allowHalfOpen: true,
      });
      const end = (): void => {
        client.destroy();
        server.destroy();
      };
      client.on('error', end);
      server.on('error', end);
      client.pipe(server).pipe(client);
    },
  });
}

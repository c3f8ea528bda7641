import { once } from 'node:events';
import net from 'node:net';

/**
 * A TCP port of 127.0.0.1 that was free a moment ago. Who uses it must be ready to be too late and ask again.
 *
 * The port is chosen here and not by the engine, because the container is to know under which port its clients see it.
 */
export async function freePort(): Promise<number> {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

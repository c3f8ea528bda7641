import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';

/** A server that is closed after the test, with all of its connections. */
export interface ServerHere<S> {
  readonly server: S;
  readonly port: number;
  readonly url: string;
  /** The connections that were opened to it so far, also those that are closed. */
  readonly connections: readonly Socket[];
}

const running: { readonly server: TcpServer; readonly connections: readonly Socket[] }[] = [];

/** Serves HTTP on a free port of this machine. */
export function serveHere(listener: RequestListener, options: ServerOptions = {}): Promise<ServerHere<Server>> {
  return open(createServer(options, listener));
}

/** Gives every connection to a function. */
export function serveTcp(serve: (socket: Socket) => void): Promise<ServerHere<TcpServer>> {
  return open(
    createTcpServer((socket) => {
      socket.on('error', () => undefined);
      serve(socket);
    }),
  );
}

async function open<S extends TcpServer>(server: S): Promise<ServerHere<S>> {
  const connections: Socket[] = [];
  server.on('connection', (socket: Socket) => connections.push(socket));
  running.push({ server, connections });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { server, port, url: `http://127.0.0.1:${port}`, connections };
}

afterEach(async () => {
  await Promise.all(
    running.splice(0).map(({ server, connections }) => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of connections) socket.destroy();
      return closed;
    }),
  );
});

import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { waitFor } from './wait-for';

/** A connection to a server of this machine, byte by byte. */
export interface RawClient {
  readonly socket: Socket;
  /** Everything that came so far, as Latin-1. */
  readonly received: () => string;
  readonly isClosed: () => boolean;
  send(text: string | Buffer): void;
  /** Waits until what came matches, and gives it. */
  receive(pattern: RegExp, limit?: number): Promise<string>;
}

const sockets: Socket[] = [];

/** Connects. The connection is destroyed after the test. */
export async function rawClient(port: number): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  sockets.push(socket);
  let received = '';
  let closed = false;
  socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
  socket.on('error', (error) => (received += `<${error.message}>`));
  socket.on('end', () => (closed = true));
  socket.on('close', () => (closed = true));
  await once(socket, 'connect');
  return {
    socket,
    received: () => received,
    isClosed: () => closed,
    send: (text) => void socket.write(text),
    receive: async (pattern, limit) => {
      await waitFor(`${String(pattern)} from the server`, () => pattern.test(received), limit);
      return received;
    },
  };
}

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

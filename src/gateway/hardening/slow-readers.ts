import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { lookInterval } from './limits';

/** Bytes in a second. A client that takes less than that of what waits for it holds a connection rather than that it reads. */
const SLOWEST_READER = 64 * 1024;

interface Reader {
  since: number;
  /** What waited for the client then, in bytes. */
  waiting: number;
  /** Whether it has taken all that waited since it was last looked at. */
  drained: boolean;
}

/**
 * Cuts connections of a server whose clients do not take what is sent to them. A connection for which nothing waits is not meant,
 * however long it is open. `limit` is in milliseconds; the more waits for a client, the longer it may take.
 */
export function cutSlowReaders(server: Server, limit: number): void {
  const readers = new Map<Socket, Reader>();
  let timer: NodeJS.Timeout | undefined;

  const look = (): void => {
    const now = performance.now();
    for (const [socket, reader] of readers) {
      const waiting = socket.writableLength;
      if (waiting === 0 || reader.waiting === 0 || reader.drained) {
        Object.assign(reader, { since: now, waiting, drained: false });
      } else if (now - reader.since > limit + (reader.waiting / SLOWEST_READER) * 1000) {
        socket.destroy();
      }
    }
    if (readers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };

  // Also the connections of TLS come here, and those that become WebSockets stay.
  server.on('connection', (socket) => {
    const reader: Reader = { since: 0, waiting: 0, drained: false };
    readers.set(socket, reader);
    socket.on('drain', () => (reader.drained = true));
    socket.once('close', () => readers.delete(socket));
    timer ??= setInterval(look, lookInterval(limit)).unref();
  });
}

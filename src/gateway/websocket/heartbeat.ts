import type { WebSocket } from 'ws';

/** Pings a client every so many milliseconds, and cuts it off when it did not answer the last ping. */
export function keepHeartbeat(socket: WebSocket, interval: number): void {
  let answered = true;
  const timer = setInterval(() => {
    if (!answered) {
      socket.terminate();
      return;
    }
    answered = false;
    socket.ping();
  }, interval).unref();
  const alive = (): void => {
    answered = true;
  };
  socket.on('pong', alive);
  // A client that is busy sending lives, too.
  socket.on('message', alive);
  socket.once('close', () => clearInterval(timer));
}

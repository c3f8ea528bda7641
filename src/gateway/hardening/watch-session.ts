import type { ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';

/** How long a client may take to close a connection that it was told to, in milliseconds. */
const CLOSE_LIMIT_MS = 1_000;

/**
 * Closes a connection of HTTP/2 on which no stream has been open for `limit` milliseconds, and cuts one that takes nothing of
 * what is to be sent on it for as long: its client does not read, or has broken the rules, after which Node neither says
 * so nor sees it go.
 */
export function watchSession(session: ServerHttp2Session, socket: Socket, limit: number): void {
  let open = 0;
  let timer: NodeJS.Timeout | undefined;
  let written = 0;
  const wait = (then: () => void, time = limit): void => {
    clearTimeout(timer);
    if (!session.destroyed) timer = setTimeout(then, time);
  };
  const cut = (): void => {
    session.destroy();
    socket.destroy();
  };
  const close = (): void => {
    session.close();
    // Half of a frame, or of headers, keeps Node waiting for the rest of it.
    wait(cut, CLOSE_LIMIT_MS);
  };
  const probe = (): void => {
    const isStuck = (session.state.outboundQueueSize ?? 0) > 0 && socket.bytesWritten === written;
    if (isStuck) return cut();
    written = socket.bytesWritten;
    // Something to send, where there would be nothing.
    session.ping(() => undefined);
    wait(probe);
  };
  session.on('stream', (stream) => {
    if (open++ === 0) wait(probe);
    stream.once('close', () => {
      if (--open === 0) wait(close);
    });
  });
  session.once('close', () => clearTimeout(timer));
  wait(close);
}

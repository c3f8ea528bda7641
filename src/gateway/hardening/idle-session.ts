import type { ServerHttp2Session } from 'node:http2';

/** Closes a connection of HTTP/2 on which no stream has been open for `limit` milliseconds. */
export function closeWhenIdle(session: ServerHttp2Session, limit: number): void {
  let open = 0;
  const close = (): void => session.close();
  let timer = setTimeout(close, limit);
  session.on('stream', (stream) => {
    open++;
    clearTimeout(timer);
    stream.once('close', () => {
      open--;
      if (open === 0 && !session.closed) timer = setTimeout(close, limit);
    });
  });
  session.once('close', () => clearTimeout(timer));
}

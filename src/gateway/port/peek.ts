import type { Socket } from 'node:net';

export interface PeekOptions<T> {
  /** Decides by the bytes so far; undefined asks for more. With `isLast` it must decide. */
  readonly decide: (bytes: Buffer, isLast: boolean) => T | undefined;
  /** Gets the connection, with all bytes in it, as soon as it is decided. */
  readonly handOver: (decision: T) => void;
  /** How many bytes are looked at at most. */
  readonly most: number;
  /** How long a client may take to send its first byte before the connection is closed, in milliseconds. */
  readonly firstByteLimit: number;
  /** How long the decision may take after the first byte, in milliseconds. */
  readonly decideLimit: number;
}

/** What Node answers to a request that ends in the middle of its first line. */
const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n';

/**
 * Looks at the first bytes of a connection. No byte is lost, however the client splits them: they are put back before
 * the connection is handed over, which is then as if nobody had read from it.
 */
export function peek<T>(socket: Socket, options: PeekOptions<T>): void {
  const { decide, handOver, most, firstByteLimit, decideLimit } = options;
  let bytes: Buffer | undefined;
  let timer = setTimeout(() => socket.destroy(), firstByteLimit);

  const leave = (): void => {
    clearTimeout(timer);
    // With the last listener of 'readable' the stream forgets, on the next tick, that anybody has listened.
    socket.off('readable', look).off('end', ended).off('close', leave);
  };
  const settle = (isLast: boolean): void => {
    if (bytes === undefined) return;
    const decision = decide(bytes, isLast || bytes.length >= most);
    if (decision === undefined) return;
    leave();
    socket.unshift(bytes);
    handOver(decision);
  };
  const look = (): void => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    if (bytes === undefined) {
      clearTimeout(timer);
      timer = setTimeout(() => settle(true), decideLimit);
    }
    bytes = bytes === undefined ? chunk : Buffer.concat([bytes, chunk]);
    settle(false);
  };
  const ended = (): void => {
    leave();
    if (bytes === undefined) socket.end();
    else socket.end(BAD_REQUEST);
  };
  socket.on('readable', look).on('end', ended).on('close', leave);
}

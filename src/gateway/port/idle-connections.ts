import type { Socket } from 'node:net';
import { lookInterval } from '../hardening/limits';

/** How much longer Node waits than it tells clients, in milliseconds. */
const NODE_WAITS_MORE = 1000;

type SetTimeout = Socket['setTimeout'];

/** A connection between two requests. */
interface Idle {
  /** Whether nothing is being asked on it. */
  isIdle: boolean;
  /** When that was first seen, by the clock of `performance.now`; undefined until somebody looks. */
  since: number | undefined;
  /** What had come over it then, in bytes. */
  received: number;
}

/**
 * Ends connections that stay idle between two requests, in the place of Node’s server. That one starts a timer after each answer and
 * stops it at the next request, which costs a tenth of the time of a request; here, connections are marked, and looked at now and
 * then. One ends a second after `time` milliseconds at the earliest, so that
 * no client meets the end that kept to what it was told, and two looks later at the latest.
 */
export class IdleConnections {
  readonly #connections = new Map<Socket, Idle>();
  readonly #time: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(time: number) {
    this.#time = time;
  }

  /** Listens to what Node’s server asks of a connection. */
  readonly watch = (socket: Socket): void => {
    const idle: Idle = { isIdle: false, since: undefined, received: 0 };
    const plain: SetTimeout = socket.setTimeout.bind(socket);
    this.#connections.set(socket, idle);
    socket.once('close', () => this.#connections.delete(socket));
    socket.setTimeout = (time, callback) => {
      idle.isIdle = callback === undefined && (time === this.#time || time === this.#time + NODE_WAITS_MORE);
      idle.since = undefined;
      // A limit that somebody else has set must not outlive what it was set for.
      if (idle.isIdle) return socket.timeout ? plain(0) : socket;
      return time === 0 && callback === undefined && !socket.timeout ? socket : plain(time, callback);
    };
    this.#timer ??= setInterval(this.#look, lookInterval(this.#time)).unref();
  };

  readonly #look = (): void => {
    const now = performance.now();
    for (const [socket, idle] of this.#connections) {
      if (!idle.isIdle) continue;
      // The beginning of a request is no end of it: how long that may take, the server itself knows.
      if (idle.since === undefined || idle.received !== socket.bytesRead) {
        idle.since = now;
        idle.received = socket.bytesRead;
      } else if (now - idle.since >= this.#time + NODE_WAITS_MORE) {
        socket.emit('timeout');
      }
    }
    if (this.#connections.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  };
}

/** A request that asks to speak another protocol on its connection, from its arrival to who takes the connection over. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { RequestScope } from '../request-scope';
import type { HeadGuard } from '../response';
import type { OpenSockets } from './open-sockets';

const UPGRADE = Symbol('backlot.upgrade');

/** How long a client whose upgrade was refused has for closing the connection, in milliseconds. */
const REFUSED_GRACE_MS = 2_000;

interface Upgrading extends IncomingMessage {
  [UPGRADE]?: Upgrade;
}

/**
 * An upgrade on its way through the chain. It has an ordinary response, which goes to the connection as long as nobody
 * has taken that over: whoever refuses the upgrade answers as always.
 */
export class Upgrade {
  /** What the connection belongs to from the moment that it is taken over. */
  scope: RequestScope | undefined;
  #taken = false;
  #guard: HeadGuard | undefined;

  constructor(
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    /** The connection. */
    readonly socket: Socket,
    /** What the client has sent beyond its request. */
    readonly head: Buffer,
    readonly sockets: OpenSockets,
  ) {
    (request as Upgrading)[UPGRADE] = this;
    // The http server has let go of the connection. That it breaks is seen by its end.
    socket.on('error', () => undefined);
    socket.on('drain', this.#drained);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once('finish', () => this.#refused());
  }

  /** Says which exchange runs the response handlers. */
  guardedBy(guard: HeadGuard): void {
    this.#guard = guard;
  }

  /**
   * Lets the response handlers see the answer, a 101 with the headers that the response has, and then takes the connection
   * away from the response. Resolves with false when there is nothing to take: the client is gone, or a handler made
   * another answer of it, which is sent. After true, it is up to the caller to write the head.
   */
  async accept(): Promise<boolean> {
    const { response } = this;
    response.statusCode = 101;
    await new Promise<void>((resolve) => {
      if (this.#guard) this.#guard.open(resolve);
      else resolve();
    });
    if (response.destroyed || response.writableEnded) return false;
    if (response.statusCode !== 101) {
      response.end();
      return false;
    }
    this.take();
    return true;
  }

  /** Takes the connection away from the response, which counts as sent from now on. */
  take(): void {
    this.#taken = true;
    const { response, socket } = this;
    socket.off('drain', this.#drained);
    response.detachSocket(socket);
    // What node does when a response is out: finalizers, and those who count requests, wait for it.
    response.finished = true;
    response.emit('finish');
    response.destroyed = true;
    response.emit('close');
  }

  readonly #drained = (): void => {
    if (!this.response.writableEnded) this.response.emit('drain');
  };

  #refused(): void {
    if (this.#taken) return;
    const { response, socket } = this;
    socket.off('drain', this.#drained);
    response.detachSocket(socket);
    response.destroyed = true;
    response.emit('close');
    // What the client still sends is read away: a connection closed over unread data would take the answer with it.
    socket.end();
    socket.resume();
    setTimeout(() => socket.destroy(), REFUSED_GRACE_MS).unref();
  }
}

/** The upgrade that a request asks for; undefined for an ordinary one. */
export function upgradeOf(request: IncomingMessage): Upgrade | undefined {
  return (request as Upgrading)[UPGRADE];
}

/** Whether a request asks for the protocol of WebSockets. */
export function isWebSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket';
}

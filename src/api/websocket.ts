/** What an extension gets to see of WebSockets. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { PerMessageDeflateOptions, WebSocket } from 'ws';
import type { PathValues, RequestContext } from './gateway';

export type { WebSocket } from 'ws';

/**
 * Serves one WebSocket. It is called when the connection stands, before the first message can arrive: listen to
 * `message` before the first `await`. The context is that of the request which opened the connection. What it throws, or
 * what a listener of the socket throws, is logged under the extension's name and closes the socket with 1011.
 */
export type WebSocketEndpoint<Params extends object = PathValues> = (
  socket: WebSocket,
  context: RequestContext<Params>,
) => unknown;

/** How the WebSockets of one rule behave. */
export interface WebSocketOptions {
  /**
   * The subprotocols that are spoken; of those that a client offers, its first one that is in the list is taken. Or a
   * function that is given the client's offer and chooses one of it, or none.
   */
  readonly protocols?: readonly string[] | ChooseProtocol;
  /** The longest message that is taken, in bytes; a longer one closes the socket with 1009. 16 MiB when left out. */
  readonly maxPayload?: number;
  /** Compresses messages where the client can; off when left out. */
  readonly perMessageDeflate?: boolean | PerMessageDeflateOptions;
  /**
   * How often the client is pinged, in milliseconds; a client that did not answer the last ping is cut off. 30 seconds
   * when left out, 0 for never.
   */
  readonly heartbeat?: number;
}

/** Chooses a subprotocol of those that a client offers, or none. */
export type ChooseProtocol = (offered: readonly string[], context: RequestContext) => string | undefined;

/**
 * Takes over a connection whose request asks for another protocol (`Upgrade: …`), as in the `upgrade` event of Node's
 * http server: what it writes to the socket is the answer, and the socket is its own from then on.
 */
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => unknown;

/** How a mounted listener is served. */
export interface MountOptions {
  /** Takes over connections at and below the path whose requests ask for another protocol. */
  readonly upgrade?: UpgradeListener;
}

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import type { RouteTable } from '../route-table';
import { WEBSOCKET } from '../routing/methods';
import type { OpenSockets } from './open-sockets';
import { isWebSocket, Upgrade } from './upgrade';
import { serveWithoutUpgrade } from './without-upgrade';

/** What requests for another protocol need of a gateway. */
export interface UpgradeListenerOptions {
  readonly http: Server;
  readonly routes: RouteTable;
  readonly sockets: OpenSockets;
  /** Takes a request through the chain. */
  readonly serve: (request: IncomingMessage, response: ServerResponse) => unknown;
  /** The class of responses of the server. */
  readonly ServerResponse: new (request: IncomingMessage) => ServerResponse;
}

/**
 * Takes requests for another protocol (the `upgrade` event of Node’s server) through the chain. A protocol that no rule can
 * mean to serve is declined: the request is served as an ordinary one (so is HTTP/2 by upgrade, which some clients always
 * ask for).
 */
export function upgradeListener(
  options: UpgradeListenerOptions,
): (request: IncomingMessage, connection: Duplex, head: Buffer) => void {
  const { http, routes, sockets, serve } = options;
  return (request, connection, head) => {
    const socket = connection as Socket;
    whenItsTurn(socket, () => {
      if (!isWebSocket(request) && !takesUpgrade(routes, request)) {
        serveWithoutUpgrade(http, request, socket, head);
        return;
      }
      const response = new options.ServerResponse(request);
      new Upgrade(request, response, socket, head, sockets);
      serve(request, response);
    });
  };
}

/**
 * Waits until the answers to the requests that came before on a connection are out; Node does not when a client pipelines.
 * Nothing happens any more when one of them was the last of its connection.
 */
function whenItsTurn(socket: Socket, step: () => void): void {
  // Node keeps here whose answer is being written.
  const { _httpMessage: before } = socket as Socket & { readonly _httpMessage?: ServerResponse | null };
  if (before) before.once('close', () => whenItsTurn(socket, step));
  else if (!socket.destroyed && !socket.writableEnded) step();
}

function takesUpgrade(routes: RouteTable, { url = '/', headers }: IncomingMessage): boolean {
  if (headers.upgrade?.toLowerCase() === 'h2c') return false;
  const [path = '/'] = url.split('?', 1);
  const match = routes.find(WEBSOCKET, headers.host ?? '', path);
  return match !== undefined && match.record.kind !== 'websocket';
}

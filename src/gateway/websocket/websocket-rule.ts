import { createRequire } from 'node:module';
import type { OutgoingHttpHeaders } from 'node:http';
import type * as Ws from 'ws';
import type { RequestContext } from '../../api/gateway';
import type { WebSocketEndpoint, WebSocketOptions } from '../../api/websocket';
import { isPromise } from '../chain';
import type { Owner } from '../owner';
import { assertHandshake, chooseProtocol, offeredProtocols } from './handshake';
import { keepHeartbeat } from './heartbeat';
import type { ReportUpgrade } from './serve-upgrade';
import type { Upgrade } from './upgrade';

const DEFAULT_MAX_PAYLOAD = 16 * 1024 * 1024;
const DEFAULT_HEARTBEAT_MS = 30_000;
/** How long a client has for its half of the closing handshake, in milliseconds. */
const CLOSE_GRACE_MS = 1_000;
const FAILED = 1011;

/** What the handshake itself writes; handlers may add any other header to it. */
const OWN_HEADERS = new Set([
  'connection',
  'content-length',
  'sec-websocket-accept',
  'sec-websocket-extensions',
  'sec-websocket-protocol',
  'transfer-encoding',
  'upgrade',
]);

/** A rule of WebSockets: shakes hands with clients and gives their sockets to an endpoint. */
export class WebSocketRule {
  readonly #owner: Owner;
  readonly #endpoint: WebSocketEndpoint;
  readonly #options: WebSocketOptions;
  #server: Ws.WebSocketServer | undefined;
  /** What goes into the handshake that is being written. */
  #protocol: string | undefined;
  #headers: OutgoingHttpHeaders = {};

  constructor(owner: Owner, endpoint: WebSocketEndpoint, options: WebSocketOptions) {
    this.#owner = owner;
    this.#endpoint = owner.bind(endpoint);
    const { protocols } = options;
    this.#options = typeof protocols === 'function' ? { ...options, protocols: owner.bind(protocols) } : options;
  }

  /** Opens a WebSocket. Rejects with what is to be answered instead, as an endpoint throws it. */
  async serve(upgrade: Upgrade, context: RequestContext, report: ReportUpgrade): Promise<void> {
    assertHandshake(upgrade.request);
    const protocol = chooseProtocol(this.#options.protocols, offeredProtocols(upgrade.request), context);
    if (!(await upgrade.accept())) return;
    const socket = this.#shakeHands(upgrade, protocol);
    if (socket) this.#attend(socket, upgrade, context, report);
  }

  /** Writes the 101; undefined when the connection is gone. */
  #shakeHands({ request, response, socket, head }: Upgrade, protocol: string | undefined): Ws.WebSocket | undefined {
    this.#server ??= this.#createServer();
    this.#protocol = protocol;
    this.#headers = response.getHeaders();
    let opened: Ws.WebSocket | undefined;
    this.#server.handleUpgrade(request, socket, head, (each) => (opened = each));
    return opened;
  }

  /** ws is loaded for the first client. */
  #createServer(): Ws.WebSocketServer {
    const { WebSocketServer } = createRequire(__filename)('ws') as typeof Ws;
    const server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: this.#options.maxPayload ?? DEFAULT_MAX_PAYLOAD,
      perMessageDeflate: this.#options.perMessageDeflate ?? false,
      handleProtocols: () => this.#protocol ?? false,
    });
    server.on('headers', (lines) => {
      for (const [name, value] of Object.entries(this.#headers)) {
        if (value === undefined || OWN_HEADERS.has(name)) continue;
        for (const each of Array.isArray(value) ? value : [value]) lines.push(`${name}: ${each}`);
      }
    });
    return server;
  }

  #attend(socket: Ws.WebSocket, upgrade: Upgrade, context: RequestContext, report: ReportUpgrade): void {
    const fail = (error: unknown): void => {
      report(error);
      close(socket, FAILED, 'the endpoint failed');
    };
    // A connection that breaks, or a message that is too long: ws closes the socket, and the endpoint sees that.
    socket.on('error', () => undefined);
    this.#guardListeners(socket, fail);
    upgrade.sockets.add(
      upgrade.socket,
      {
        owner: this.#owner,
        close: (code, reason) => close(socket, code, reason),
      },
      upgrade.scope,
    );
    giveSignal(socket, context);
    const heartbeat = this.#options.heartbeat ?? DEFAULT_HEARTBEAT_MS;
    if (heartbeat > 0) keepHeartbeat(socket, heartbeat);
    try {
      const result = this.#endpoint(socket, context);
      if (isPromise(result)) result.then(undefined, fail);
    } catch (error) {
      fail(error);
    }
  }

  /** Lets what the socket’s listeners do, and what they throw, be the owner’s, as if the endpoint did it. */
  #guardListeners(socket: Ws.WebSocket, fail: (error: unknown) => void): void {
    const emit = this.#owner.bind(socket.emit.bind(socket) as (name: string | symbol, ...args: unknown[]) => boolean);
    socket.emit = (name: string | symbol, ...args: unknown[]): boolean => {
      try {
        return emit(name, ...args);
      } catch (error) {
        fail(error);
        return true;
      }
    };
  }
}

/** Closes a socket by the handshake of the protocol, and without it where the client takes no part in that. */
function close(socket: Ws.WebSocket, code: number, reason: string): void {
  socket.close(code, reason);
  const timer = setTimeout(() => socket.terminate(), CLOSE_GRACE_MS).unref();
  socket.once('close', () => clearTimeout(timer));
}

/** The signal of the context lasts as long as the socket, and not only as long as the answer to its request. */
function giveSignal(socket: Ws.WebSocket, context: RequestContext): void {
  const abort = new AbortController();
  socket.once('close', () => abort.abort());
  Object.defineProperty(context, 'signal', { value: abort.signal, configurable: true });
}

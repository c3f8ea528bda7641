/** The gateway’s port: several addresses, and on each of them whatever a client begins to speak. */
import { createServer as createTcpServer, type Server as TcpServer, type Socket } from 'node:net';
import { createRequire } from 'node:module';
import type { Server } from 'node:http';
import type { Owner } from '../owner';
import { listen, type ListenAddress } from '../listen';
import { MOST_BYTES, tellSpeech, type Speech } from './first-bytes';
import type * as Http2 from './http2-server';
import type { Http2Server, Http2ServerOptions } from './http2-server';
import { peek } from './peek';
import type { ProtocolRecord, ProtocolTable } from './protocol-table';
import type { TlsServer } from './tls-server';

export interface PortOptions {
  /** Serves the connections that speak HTTP/1.1. It does not listen by itself. */
  readonly http: Server;
  readonly http2: Http2ServerOptions;
  readonly protocols: ProtocolTable;
  readonly tls: TlsServer;
  /** Is told what a protocol threw. */
  readonly report: (error: unknown, owner: Owner, protocol: string) => void;
}

/** How long it may take to tell a protocol after the first byte, in milliseconds. */
const DECIDE_LIMIT_MS = 5_000;

/** How often it is looked, while the port is being closed, which connections are idle, in milliseconds. */
const IDLE_LOOK_MS = 5;

const load = createRequire(__filename);

/**
 * Opens the addresses and sorts the connections: each is handed over, once its first bytes are there, to the server for what
 * is spoken on it. A connection that speaks HTTP/1.1 costs nothing more after that.
 */
export class Port {
  readonly #options: PortOptions;
  readonly #fronts: TcpServer[] = [];
  /** Every connection, and whom it was handed to. */
  readonly #connections = new Map<Socket, Speech | undefined>();
  #http2: Http2Server | undefined;
  #isClosing = false;

  constructor(options: PortOptions) {
    this.#options = options;
    const { http, tls } = options;
    // Node begins to watch the time limits of requests when a server listens, and this one has others do so.
    http.emit('listening');
    tls.onConnection((socket, speaks) => {
      if (speaks === 'http2') this.#serveHttp2(socket);
      else if (speaks === 'http1') this.#handOver(socket, 'http1');
      else this.#sort(socket, (bytes, isLast) => this.#tellWithinTls(bytes, isLast));
    });
  }

  /** Listens on each address, or on none when one of them fails. Says which addresses it became. */
  async listen(addresses: readonly ListenAddress[]): Promise<ListenAddress[]> {
    const listening: ListenAddress[] = [];
    for (const address of addresses) {
      // Half-open, as Node's HTTP server wants it; the others are told by `#handOver`.
      const front = createTcpServer({ allowHalfOpen: true, noDelay: true }, this.#accept);
      this.#fronts.push(front);
      try {
        listening.push(await listen(front, address, addresses));
      } catch (error) {
        await this.close(0);
        throw error;
      }
    }
    return listening;
  }

  /**
   * Accepts nothing more and closes idle connections; what is in flight may end for `limit` milliseconds, then all connections
   * are cut. Those of raw protocols, of which nobody can tell whether they are idle, are cut when the others are gone.
   */
  async close(limit: number): Promise<void> {
    const { http } = this.#options;
    this.#isClosing = true;
    const fronts = this.#fronts.splice(0).filter((front) => front.listening);
    const closed = fronts.map((front) => new Promise<void>((resolve) => front.close(() => resolve())));
    this.#http2?.close();
    this.#closeIdle();
    const look = setInterval(() => this.#closeIdle(), IDLE_LOOK_MS);
    const cut = setTimeout(() => this.#cutAll(), limit);
    await Promise.all(closed);
    clearTimeout(cut);
    clearInterval(look);
    // Ends the watch over time limits.
    http.close();
  }

  readonly #accept = (socket: Socket): void => {
    this.#connections.set(socket, undefined);
    socket.once('close', () => this.#connections.delete(socket));
    // A connection that breaks is no failure of anybody’s; who has it sees it close.
    socket.on('error', ignore);
    if (this.#isClosing) return void socket.destroy();
    this.#sort(socket, (bytes, isLast) => this.#tell(bytes, isLast));
  };

  #tell(bytes: Buffer, isLast: boolean): Speech | undefined {
    return tellSpeech(bytes, this.#options.protocols.records, isLast, this.#failed);
  }

  /** Within TLS a client agrees on HTTP/2 in the handshake, and does not begin another one. */
  #tellWithinTls(bytes: Buffer, isLast: boolean): Speech | undefined {
    const speech = this.#tell(bytes, isLast);
    return speech === 'tls' || speech === 'http2' ? 'http1' : speech;
  }

  readonly #failed = (error: unknown, { protocol, owner }: ProtocolRecord): void => {
    this.#options.report(error, owner, protocol.name);
  };

  #sort(socket: Socket, decide: (bytes: Buffer, isLast: boolean) => Speech | undefined): void {
    peek(socket, {
      decide,
      handOver: (speech) => this.#handOver(socket, speech),
      most: MOST_BYTES,
      firstByteLimit: this.#options.http.headersTimeout,
      decideLimit: DECIDE_LIMIT_MS,
    });
  }

  #handOver(socket: Socket, speech: Speech): void {
    if (this.#connections.has(socket)) this.#connections.set(socket, speech);
    // Whoever asks and closes its end is answered; with TLS, too, where the connection below is closed with the one above.
    socket.allowHalfOpen = speech === 'http1';
    if (speech === 'http1') return void this.#options.http.emit('connection', socket);
    if (speech === 'tls') this.#options.tls.serve(socket);
    else if (speech === 'http2') this.#serveHttp2(socket);
    else this.#serveProtocol(socket, speech);
  }

  #serveHttp2(socket: Socket): void {
    this.#http2 ??= new (load('./http2-server') as typeof Http2).Http2Server(this.#options.http2);
    this.#http2.serve(socket);
    if (this.#isClosing) this.#http2.close();
  }

  #serveProtocol(socket: Socket, record: ProtocolRecord): void {
    const { protocol, owner } = record;
    const fail = (error: unknown): void => {
      this.#failed(error, record);
      socket.destroy();
    };
    this.#options.protocols.own(owner, socket);
    socket.on('error', ignore);
    try {
      Promise.resolve(protocol.handle(socket)).catch(fail);
    } catch (error) {
      fail(error);
    }
  }

  #closeIdle(): void {
    this.#options.http.closeIdleConnections();
    let isBusy = false;
    for (const [socket, speech] of this.#connections) {
      if (speech === undefined) socket.destroy();
      else if (typeof speech === 'string') isBusy = true;
    }
    if (!isBusy) this.#cutAll();
  }

  #cutAll(): void {
    for (const socket of this.#connections.keys()) socket.destroy();
  }
}

function ignore(): void {}

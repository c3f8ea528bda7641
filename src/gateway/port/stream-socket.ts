import type { ServerHttp2Stream } from 'node:http2';
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** What only a connection of TLS knows. */
type TlsFacts = Partial<Pick<TLSSocket, 'encrypted' | 'authorized' | 'alpnProtocol' | 'getPeerCertificate'>> & {
  readonly servername?: string | false | null;
};

/**
 * What stands for the socket of a request that came over HTTP/2: it knows the addresses and TLS facts of the connection, and to
 * destroy it ends one stream, not the connection that others share. No bytes go through it.
 */
export class StreamSocket extends Duplex {
  readonly #stream: ServerHttp2Stream;
  readonly #connection: Socket & TlsFacts;
  readonly #isWhole: () => boolean;
  /** How many bytes of the body have come. */
  bytesRead = 0;

  /** `isWhole` says whether all has been sent on the stream, so that destroying this is no error. */
  constructor(stream: ServerHttp2Stream, connection: Socket, isWhole: () => boolean) {
    super();
    this.#stream = stream;
    this.#connection = connection;
    this.#isWhole = isWhole;
    // As with a real connection, whoever destroys it with an error need not listen to it.
    this.on('error', () => undefined);
    stream.on('timeout', () => this.emit('timeout'));
  }

  get encrypted(): boolean {
    return this.#connection.encrypted === true;
  }

  get alpnProtocol(): string | false | null | undefined {
    return this.#connection.alpnProtocol;
  }

  get servername(): string | false | null | undefined {
    return this.#connection.servername;
  }

  get authorized(): boolean | undefined {
    return this.#connection.authorized;
  }

  get remoteAddress(): string | undefined {
    return this.#connection.remoteAddress;
  }

  get remoteFamily(): string | undefined {
    return this.#connection.remoteFamily;
  }

  get remotePort(): number | undefined {
    return this.#connection.remotePort;
  }

  get localAddress(): string | undefined {
    return this.#connection.localAddress;
  }

  get localPort(): number | undefined {
    return this.#connection.localPort;
  }

  get localFamily(): string | undefined {
    return this.#connection.localFamily;
  }

  address(): ReturnType<Socket['address']> {
    return this.#connection.address();
  }

  getPeerCertificate(): object {
    return this.#connection.getPeerCertificate?.() ?? {};
  }

  /** Watches the stream, not the connection. */
  setTimeout(milliseconds: number, callback?: () => void): this {
    if (callback) this.once('timeout', callback);
    this.#stream.setTimeout(milliseconds);
    return this;
  }

  /** Is the connection’s matter. */
  setNoDelay(): this {
    return this;
  }

  /** Is the connection’s matter. */
  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {}

  override _write(_chunk: unknown, _encoding: BufferEncoding, callback: (error: Error) => void): void {
    callback(new Error('a request over HTTP/2 has no socket of its own to write to'));
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    // To close the stream would end it first, as if it were whole; to destroy it with an error tells of one.
    if (!this.#stream.closed && !this.#stream.destroyed) {
      if (this.#isWhole()) this.#stream.close();
      else this.#stream.destroy(error ?? new Error('the response was destroyed'));
    }
    callback(error);
  }
}

/** TLS on the gateway’s port. */
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type * as Tls from 'node:tls';
import type { Logger } from 'winston';
import { Certificates, type CertificatesOptions } from './certificate/certificates';
import type { ServerCertificate } from './certificate/certificates';

/** What a client agreed on in the handshake; undefined when it said nothing. */
export type Agreed = 'http1' | 'http2' | undefined;

interface Named {
  readonly context: Tls.SecureContext;
  readonly renewAt: number;
}

/** How long a handshake may take, in milliseconds. */
const HANDSHAKE_LIMIT_MS = 10_000;

/** For how many names certificates are kept at hand. */
const MOST_NAMES = 256;

const load = createRequire(__filename);

/** Ends TLS and hands over what is within. Nothing is loaded or made before the first connection. */
export class TlsServer {
  readonly #certificates: Certificates;
  readonly #log: Logger;
  #onConnection: (socket: Tls.TLSSocket, agreed: Agreed) => void = () => undefined;
  #server: Tls.Server | undefined;
  #usual: ServerCertificate | undefined;
  #preparing: Promise<Tls.Server> | undefined;
  /** The names asked for last stand last. */
  readonly #named = new Map<string, Named>();

  constructor(options: CertificatesOptions) {
    this.#log = options.log;
    this.#certificates = new Certificates(options);
  }

  /** Says who gets the connections. */
  onConnection(listener: (socket: Tls.TLSSocket, agreed: Agreed) => void): void {
    this.#onConnection = listener;
  }

  /** Throws BACKLOT_E_CERTIFICATE_UNREADABLE or BACKLOT_E_CERTIFICATE_INVALID for a user’s own certificate. */
  check(): Promise<void> {
    return this.#certificates.check();
  }

  /** The certificate that clients have to trust, as PEM. */
  certificateToTrust(): Promise<string> {
    return this.#certificates.toTrust();
  }

  /** Serves a connection whose first bytes, which are still to be read, begin a handshake. */
  serve(socket: Socket): void {
    if (this.#server && this.#usual && Date.now() < this.#usual.renewAt) {
      this.#server.emit('connection', socket);
      return;
    }
    this.#prepare().then(
      (server) => {
        if (!socket.destroyed) server.emit('connection', socket);
      },
      (error: unknown) => {
        this.#log.error(`a TLS connection could not be served: ${String(error)}`);
        socket.destroy();
      },
    );
  }

  #prepare(): Promise<Tls.Server> {
    this.#preparing ??= this.#prepareOnce().finally(() => (this.#preparing = undefined));
    return this.#preparing;
  }

  /** Makes the server, or gives it a new certificate. */
  async #prepareOnce(): Promise<Tls.Server> {
    const usual = await this.#certificates.usual();
    if (this.#server) this.#server.setSecureContext(usual.options);
    else this.#server = this.#createServer(usual);
    this.#usual = usual;
    return this.#server;
  }

  #createServer({ options }: ServerCertificate): Tls.Server {
    const { createServer } = load('node:tls') as typeof Tls;
    const server = createServer({
      ...options,
      ALPNProtocols: ['h2', 'http/1.1'],
      handshakeTimeout: HANDSHAKE_LIMIT_MS,
      SNICallback: (name, done) => {
        this.#contextFor(name.toLowerCase()).then(
          // Without a context the usual certificate is shown.
          (context) => done(null, context),
          (error: unknown) => done(error as Error),
        );
      },
    });
    server.on('secureConnection', (socket) => {
      socket.on('error', () => undefined);
      const { alpnProtocol } = socket;
      this.#onConnection(socket, alpnProtocol === 'h2' ? 'http2' : alpnProtocol === 'http/1.1' ? 'http1' : undefined);
    });
    // Whoever does not trust the certificate says so and goes: that is for the client to tell.
    server.on('tlsClientError', (error) => this.#log.debug(`a TLS handshake failed: ${error.message}`));
    return server;
  }

  async #contextFor(name: string): Promise<Tls.SecureContext | undefined> {
    if (!this.#certificates.isFurther(name)) return undefined;
    const known = this.#named.get(name);
    this.#named.delete(name);
    const named = known && Date.now() < known.renewAt ? known : await this.#makeNamed(name);
    this.#named.set(name, named);
    for (const oldest of this.#named.keys()) {
      if (this.#named.size <= MOST_NAMES) break;
      this.#named.delete(oldest);
    }
    return named.context;
  }

  async #makeNamed(name: string): Promise<Named> {
    const { createSecureContext } = load('node:tls') as typeof Tls;
    const { options, renewAt } = await this.#certificates.further(name);
    return { context: createSecureContext(options), renewAt };
  }
}

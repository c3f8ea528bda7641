import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { temporaryDirectory } from './temporary-directory';

const SOCKET = '/var/run/docker.sock';

/** A way to the engine that can be cut, on a port of this machine. */
export class EngineProxy {
  readonly #sockets = new Set<net.Socket>();

  private constructor(private readonly server: net.Server) {
    server.on(server instanceof tls.Server ? 'secureConnection' : 'connection', (client: net.Socket) => {
      const engine = net.connect(SOCKET);
      for (const each of [client, engine]) {
        this.#sockets.add(each);
        each.on('error', () => undefined).on('close', () => this.#sockets.delete(each));
      }
      client.pipe(engine).pipe(client);
      client.on('close', () => engine.destroy());
      engine.on('close', () => client.destroy());
    });
  }

  /** With `certificates`, a folder made by {@link makeCertificates}, it speaks TLS, and asks for the certificate of the client. */
  static async start(certificates?: string): Promise<EngineProxy> {
    const server = certificates === undefined ? net.createServer() : tls.createServer(serverOptions(certificates));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new EngineProxy(server);
  }

  /** What DOCKER_HOST is to be. */
  get address(): string {
    return `tcp://127.0.0.1:${(this.server.address() as net.AddressInfo).port}`;
  }

  /** Cuts every connection, as when the engine is stopped, and takes no more. */
  async cut(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

function serverOptions(folder: string): tls.TlsOptions {
  const file = (name: string): Buffer => readFileSync(path.join(folder, name));
  return { ca: file('ca.pem'), cert: file('server.pem'), key: file('server-key.pem'), requestCert: true };
}

/** An authority, and certificates by it for an engine at 127.0.0.1 and for its clients, under the names that Docker gives them. */
export function makeCertificates(): string {
  const folder = temporaryDirectory();
  const openssl = (...args: string[]): void =>
    void execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca-key.pem', '-out', 'ca.pem', '-subj', '/CN=authority', '-days', '2');
  const sign = (name: string, keyFile: string, certificate: string, extension: string): void => {
    writeFileSync(path.join(folder, 'extension'), extension);
    openssl('req', ...key, '-keyout', keyFile, '-out', 'request.pem', '-subj', `/CN=${name}`);
    const authority = ['-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-CAcreateserial', '-days', '2'];
    openssl('x509', '-req', '-in', 'request.pem', ...authority, '-extfile', 'extension', '-out', certificate);
  };
  sign('engine', 'server-key.pem', 'server.pem', 'subjectAltName=IP:127.0.0.1');
  sign('client', 'key.pem', 'cert.pem', 'extendedKeyUsage=clientAuth');
  return folder;
}

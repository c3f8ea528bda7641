import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request, type RequestOptions } from 'node:https';
import path from 'node:path';
import { connect, type ConnectionOptions, type PeerCertificate, type TLSSocket } from 'node:tls';
import type { IncomingMessage } from 'node:http';
import { BacklotError } from '../../../../src/api/errors';
import { Certificates } from '../../../../src/gateway/port/certificate/certificates';
import { makeAuthority, makeCertificate, makeKey, pemOf } from '../../../../src/gateway/port/certificate/issue';
import { readPem } from '../../../../src/gateway/port/certificate/pem';
import { collectLog } from '../../../support/collect-log';
import { connectHttp2, requestHttp2 } from '../../../support/http2-client';
import { startGateway, type StartedGateway } from '../../../support/start-gateway';
import { temporaryDirectory } from '../../../support/temporary-directory';

const DAY_MS = 24 * 60 * 60 * 1000;

let started: StartedGateway;

async function start(options: Parameters<typeof startGateway>[0] = {}): Promise<void> {
  started = await startGateway(options);
  started.owner('shop').router.get('/hello', ({ request, host }) => ({
    host,
    version: request.httpVersion,
    protocol: request.protocol,
    secure: request.secure,
  }));
}

/** Connects as a client that trusts nothing but the certificate given, and checks the name. */
async function handshake(servername: string, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const ca = options.ca ?? (await started.gateway.certificateToTrust());
  const socket = connect({ port: started.port, host: '127.0.0.1', servername, ca, ...options });
  await once(socket, 'secureConnect');
  return socket;
}

async function certificateFor(servername: string, options?: ConnectionOptions): Promise<PeerCertificate> {
  const socket = await handshake(servername, options);
  const certificate = socket.getPeerCertificate();
  socket.destroy();
  return certificate;
}

function get(options: RequestOptions): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const sent = request({ path: '/hello', host: '127.0.0.1', port: started.port, agent: false, ...options });
    sent.once('error', reject);
    sent.once('response', (response: IncomingMessage) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.once('end', () => resolve(JSON.parse(text)));
    });
    sent.end();
  });
}

describe('TLS on the port', () => {
  it('serves HTTP/1.1 and HTTP/2, as the client agrees in the handshake', async () => {
    await start();
    const ca = await started.gateway.certificateToTrust();
    const over1 = await get({ ca, servername: 'localhost', headers: { host: 'localhost' } });
    expect(over1).toEqual({ host: 'localhost', version: '1.1', protocol: 'https', secure: true });
    const session = connectHttp2(`https://localhost:${started.port}`, { ca });
    const over2 = await requestHttp2(session, '/hello');
    expect(JSON.parse(over2.text)).toEqual({ host: 'localhost', version: '2.0', protocol: 'https', secure: true });
    expect((await handshake('localhost', { ALPNProtocols: ['h2', 'http/1.1'] })).destroy().alpnProtocol).toBe('h2');
    expect((await handshake('localhost', { ALPNProtocols: ['http/1.1'] })).destroy().alpnProtocol).toBe('http/1.1');
  });

  it.each([
    'localhost',
    'localhost.localstack.cloud',
    's3.localhost.localstack.cloud',
    'shop.localhost',
    'Shop.LOCALHOST',
    'bucket.s3.localhost.localstack.cloud',
    'a.b.c.localhost',
  ])('shows a certificate that is good for %s', async (name) => {
    await start();
    const socket = await handshake(name);
    expect(socket.authorized).toBe(true);
    socket.destroy();
  });

  it.each(['127.0.0.1', '::1'])('shows a certificate that is good for %s', async (address) => {
    await start();
    const ca = await started.gateway.certificateToTrust();
    const [own] = await started.gateway.listen([{ host: address, port: 0 }]);
    expect(await get({ ...own, ca })).toMatchObject({ secure: true });
  });

  it('shows the usual certificate for names of others, which no client then takes', async () => {
    await start();
    for (const name of ['example.com', 'localhost.example.com', 'notlocalhost', 'xlocalhost.localstack.cloud']) {
      const refused = handshake(name).catch((error: NodeJS.ErrnoException) => error.code);
      expect(await refused).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    }
  });

  it('makes a certificate for a further name once', async () => {
    await start();
    const name = 'bucket.s3.localhost.localstack.cloud';
    const first = await certificateFor(name);
    expect(first.subject.CN).toBe(name);
    expect((await certificateFor(name)).serialNumber).toBe(first.serialNumber);
  });

  it('has certificates that strict clients take', async () => {
    await start();
    const directory = temporaryDirectory({ 'ca.pem': await started.gateway.certificateToTrust() });
    const socket = await handshake('a.localhost');
    const leaf = new X509Certificate(socket.getPeerCertificate().raw);
    socket.destroy();
    writeFileSync(path.join(directory, 'leaf.pem'), leaf.toString());
    const verify = (...args: string[]): string =>
      execFileSync('openssl', ['verify', '-x509_strict', '-CAfile', 'ca.pem', ...args, 'leaf.pem'], {
        cwd: directory,
        encoding: 'utf8',
      });
    expect(verify('-purpose', 'sslserver', '-verify_hostname', 'a.localhost')).toMatch(/leaf.pem: OK/);
  });

  it('goes on when a client does not trust it, or speaks nonsense', async () => {
    await start();
    await expect(get({ servername: 'localhost' })).rejects.toThrow(/certificate/);
    const sent = await started.raw('\x16\x03\x01\x00\x05nonsense');
    expect(sent).not.toMatch(/HTTP/);
    const ca = await started.gateway.certificateToTrust();
    expect(await get({ ca, servername: 'localhost' })).toMatchObject({ secure: true });
  });
});

describe('the authority', () => {
  it('is held to our own names and addresses', async () => {
    const pair = await makeAuthority(['localhost'], ['127.0.0.1']);
    const authority = readPem(`${pair.key}${pair.certificate}`);
    const { key, publicKey } = await makeKey();
    const directory = temporaryDirectory({ 'ca.pem': pair.certificate });
    const verify = (names: string[]): string => {
      writeFileSync(path.join(directory, 'leaf.pem'), makeCertificate(authority, publicKey, names));
      try {
        return execFileSync('openssl', ['verify', '-x509_strict', '-CAfile', 'ca.pem', 'leaf.pem'], {
          cwd: directory,
          encoding: 'utf8',
          stdio: 'pipe',
        });
      } catch (error) {
        return String((error as { stderr: unknown }).stderr);
      }
    };
    expect(verify(['localhost', 'a.b.localhost', '127.0.0.1'])).toMatch(/OK/);
    expect(verify(['localhost', 'example.com'])).toMatch(/permitted subtree violation/);
    expect(verify(['localhost', '10.0.0.1'])).toMatch(/permitted subtree violation/);
    expect(pemOf(key)).toMatch(/PRIVATE KEY/);
  });

  it('is kept, with the certificate, in files that only their owner may read', async () => {
    const directory = path.join(temporaryDirectory(), 'tls');
    await start({ certificates: directory });
    const first = await certificateFor('localhost');
    for (const name of ['authority.pem', 'server.pem']) {
      expect(statSync(path.join(directory, name)).mode & 0o777).toBe(0o600);
    }
    const trusted = await started.gateway.certificateToTrust();
    await start({ certificates: directory });
    expect(await started.gateway.certificateToTrust()).toBe(trusted);
    expect((await certificateFor('localhost')).fingerprint256).toBe(first.fingerprint256);
  });

  it('costs nothing before the first TLS connection', async () => {
    const directory = path.join(temporaryDirectory(), 'tls');
    await start({ certificates: directory });
    await started.send('/hello');
    expect(() => statSync(directory)).toThrow(/ENOENT/);
  });

  it('is the same for several that start at once', async () => {
    const directory = path.join(temporaryDirectory(), 'tls');
    const { log } = collectLog();
    const all = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const certificates = new Certificates({ directory, log });
        const { options } = await certificates.usual();
        return `${await certificates.toTrust()}${options.key as string}`;
      }),
    );
    expect(new Set(all).size).toBe(1);
  });

  it('is made anew when its file is damaged, and what it signed with it', async () => {
    const directory = temporaryDirectory();
    const { log } = collectLog();
    const before = await new Certificates({ directory, log }).toTrust();
    const file = path.join(directory, 'authority.pem');
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 200));
    const certificates = new Certificates({ directory, log });
    const after = await certificates.toTrust();
    expect(after).not.toBe(before);
    const { options } = await certificates.usual();
    const leaf = new X509Certificate(String(options.cert));
    expect(leaf.verify(new X509Certificate(after).publicKey)).toBe(true);
  });

  it('lasts as long as the process where nothing can be kept', async () => {
    const directory = path.join(temporaryDirectory({ taken: 'a file' }), 'taken', 'tls');
    await start({ certificates: directory });
    expect((await certificateFor('localhost')).subject.CN).toBe('localhost');
    expect(started.lines.map(({ message }) => message).join()).toMatch(/the certificates cannot be kept in/);
  });
});

describe('certificates that expire', () => {
  const now = Date.now();
  afterEach(() => {
    jest.restoreAllMocks();
  });

  /** Lets the clock of this process show another time; nothing sleeps for months. */
  function travel(days: number): void {
    jest.spyOn(Date, 'now').mockReturnValue(now + days * DAY_MS);
  }

  it('are made anew before they do, and the authority stays', async () => {
    await start({ certificates: temporaryDirectory() });
    const trusted = await started.gateway.certificateToTrust();
    const first = await certificateFor('localhost');
    const further = await certificateFor('a.localhost');
    travel(200);
    expect((await certificateFor('localhost')).serialNumber).toBe(first.serialNumber);
    travel(380);
    // The client has its own clock, by which the new certificates are not valid yet.
    const lenient = { rejectUnauthorized: false };
    const renewed = await certificateFor('localhost', lenient);
    expect(renewed.serialNumber).not.toBe(first.serialNumber);
    expect(Date.parse(renewed.valid_to)).toBeGreaterThan(now + 700 * DAY_MS);
    expect((await certificateFor('a.localhost', lenient)).serialNumber).not.toBe(further.serialNumber);
    expect(await started.gateway.certificateToTrust()).toBe(trusted);
  });

  it('give place to a new authority before the old one ends', async () => {
    const directory = temporaryDirectory();
    const { log } = collectLog();
    const before = await new Certificates({ directory, log }).toTrust();
    travel(3_300);
    expect(await new Certificates({ directory, log }).toTrust()).not.toBe(before);
  });
});

describe('a certificate of the user’s own', () => {
  async function pair(): Promise<{ key: string; certificate: string; authority: string }> {
    const made = await makeAuthority(['localhost'], []);
    const authority = readPem(`${made.key}${made.certificate}`);
    const { key, publicKey } = await makeKey();
    return {
      key: pemOf(key),
      certificate: makeCertificate(authority, publicKey, ['localhost', 'a.localhost']),
      authority: made.certificate,
    };
  }

  it('is shown for every name, with its chain, whatever the order in the file', async () => {
    const { key, certificate, authority } = await pair();
    for (const text of [`${key}${certificate}${authority}`, `${authority}\n# mine\n${certificate}${key}`]) {
      const file = path.join(temporaryDirectory({ 'own.pem': text }), 'own.pem');
      await start({ customCertificate: file });
      expect(await started.gateway.certificateToTrust()).toBe(authority);
      for (const name of ['localhost', 'a.localhost']) {
        expect((await certificateFor(name)).serialNumber).toBe(new X509Certificate(certificate).serialNumber);
      }
    }
  });

  const file = (text: string): string => path.join(temporaryDirectory({ 'own.pem': text }), 'own.pem');
  const failure = async (name: string): Promise<BacklotError> => {
    const error: unknown = await startGateway({ customCertificate: name }).catch((thrown: unknown) => thrown);
    if (!(error instanceof BacklotError)) throw error;
    expect(error.message).toContain(name);
    return error;
  };

  it('that cannot be read refuses the start', async () => {
    const missing = await failure('/no/such.pem');
    expect([missing.code, missing.message]).toEqual([
      'BACKLOT_E_CERTIFICATE_UNREADABLE',
      '/no/such.pem, which CUSTOM_SSL_CERT_PATH names, does not exist',
    ]);
    const folder = path.join(temporaryDirectory(), 'folder');
    mkdirSync(folder);
    expect((await failure(folder)).message).toMatch(/is a folder, not a file/);
  });

  it('that is none refuses the start, and says why', async () => {
    const [mine, other] = [await pair(), await pair()];
    const encrypted = mine.key.replaceAll('PRIVATE KEY', 'ENCRYPTED PRIVATE KEY');
    for (const [text, why] of [
      ['hello', 'it holds no private key'],
      [mine.key, 'it holds no certificate'],
      [mine.key + other.certificate, 'no certificate in it belongs to its private key'],
      [encrypted + mine.certificate, 'its private key is encrypted'],
      [mine.key.replace(/\n[^-]+\n/, '\nAAAA\n') + mine.certificate, 'its private key cannot be read'],
      [mine.key + mine.certificate.replace(/\n[^-]+\n/, '\nAAAA\n'), 'a certificate in it cannot be read'],
    ] as const) {
      const error = await failure(file(text));
      expect([error.code, error.message.split('cannot be used: ')[1]]).toEqual(['BACKLOT_E_CERTIFICATE_INVALID', why]);
    }
  });

  it('that has expired is used, with a warning', async () => {
    const { key, certificate } = await pair();
    const name = file(key + certificate);
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 500 * DAY_MS);
    await start({ customCertificate: name });
    jest.restoreAllMocks();
    expect(started.lines.map(({ message }) => message).join()).toMatch(/CUSTOM_SSL_CERT_PATH expired on/);
  });
});

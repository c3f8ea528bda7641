import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createGzip, gzipSync } from 'node:zlib';
import { pack } from 'tar-fs';
import { packFolder } from '../support/pack-folder';
import { readFromTarball, SourcesKit } from '../support/sources-kit';
import { temporaryDirectory, writeFiles } from '../support/temporary-directory';
import { waitFor } from '../support/wait-for';

const packageFiles = (name: string, version: string): Record<string, unknown> => ({
  'package.json': { name, version },
  'index.js': `module.exports = '${name} ${version}';`,
});

async function tarballOf(files: Record<string, unknown>): Promise<Buffer> {
  const file = path.join(temporaryDirectory(), 'x.tgz');
  await packFolder(temporaryDirectory(files), file);
  return readFileSync(file);
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server whose answers each test decides, by path. */
class Host {
  readonly answers = new Map<string, Answer>();
  readonly asked: { path: string; authorization: string | undefined }[] = [];
  readonly #server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', this.url);
    this.asked.push({ path: pathname, authorization: request.headers.authorization });
    const answer = this.answers.get(pathname);
    if (answer) answer(request, response);
    else response.writeHead(404).end('nothing here');
  });

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  give(place: string, bytes: Buffer): string {
    this.answers.set(place, (_request, response) => response.writeHead(200).end(bytes));
    return `${this.url}${place}`;
  }

  redirect(place: string, to: string, status = 302): string {
    this.answers.set(place, (_request, response) => response.writeHead(status, { location: to }).end());
    return `${this.url}${place}`;
  }
}

let kit: SourcesKit;
let host: Host;
let hello: Buffer;
beforeAll(async () => {
  hello = await tarballOf(packageFiles('hello', '1.0.0'));
});
beforeEach(async () => {
  kit = new SourcesKit();
  host = new Host();
  await host.open();
});
afterEach(async () => host.close());

const kept = (): string[] => {
  try {
    return readdirSync(path.join(kit.store, 'files'));
  } catch {
    return [];
  }
};

describe('the address of a tarball', () => {
  it('is downloaded, and locked by its bytes', async () => {
    const url = host.give('/hello-1.0.0.tgz', hello);
    const fetched = await kit.fetch(url);
    expect(fetched).toMatchObject({ name: 'hello', version: '1.0.0', resolution: { kind: 'url', url } });
    expect(readFileSync(fetched.tarball).equals(hello)).toBe(true);
    expect(readdirSync(kit.temporary)).toEqual([]);
    expect(readdirSync(kit.store).sort()).toEqual(['entries', 'files']);
  });

  it('needs no network when it is locked and kept', async () => {
    const url = host.give('/hello.tgz', hello);
    const first = await kit.fetch(url);
    await host.close();
    expect(await kit.fetch(url, { locked: first.resolution })).toEqual(first);
    expect(await kit.fetch(url, { offline: true })).toEqual(first);
    await host.open();
  });

  it('is an error offline when it is not kept', async () => {
    expect(await kit.failure(`${host.url}/hello.tgz`, { offline: true })).toMatch(/^BACKLOT_E_OFFLINE /);
    expect(host.asked).toEqual([]);
  });

  it('is refused when its bytes changed since they were locked', async () => {
    const url = host.give('/hello.tgz', hello);
    const { resolution } = await kit.fetch(url);
    host.give('/hello.tgz', await tarballOf(packageFiles('hello', '1.0.0-other')));
    const other = new SourcesKit();
    const failure = await other.failure(url, { locked: resolution });
    expect(failure).toMatch(/^BACKLOT_E_INTEGRITY .*changed since they were locked: expected sha512-.*found sha512-/);
    expect(failure).toContain(resolution.integrity);
    expect(failure).toContain('backlot extensions update');
    // Where the locked bytes are kept, they are what is delivered.
    expect(await kit.fetch(url, { locked: resolution })).toMatchObject({ version: '1.0.0' });
  });

  it('is downloaded again when the file in the store is damaged', async () => {
    const url = host.give('/hello.tgz', hello);
    const { tarball, resolution } = await kit.fetch(url);
    writeFileSync(tarball, 'damaged');
    expect(readFileSync((await kit.fetch(url, { locked: resolution })).tarball).equals(hello)).toBe(true);
  });

  it('may hold its package in a folder of any name, as the archives of git hosts do', async () => {
    const directory = temporaryDirectory();
    writeFiles(directory, { 'repo-1/package.json': { name: 'hello', version: '2.0.0' } });
    const chunks: Buffer[] = [];
    for await (const chunk of pack(directory).pipe(createGzip())) chunks.push(chunk as Buffer);
    expect(await kit.fetch(host.give('/v2.tar.gz', Buffer.concat(chunks)))).toMatchObject({ version: '2.0.0' });
  });

  it.each([301, 302, 303, 307, 308])('is followed over a redirect (%d)', async (status) => {
    host.give('/real', hello);
    const url = host.redirect('/hello.tgz', '/real', status);
    expect(await kit.fetch(url)).toMatchObject({ name: 'hello', resolution: { url } });
  });

  it('is followed five times at most', async () => {
    host.give('/0', hello);
    for (let left = 1; left <= 5; left += 1) host.redirect(`/${left}`, `/${left - 1}`);
    expect(await kit.fetch(host.redirect('/five.tgz', '/4'))).toMatchObject({ name: 'hello' });
    expect(await kit.failure(host.redirect('/six.tgz', '/5'))).toMatch(/redirects more than 5 times/);
    expect(await kit.failure(host.redirect('/loop.tgz', '/loop.tgz'))).toMatch(/redirects more than 5 times/);
    expect(await kit.failure(host.redirect('/file.tgz', 'file:///etc/passwd'))).toMatch(/is not a web address/);
  });

  it('gets its credentials, which no other host gets, and nobody is shown', async () => {
    const other = new Host();
    await other.open();
    try {
      const expected = `Basic ${Buffer.from('ada:s3cret').toString('base64')}`;
      host.redirect('/hello.tgz', '/again');
      host.redirect('/again', other.give('/hello.tgz', hello));
      const url = `${host.url.replace('//', '//ada:s3cret@')}/hello.tgz`;
      const { resolution } = await kit.fetch(url);
      expect(host.asked.map(({ authorization }) => authorization)).toEqual([expected, expected]);
      expect(other.asked).toEqual([{ path: '/hello.tgz', authorization: undefined }]);
      expect(JSON.stringify(resolution)).not.toContain('s3cret');
      const entries = path.join(kit.store, 'entries');
      for (const name of readdirSync(entries))
        expect(readFileSync(path.join(entries, name), 'utf8')).not.toContain('s3cret');
      host.answers.set('/hello.tgz', (_request, response) => response.writeHead(403).end());
      const failure = await kit.failure(url);
      expect(failure).toMatch(/^BACKLOT_E_ACCESS_REFUSED .*refuses to give .*\(HTTP 403\)/);
      expect(failure).not.toContain('s3cret');
    } finally {
      await other.close();
    }
  });

  it.each([
    [404, /^BACKLOT_E_PACKAGE_NOT_FOUND .*there is nothing at .*\/hello\.tgz \(HTTP 404\)/],
    [410, /^BACKLOT_E_PACKAGE_NOT_FOUND /],
    [401, /^BACKLOT_E_ACCESS_REFUSED /],
    [429, /^BACKLOT_E_HOST_UNREACHABLE .*failed: .*HTTP 429/],
    [503, /^BACKLOT_E_HOST_UNREACHABLE .*failed: .*HTTP 503/],
  ])('that answers %d is explained', async (status, message) => {
    host.answers.set('/hello.tgz', (_request, response) => response.writeHead(status).end());
    expect(await kit.failure(`${host.url}/hello.tgz`)).toMatch(message);
    expect(kept()).toEqual([]);
  });

  it('is on a host that can be named when it is not there', async () => {
    expect(await kit.failure('https://nowhere.invalid/x.tgz')).toMatch(
      /^BACKLOT_E_HOST_UNREACHABLE .*the host nowhere\.invalid cannot be reached/,
    );
    expect(await kit.failure('http://127.0.0.1:1/x.tgz')).toMatch(/^BACKLOT_E_HOST_UNREACHABLE .*ECONNREFUSED/);
  });

  it('is refused when the connection breaks before all has arrived', async () => {
    host.answers.set('/hello.tgz', (_request, response) => {
      response.writeHead(200, { 'content-length': hello.length });
      response.write(hello.subarray(0, 50), () => response.destroy());
    });
    expect(await kit.failure(`${host.url}/hello.tgz`)).toMatch(/^BACKLOT_E_HOST_UNREACHABLE .*before all had arrived/);
    expect(kept()).toEqual([]);
    expect(readdirSync(kit.store)).toEqual([]);
  });

  it('is refused when it is cut off, though the server says that this is all', async () => {
    for (const length of [100, hello.length - 4]) {
      const url = host.give('/hello.tgz', hello.subarray(0, length));
      expect(await kit.failure(url)).toMatch(/^BACKLOT_E_TARBALL_INVALID .*is not a whole tarball/);
    }
    expect(kept()).toEqual([]);
  });

  it('is refused when it is something else', async () => {
    expect(await kit.failure(host.give('/page.tgz', Buffer.from('<!doctype html>\n<p>Log in')))).toMatch(
      /^BACKLOT_E_TARBALL_INVALID .*is not a tarball: it begins with "<!doctype html> <p>Log in"/,
    );
    expect(await kit.failure(host.give('/empty.tgz', Buffer.alloc(0)))).toMatch(/it is empty/);
    expect(await kit.failure(host.give('/text.tgz', gzipSync('no tar at all'.repeat(100))))).toMatch(
      /^BACKLOT_E_TARBALL_INVALID /,
    );
    expect(await kit.failure(host.give('/other.tgz', await tarballOf({ 'README.md': 'hi' })))).toMatch(
      /^BACKLOT_E_PACKAGE_NOT_FOUND .*holds no package\.json/,
    );
    expect(kept()).toEqual([]);
  });

  it('is refused when it is another package than it was said to be', async () => {
    const url = host.give('/hello.tgz', hello);
    expect(await kit.fetch(`hello@${url}`)).toMatchObject({ name: 'hello' });
    expect(await kit.failure(`hallo@${url}`)).toMatch(/^BACKLOT_E_PACKAGE_NOT_FOUND .*is named "hello", not "hallo"/);
  });

  it('is refused when it is too large, packed or unpacked', async () => {
    const url = host.give('/hello.tgz', hello);
    expect(await kit.failure(url, { limits: { bytes: 100 } })).toMatch(
      /^BACKLOT_E_TARBALL_INVALID .*is larger than 100 bytes/,
    );
    const bomb = await tarballOf({ ...packageFiles('bomb', '1.0.0'), zeros: '0'.repeat(1_000_000) });
    expect(await kit.failure(host.give('/bomb.tgz', bomb), { limits: { bytes: 10_000 } })).toMatch(
      /^BACKLOT_E_TARBALL_INVALID .*unpacks to more than 80000 bytes/,
    );
  });

  it('is given up when the host says nothing, before or after it began', async () => {
    let closed = 0;
    const stall: Answer = (_request, response) => void response.on('close', () => (closed += 1));
    host.answers.set('/never.tgz', stall);
    host.answers.set('/half.tgz', (request, response) => {
      stall(request, response);
      response.writeHead(200).write(hello.subarray(0, 50));
    });
    for (const place of ['never', 'half']) {
      expect(await kit.failure(`${host.url}/${place}.tgz`, { limits: { silence: 200 } })).toMatch(
        /^BACKLOT_E_HOST_UNREACHABLE .*did not answer within 0\.2 s/,
      );
    }
    await waitFor('the connections to be closed', () => closed === 2);
    expect(readdirSync(kit.store)).toEqual([]);
  });

  it('is given up when it takes too long in all, however lively the host is', async () => {
    host.answers.set('/slow.tgz', (_request, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(timer));
    });
    expect(await kit.failure(`${host.url}/slow.tgz`, { limits: { silence: 10_000, total: 300 } })).toMatch(
      /^BACKLOT_E_INSTALL_FAILED .*was not downloaded within 0\.3 s/,
    );
  });

  it('is let go at once when the fetch is stopped', async () => {
    let closed = false;
    host.answers.set('/never.tgz', (_request, response) => void response.on('close', () => (closed = true)));
    const stopping = new AbortController();
    const fetching = kit.failure(`${host.url}/never.tgz`, { signal: stopping.signal });
    await waitFor('the request', () => host.asked.length > 0);
    stopping.abort();
    expect(await fetching).toMatch(/^BACKLOT_E_INSTALL_FAILED .*was stopped/);
    await waitFor('the connection to be closed', () => closed);
  });
});

describe('a tarball on the disk', () => {
  it('is kept as it is, and locked by its bytes', async () => {
    const file = path.join(temporaryDirectory(), 'hello.tgz');
    writeFileSync(file, hello);
    const first = await kit.fetch(file);
    expect(first).toMatchObject({ name: 'hello', version: '1.0.0', resolution: { kind: 'tarball' } });
    expect(first.tarball.startsWith(kit.store)).toBe(true);
    expect(await kit.fetch(file, { locked: first.resolution, offline: true })).toEqual(first);
    // The same bytes behind an address are the same file.
    const { tarball, resolution } = await kit.fetch(host.give('/hello.tgz', hello));
    expect(tarball).toBe(first.tarball);
    expect(resolution.integrity).toBe(first.resolution.integrity);

    writeFileSync(file, await tarballOf(packageFiles('hello', '1.0.1')));
    expect(await kit.failure(file, { locked: first.resolution })).toMatch(/^BACKLOT_E_INTEGRITY .*the tarball/);
    expect(await kit.fetch(file)).toMatchObject({ version: '1.0.1' });
  });

  it('has to be there, and to be one', async () => {
    const directory = temporaryDirectory({ 'text.tgz': 'text' });
    mkdirSync(path.join(directory, 'folder.tgz'));
    expect(await kit.failure(path.join(directory, 'no.tgz'))).toMatch(
      /^BACKLOT_E_PACKAGE_NOT_FOUND .*there is no tarball/,
    );
    expect(await kit.failure(path.join(directory, 'folder.tgz'))).toMatch(
      /^BACKLOT_E_PACKAGE_NOT_FOUND .*is not a tarball/,
    );
    expect(await kit.failure(path.join(directory, 'text.tgz'))).toMatch(
      /^BACKLOT_E_TARBALL_INVALID .*begins with "text"/,
    );
  });
});

describe('a folder', () => {
  it('is packed once for the same content, and locked by it', async () => {
    const folder = temporaryDirectory(packageFiles('hello', '1.0.0'));
    const first = await kit.fetch(folder);
    expect(first).toMatchObject({ name: 'hello', version: '1.0.0', resolution: { kind: 'folder' } });
    expect(await readFromTarball(first.tarball, 'index.js')).toContain('hello 1.0.0');
    expect(await kit.fetch(temporaryDirectory(packageFiles('hello', '1.0.0')))).toEqual(first);
    expect(kit.packed).toBe(1);
    writeFileSync(path.join(folder, 'index.js'), 'changed');
    expect(await kit.failure(folder, { locked: first.resolution })).toMatch(/^BACKLOT_E_INTEGRITY .*the folder/);
    expect(await readFromTarball((await kit.fetch(folder)).tarball, 'index.js')).toBe('changed');
  });

  it('has to be there, and to hold a package', async () => {
    const folder = temporaryDirectory({ 'bad/package.json': '{', 'unnamed/package.json': {}, 'x/package.json': {} });
    expect(await kit.failure(path.join(folder, 'unnmed'))).toMatch(
      /^BACKLOT_E_PACKAGE_NOT_FOUND .*there is no folder .* \(did you mean "unnamed"\?\)/,
    );
    expect(await kit.failure(folder)).toMatch(/^BACKLOT_E_PACKAGE_NOT_FOUND .*has no package\.json/);
    expect(await kit.failure(path.join(folder, 'bad'))).toMatch(/^BACKLOT_E_MANIFEST_INVALID .*not valid JSON/);
    expect(await kit.failure(path.join(folder, 'unnamed'))).toMatch(/no usable "name" and "version"/);
  });

  it('leaves nothing behind when packing it fails', async () => {
    const folder = temporaryDirectory(packageFiles('hello', '1.0.0'));
    const pack = (): Promise<void> => Promise.reject(new Error('no'));
    await expect(kit.fetch(folder, { pack })).rejects.toThrow('no');
    expect(readdirSync(kit.store)).toEqual([]);
  });
});

describe('the store', () => {
  it('that cannot be written to is named', async () => {
    const folder = temporaryDirectory(packageFiles('hello', '1.0.0'));
    const store = path.join(temporaryDirectory({ file: '' }), 'file', 'store');
    expect(await kit.failure(folder, { store })).toMatch(/^BACKLOT_E_VOLUME_NOT_WRITABLE .*cannot be written to/);
  });

  it('that is full is named', async () => {
    const folder = temporaryDirectory(packageFiles('hello', '1.0.0'));
    // A device that is always full.
    const pack = (): Promise<void> => writeFile('/dev/full', 'x');
    expect(await kit.failure(folder, { pack })).toMatch(/^BACKLOT_E_VOLUME_FULL [^]*to do: Make room/);
  });

  it('is read where it may not be written to', async () => {
    const url = host.give('/hello.tgz', hello);
    const first = await kit.fetch(url);
    chmodSync(kit.store, 0o555);
    expect(await kit.fetch(url, { locked: first.resolution })).toEqual(first);
    chmodSync(kit.store, 0o755);
  });
});

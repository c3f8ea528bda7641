import { fork, type ChildProcess, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-fs';
import { writeFiles } from './temporary-directory';

/** Who may do something: everybody, or those who are logged in. */
type Who = '$all' | '$authenticated';

export interface VerdaccioOptions {
  /** Who may read and publish the packages of a pattern (`@private/*`, `**`). */
  readonly packages?: Readonly<Record<string, { readonly access?: Who; readonly publish?: Who }>>;
  /** Whether packages that are not here are fetched from the registry that npm uses on this machine. */
  readonly uplink?: boolean;
}

/** What was published. */
export interface Published {
  readonly name: string;
  readonly version: string;
  /** `sha512-…` of the tarball. */
  readonly integrity: string;
}

/** Longer than this nothing here takes, on a machine with other things to do, in milliseconds. */
const START_LIMIT_MS = 30_000;

/** A file that the tarball of a package would not have either. */
const LEFT_OUT = /(?:^|\/)(?:node_modules|\.git)(?:\/|$)/;

/**
 * A real registry of npm packages, empty, on a free port of 127.0.0.1.
 *
 * Everybody may read and publish, except for `@private/*`, where only users may; `packages` says otherwise.
 */
export class Verdaccio implements AsyncDisposable {
  private constructor(
    private readonly process: ChildProcess,
    private readonly storage: string,
    /** Its address, with a slash at the end. */
    readonly url: string,
  ) {}

  static async start(options: VerdaccioOptions = {}): Promise<Verdaccio> {
    const storage = mkdtempSync(path.join(tmpdir(), 'backlot-verdaccio-'));
    const configuration = JSON.stringify(configurationFor(storage, options));
    const child = fork(path.join(__dirname, 'verdaccio-process.js'), [configuration], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { PATH: process.env.PATH, HOME: storage, NODE_ENV: 'production', NODE_NO_WARNINGS: '1' },
    });
    let stderr = '';
    child.stderr?.on('data', (text: Buffer) => (stderr += text.toString()));
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`Verdaccio ended with ${code}:\n${stderr}`);
    });
    const started = once(child, 'message', { signal: AbortSignal.timeout(START_LIMIT_MS) });
    // Whichever of the two comes second has nobody who waits for it.
    for (const each of [started, ended]) each.catch(() => undefined);
    try {
      const [message] = (await Promise.race([started, ended])) as [{ port: number }];
      return new Verdaccio(child, storage, `http://127.0.0.1:${message.port}/`);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  /** The address without `http:`, as it stands before `:_authToken` in an .npmrc. */
  get npmrcKey(): string {
    return this.url.slice('http:'.length);
  }

  /** Makes a user and gives a token for it. */
  async addUser(name: string, password: string): Promise<string> {
    const answer = await this.#send('PUT', `-/user/org.couchdb.user:${encodeURIComponent(name)}`, { name, password });
    return (answer as { token: string }).token;
  }

  /** Publishes a package: a folder, or its files as for {@link writeFiles}. The tarball has every file. */
  async publish(
    source: string | Readonly<Record<string, unknown>>,
    { token }: { token?: string } = {},
  ): Promise<Published> {
    const packed = await packPackage(source);
    const { name, version } = packed.manifest;
    const file = `${name}-${version}.tgz`;
    const dist = {
      integrity: packed.integrity,
      shasum: createHash('sha1').update(packed.tarball).digest('hex'),
      tarball: `${this.url}${name}/-/${path.basename(file)}`,
    };
    const body = {
      _id: name,
      name,
      'dist-tags': { [packed.manifest.publishConfig?.tag ?? 'latest']: version },
      versions: { [version]: { _id: `${name}@${version}`, ...packed.manifest, dist } },
      _attachments: {
        [file]: {
          content_type: 'application/octet-stream',
          data: packed.tarball.toString('base64'),
          length: packed.tarball.length,
        },
      },
    };
    await this.#send('PUT', name.replace('/', '%2f'), body, token);
    return { name, version, integrity: packed.integrity };
  }

  /** Stops it and removes all it has. */
  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = once(this.process, 'exit');
      this.process.kill('SIGKILL');
      await ended;
    }
    rmSync(this.storage, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #send(method: string, resource: string, body: object, token?: string): Promise<unknown> {
    const response = await fetch(this.url + resource, {
      method,
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`Verdaccio answered ${response.status} to ${method} ${resource}: ${text}`);
    return JSON.parse(text);
  }
}

function configurationFor(storage: string, { packages, uplink }: VerdaccioOptions): object {
  const rights = { '@private/*': { access: '$authenticated', publish: '$authenticated' }, ...packages };
  const byPattern = { ...rights, '**': { access: '$all', publish: '$all', ...packages?.['**'] } };
  const proxied = Object.entries<object>(byPattern).map(([pattern, right]): [string, object] => {
    const all = { access: '$all', publish: '$all', unpublish: '$all', ...right };
    return [pattern, uplink && !pattern.startsWith('@private') ? { ...all, proxy: 'machine' } : all];
  });
  return {
    storage: path.join(storage, 'packages'),
    // Where relative paths begin, and where Verdaccio keeps its secret.
    configPath: path.join(storage, 'config.yaml'),
    web: { enable: false },
    auth: { htpasswd: { file: path.join(storage, 'htpasswd'), max_users: 1000, algorithm: 'bcrypt', rounds: 4 } },
    uplinks: uplink ? { machine: { url: machineRegistry(), cache: true } } : {},
    packages: Object.fromEntries(proxied),
    max_body_size: '200mb',
    server: { keepAliveTimeout: 5 },
    userRateLimit: { windowMs: 1000, max: 10_000 },
    log: { type: 'stdout', format: 'json', level: 'fatal' },
  };
}

/** The registry that npm uses on this machine. */
function machineRegistry(): string {
  return execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8', cwd: tmpdir() }).trim();
}

interface PackedPackage {
  readonly manifest: {
    readonly name: string;
    readonly version: string;
    readonly publishConfig?: { readonly tag?: string };
  };
  readonly tarball: Buffer;
  readonly integrity: string;
}

/** The tarball of a package, as `npm pack` would make it, but of every file. */
export async function packPackage(source: string | Readonly<Record<string, unknown>>): Promise<PackedPackage> {
  const isFolder = typeof source === 'string';
  const folder = isFolder ? source : mkdtempSync(path.join(tmpdir(), 'backlot-pack-'));
  try {
    if (!isFolder) writeFiles(folder, source);
    const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as PackedPackage['manifest'];
    const files = pack(folder, {
      ignore: (file) => LEFT_OUT.test(path.relative(folder, file)),
      map: (header) => ({ ...header, name: path.posix.join('package', header.name), mtime: new Date(0) }),
    });
    const tarball = await buffer(files.pipe(createGzip()));
    return { manifest, tarball, integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}` };
  } finally {
    if (!isFolder) rmSync(folder, { recursive: true, force: true });
  }
}

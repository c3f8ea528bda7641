import { execFile, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { GIT_ENVIRONMENT } from './git-repository';

export interface GitHttpOptions {
  /** Only plain files, as a web server without git gives them. */
  readonly dumb?: boolean;
  /** Only the first version of the protocol, with which a server gives nothing but what a ref leads to. */
  readonly old?: boolean;
  /** `user:password` that every request has to bring. */
  readonly credentials?: string;
}

/** Serves the repositories below a folder over HTTP by git's own CGI program, `git http-backend`. */
export class GitHttpServer {
  /** The paths that were asked for. */
  readonly requests: string[] = [];
  readonly #server: Server;

  private constructor(
    private readonly root: string,
    private readonly options: GitHttpOptions,
  ) {
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error: Error) => response.writeHead(500).end(error.message));
    });
  }

  static async start(root: string, options: GitHttpOptions = {}): Promise<GitHttpServer> {
    const started = new GitHttpServer(root, options);
    await new Promise<void>((resolve) => started.#server.listen(0, '127.0.0.1', resolve));
    return started;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests.push(request.url ?? '');
    const { credentials, dumb } = this.options;
    const expected = credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`;
    if (expected !== undefined && request.headers.authorization !== expected) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    if (dumb) await this.#file(request, response);
    else await this.#backend(request, response);
  }

  async #file(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '', this.url);
    try {
      response.writeHead(200).end(await readFile(path.join(this.root, pathname)));
    } catch {
      response.writeHead(404).end();
    }
  }

  async #backend(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
    const { pathname, search } = new URL(request.url ?? '', this.url);
    const version = this.options.old ? undefined : request.headers['git-protocol'];
    const backend = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env.PATH,
        ...GIT_ENVIRONMENT,
        GIT_PROJECT_ROOT: this.root,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: pathname,
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        CONTENT_LENGTH: String(body.length),
        ...(typeof version === 'string' ? { GIT_PROTOCOL: version } : {}),
      },
    });
    backend.stdin.on('error', () => undefined).end(body);
    const output: Buffer[] = [];
    for await (const chunk of backend.stdout) output.push(chunk as Buffer);
    answer(Buffer.concat(output), response);
  }
}

/** What a dumb server needs beside the repository. `directory` is the `.git` folder. */
export async function prepareForDumbHttp(directory: string): Promise<void> {
  await promisify(execFile)('git', ['update-server-info'], { cwd: directory });
}

/** A CGI program writes its headers, a blank line, and the body. */
function answer(output: Buffer, response: ServerResponse): void {
  const end = output.indexOf('\r\n\r\n');
  let status = 200;
  for (const line of output.subarray(0, end).toString('latin1').split('\r\n')) {
    const [, name = '', value = ''] = /^([^:]+): *(.*)$/.exec(line) ?? [];
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else if (name !== '') response.setHeader(name, value);
  }
  response.writeHead(status).end(output.subarray(end + 4));
}

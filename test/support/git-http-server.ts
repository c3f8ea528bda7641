import { execFileSync, spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

/** Serves every git repository below a folder by git's own smart HTTP (gitprotocol-http), with its `git http-backend`. */
export class GitHttpServer implements AsyncDisposable {
  /** The requests so far, as `METHOD /path`. */
  readonly requests: string[] = [];
  readonly #server = createServer((request, response) => this.#answer(request, response));

  private constructor(private readonly root: string) {}

  static async start(root: string): Promise<GitHttpServer> {
    const server = new GitHttpServer(root);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.requests.push(`${request.method} ${request.url}`);
    const { pathname, search } = new URL(request.url ?? '/', this.url);
    const core = execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim();
    const backend = spawn(path.join(core, 'git-http-backend'), {
      env: {
        ...process.env,
        GIT_PROJECT_ROOT: this.root,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: pathname,
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: request.headers['git-protocol']?.toString() ?? '',
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    request.pipe(backend.stdin);
    const chunks: Buffer[] = [];
    backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    backend.on('close', () => {
      // CGI (RFC 3875): headers, an empty line, the body; the status is a header.
      const whole = Buffer.concat(chunks);
      const end = whole.indexOf('\r\n\r\n');
      let status = 200;
      for (const line of whole.subarray(0, end).toString('latin1').split('\r\n')) {
        const [name = '', value = ''] = line.split(/:\s*(.*)/s);
        if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
        else response.setHeader(name, value);
      }
      response.writeHead(status).end(whole.subarray(end + 4));
    });
  }
}

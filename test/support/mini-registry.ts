import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A package that the registry has: its package.json and the path of its tarball. */
export interface RegistryPackage {
  readonly manifest: { readonly name: string; readonly version: string };
  readonly tarball: string;
}

/** A registry of npm packages with what installing needs, and nothing else. */
export class MiniRegistry implements AsyncDisposable {
  /** The requests so far, as `METHOD /path`. */
  readonly requests: string[] = [];
  /** When set, requests without this token are refused. */
  token: string | undefined;
  readonly #packages: RegistryPackage[] = [];
  readonly #server = createServer((request, response) => {
    this.requests.push(`${request.method} ${request.url}`);
    const answer = (status: number, body: string | Buffer): void => void response.writeHead(status).end(body);
    if (this.token !== undefined && request.headers.authorization !== `Bearer ${this.token}`) {
      return answer(401, '{"error":"who are you?"}');
    }
    const [, name = '', file] = decodeURIComponent(request.url ?? '').split(/^\/((?:@[^/]+\/)?[^/]+)(?:\/-\/)?/);
    const versions = this.#packages.filter(({ manifest }) => manifest.name === name);
    if (versions.length === 0) return answer(404, '{"error":"not found"}');
    if (!file) return answer(200, JSON.stringify(this.#packument(name, versions)));
    const found = versions.find(({ manifest }) => file === `${manifest.version}.tgz`);
    return found ? answer(200, readFileSync(found.tarball)) : answer(404, '{}');
  });

  static async start(): Promise<MiniRegistry> {
    const registry = new MiniRegistry();
    await new Promise<void>((resolve) => registry.#server.listen(0, '127.0.0.1', resolve));
    return registry;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  publish(published: RegistryPackage): void {
    this.#packages.push(published);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #packument(name: string, packages: readonly RegistryPackage[]): object {
    const versions = packages.map(({ manifest, tarball }) => {
      const integrity = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
      const dist = { tarball: `${this.url}${name}/-/${manifest.version}.tgz`, integrity };
      return [manifest.version, { ...manifest, dist }] as const;
    });
    return { name, 'dist-tags': { latest: versions.at(-1)?.[0] }, versions: Object.fromEntries(versions) };
  }
}

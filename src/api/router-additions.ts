import { request as requestTo } from 'node:http';
import { pipeline } from 'node:stream';
import type { Protocol, Route, Router } from './gateway';
import type { Sockets } from './resources';

/** Passes what is at and below a path on to the server whose URL a function gives. */
export function proxyTo(router: Router, path: string, target: () => string): Route {
  return router.mount(path, (request, response, next) => {
    const { method, headers, url } = request;
    const outgoing = requestTo(new URL(url, target()), { method, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
      pipeline(answer, response, () => undefined);
    });
    outgoing.on('error', next);
    response.on('close', () => outgoing.destroy());
    request.pipe(outgoing);
  });
}

/** Speaks a protocol of a server, whose address a function gives, on the gateway's port. */
export function speakProtocol(
  router: Router,
  { name, detect, address }: Pick<Protocol, 'name' | 'detect'> & { readonly address: () => string },
  sockets: Sockets,
): void {
  router.protocol({
    name,
    detect,
    handle: (client) => {
      // A client may have said all, and still wait for the answer.
      client.allowHalfOpen = true;
      const { hostname, port } = new URL(`tcp://${address()}`);
      const server = sockets.connect({
        host: hostname.replace(/^\[|\]$/g, ''),
        port: Number(port),
        allowHalfOpen: true,
      });
      const end = (): void => {
        client.destroy();
        server.destroy();
      };
      client.on('error', end);
      server.on('error', end);
      client.pipe(server).pipe(client);
    },
  });
}

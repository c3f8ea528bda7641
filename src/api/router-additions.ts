import { request as requestTo } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { BacklotError } from './errors';
import type { Route, Router } from './gateway';
import type { Sockets } from './resources';

interface RouterWithProxy extends Router {
  proxy?: (path: string, target: () => string) => Route;
  protocol?: (protocol: {
    name: string;
    detect: (bytes: Buffer) => boolean | undefined;
    handle: (socket: Socket) => unknown;
  }) => unknown;
}

/** Passes what is at and below a path on to the server whose URL a function gives. */
export function proxyTo(router: RouterWithProxy, path: string, target: () => string): Route {
  if (router.proxy) return router.proxy(path, target);
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

/** Speaks a protocol of a server on the gateway's port. */
export function speakProtocol(
  router: RouterWithProxy,
  { name, detect, address }: { name: string; detect: (bytes: Buffer) => boolean | undefined; address: () => string },
  sockets: Sockets,
): void {
  if (!router.protocol) {
    throw new BacklotError('BACKLOT_E_ROUTE_INVALID', `this gateway cannot speak ${name}: it knows no raw protocols`);
  }
  router.protocol({
    name,
    detect,
    handle: (client) => {
      const { hostname, port } = new URL(`tcp://${address()}`);
      const server = sockets.connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) });
      pipeline(client, server, () => undefined);
      pipeline(server, client, () => undefined);
    },
  });
}

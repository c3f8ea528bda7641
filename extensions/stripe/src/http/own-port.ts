/** Serves the extension on a port of its own, for clients that cannot have a path before `/v1`. */
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** A server that hands each request on to the platform, below a path; sandboxes and everything else work as there. */
export function ownPortServer(target: URL): Server {
  const server = createServer((incoming, response) => {
    const onward = handOn(target, incoming, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
    });
    onward.on('error', (error) => fail(response, error));
    incoming.pipe(onward);
  });
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    const onward = handOn(target, incoming, (answer) => {
      socket.end(`HTTP/1.1 ${answer.statusCode ?? 502} ${answer.statusMessage ?? ''}\r\nconnection: close\r\n\r\n`);
      answer.resume();
    });
    onward.on('upgrade', (answer: IncomingMessage, other: Duplex, first: Buffer) => {
      const { rawHeaders } = answer;
      const lines = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}`] : []));
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
      other.write(head);
      socket.write(first);
      socket.pipe(other).pipe(socket);
      for (const [end, far] of [
        [socket, other],
        [other, socket],
      ] as const) {
        end.on('error', () => far.destroy());
      }
    });
    onward.on('error', () => socket.destroy());
    onward.end();
  });
  return server;
}

function handOn(target: URL, incoming: IncomingMessage, answered: (answer: IncomingMessage) => void) {
  return request(
    {
      host: target.hostname,
      port: target.port,
      method: incoming.method,
      path: pathOf(target, incoming.url ?? '/'),
      headers: incoming.headers,
      setHost: false,
    },
    answered,
  );
}

/** The addresses of pages already are below the path: the platform gives them as it was asked. */
function pathOf(target: URL, url: string): string {
  const base = target.pathname.replace(/\/$/, '');
  return url.startsWith(`${base}/`) ? url : base + url;
}

function fail(response: ServerResponse, error: Error): void {
  if (response.headersSent) response.destroy(error);
  else response.writeHead(502, { 'content-type': 'text/plain' }).end(`the platform did not answer: ${error.message}\n`);
}

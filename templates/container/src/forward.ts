import { request as send, type IncomingMessage, type ServerResponse } from 'node:http';

/** Hands a request to another server and its answer back, both piece by piece. 502 when the server does not answer. */
export function forwardTo(
  server: { readonly host: string; readonly port: number },
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const outgoing = send(
    { host: server.host, port: server.port, method: request.method, path: request.url, headers: request.headers },
    (incoming) => {
      response.writeHead(incoming.statusCode ?? 502, incoming.headers);
      incoming.pipe(response);
    },
  );
  outgoing.on('error', (error) => {
    if (response.headersSent) response.destroy(error);
    else response.writeHead(502).end(`the server did not answer: ${error.message}`);
  });
  response.on('close', () => outgoing.destroy());
  request.pipe(outgoing);
}

import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/**
 * Lets a server answer `Expect: 100-continue` when somebody begins to read the body, and not before: who answers
 * without reading it spares the client to send it. Any other expectation is a 417, by Node itself.
 */
export function continueLazily(server: Server): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    continueWhenRead(request, response);
    server.emit('request', request, response);
  });
}

/** The same for one request. */
export function continueWhenRead(request: IncomingMessage, response: ServerResponse): void {
  const read = request._read.bind(request);
  request._read = (size) => {
    request._read = read;
    // After a final answer the rest of the request is read, too, but only to be thrown away.
    if (!response.headersSent && !response.destroyed) response.writeContinue();
    read(size);
  };
}

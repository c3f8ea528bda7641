/** Serves requests in batches: all that have come by then, one after another. */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { hold, release } from './request-body/set-aside';

type Arrived = readonly [request: IncomingMessage, response: ServerResponse];

/** Set on a connection by its first request. */
const KEPT = Symbol('backlot.kept');

type Connection = Socket & { [KEPT]?: true };

/** Whether a server goes on to answer a client that has closed its end; Node looks at it when that happens. */
interface HalfOpen {
  httpAllowHalfOpen: boolean;
}

/**
 * A listener that hands on what comes once everything has been read that is there to be read. To read and to serve by turns costs a
 * third more: the code of the one drives that of the other out of the caches of the processor.
 *
 * The first request of a connection is handed on at once, and so is one that says that it is the last: most clients that close their
 * end right behind a request send no other.
 */
export function inBatches(http: Server, serve: RequestListener): RequestListener {
  let waiting: Arrived[] = [];

  const serveAll = (): void => {
    const batch = waiting;
    waiting = [];
    for (const [request, response] of batch) {
      // The client went away meanwhile.
      if (response.destroyed) continue;
      serve(request, response);
      release(request);
    }
  };

  // Who closes its end while a request waits here is answered all the same, as it would have been without the wait.
  http.on('connection', (socket: Socket) => {
    const halfOpen = http as unknown as HalfOpen;
    const usual = halfOpen.httpAllowHalfOpen;
    socket.prependListener('end', () => {
      if (waiting.some(([request]) => request.socket === socket)) halfOpen.httpAllowHalfOpen = true;
    });
    socket.on('end', () => (halfOpen.httpAllowHalfOpen = usual));
  });

  return (request, response) => {
    const connection = request.socket as Connection;
    if (connection[KEPT] === undefined || !response.shouldKeepAlive) {
      connection[KEPT] = true;
      return serve(request, response);
    }
    hold(request);
    if (waiting.push([request, response]) === 1) setImmediate(serveAll);
  };
}

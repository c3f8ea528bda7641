/** What becomes of a connection whose request is answered before its body was read to the end. */
import type { Socket } from 'node:net';
import type { GatewayRequest, GatewayResponse } from '../api/gateway';

/** A refused body up to this size is thrown away for the sake of the connection; for a larger one it is closed. */
const WORTH_READING = 65_536;
/** How often it is looked whether the client still sends, in milliseconds. */
const LOOK_MS = 1_000;
/** After so many looks at which nothing had come, and in all, the connection is cut. */
const MOST_IDLE_LOOKS = 3;
const MOST_LOOKS = 30;

/** True for a request whose body, as far as its headers say that there is one, has not come to its end yet. */
export function isIncomplete(request: GatewayRequest): boolean {
  if (request.complete || request.httpVersionMajor > 1) return false;
  const { headers } = request;
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/**
 * Sees to it, before the head of the answer goes out, that the answer of an incomplete request arrives. To close a
 * connection on which the client still sends would reset it, and the client might lose the answer; not to read would
 * let both wait for ever. So what still comes when the answer is out is thrown away for a while.
 */
export function outliveUnread(request: GatewayRequest, response: GatewayResponse): void {
  const { socket } = request;
  if (response.statusCode >= 400 && !(Number(request.headers['content-length']) <= WORTH_READING)) {
    response.setHeader('connection', 'close');
  }
  // Node calls this for an answer that is the last of its connection, just before 'finish' gets here.
  let last = false;
  socket.destroySoon = () => (last = true);
  response.once('close', () => Reflect.deleteProperty(socket, 'destroySoon'));
  response.once('finish', () => {
    Reflect.deleteProperty(socket, 'destroySoon');
    if (request.complete) {
      if (last) socket.destroySoon();
      return;
    }
    // The client sees the end of the answers, and may still send.
    if (last) socket.end();
    request.once('end', () => {
      if (last) socket.destroySoon();
    });
    watch(request, socket, discard(request) ? MOST_LOOKS : Infinity);
  });
}

/** Throws away what nobody reads of a request whose answer is out; false when somebody does read it. */
export function discard(request: GatewayRequest): boolean {
  if (request.listenerCount('data') + request.listenerCount('readable') > 0) return false;
  request.resume();
  return true;
}

/** Cuts the connection when the client has stopped to send, or sends on and on. */
function watch(request: GatewayRequest, socket: Socket, mostLooks: number): void {
  let seen = socket.bytesRead;
  let looks = 0;
  let idle = 0;
  const timer = setInterval(() => {
    idle = socket.bytesRead === seen ? idle + 1 : 0;
    seen = socket.bytesRead;
    if (++looks >= mostLooks || idle >= MOST_IDLE_LOOKS) socket.destroy();
  }, LOOK_MS);
  const stop = (): void => clearInterval(timer);
  timer.unref();
  request.once('end', stop);
  socket.once('close', stop);
}

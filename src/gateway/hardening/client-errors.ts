/** What becomes of a connection on which something came that is not a request. */
import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** How long what a client still sends is thrown away, so that it gets to read the answer, in milliseconds. */
const LINGER_MS = 1_000;

/** The statuses of Node’s errors that mean something else than a request that cannot be understood. */
const STATUS: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** What is told with some statuses. */
export const EXPLANATIONS = {
  431: 'the line and the headers of the request are too large; BACKLOT_MAX_HEADER_SIZE is the limit in bytes',
  413: 'the extensions of a chunk of the body are too large',
  408: 'the request did not come in time; BACKLOT_HEADERS_TIMEOUT is the limit in seconds',
} as const;

/** An error of Node’s HTTP parser. */
interface ClientError extends NodeJS.ErrnoException {
  readonly reason?: string;
}

/** Node keeps the response there that is the next to go out on a connection; it has no public name. */
interface Connection extends Duplex {
  readonly _httpMessage?: (ServerResponse & { readonly req: IncomingMessage }) | null;
}

/**
 * Lets a server answer what it cannot understand with a 400, 408, 413 or 431 in JSON, and then close the connection. Requests
 * before it on the same connection get their answers first. A CONNECT is a 405.
 */
export function answerClientErrors(server: Server): void {
  const answered = new WeakSet<Duplex>();
  server.on('clientError', (error: ClientError, socket: Connection) => {
    // More of the same follows from what the client goes on to send.
    if (answered.has(socket)) return;
    answered.add(socket);
    if (!socket.writable || error.code === 'ECONNRESET' || error.code === 'EPIPE') return void socket.destroy();
    const status = STATUS[error.code ?? ''] ?? 400;
    answerInTurn(
      socket,
      status,
      EXPLANATIONS[status as keyof typeof EXPLANATIONS] ??
        `the request is not valid HTTP: ${error.reason ?? error.message}`,
    );
  });
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    socket.on('error', () => undefined);
    sendLast(socket, 405, 'there is no proxy here: CONNECT leads nowhere');
  });
}

/** The body of an answer that no handler gives. */
export function refusal(message: string): string {
  return JSON.stringify({ error: { message } });
}

function answerInTurn(socket: Connection, status: number, message: string): void {
  const pending = socket._httpMessage;
  if (!pending) return sendLast(socket, status, message);
  // A request that is whole is not at fault; what came behind it is.
  if (pending.req.complete) {
    pending.once('close', () => answerInTurn(socket, status, message));
    return;
  }
  if (pending.headersSent) return void socket.destroy();
  // Whoever reads the body of this request learns by the end of the connection that its client is gone.
  sendLast(socket, status, message);
}

function sendLast(socket: Duplex, status: number, message: string): void {
  if (!socket.writable) return void socket.destroy();
  const body = refusal(message);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.resume();
  destroyLater(socket);
}

/** To close a connection on which the client still sends would reset it, and the answer might get lost. */
function destroyLater(socket: Duplex): void {
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('end', () => socket.destroy());
  socket.once('close', () => clearTimeout(timer));
}

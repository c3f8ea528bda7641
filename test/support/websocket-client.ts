import type { IncomingMessage } from 'node:http';
import { WebSocket, type ClientOptions } from 'ws';

/** A client of a WebSocket that remembers what it was told. */
export interface WebSocketClient {
  readonly socket: WebSocket;
  /** The answer that opened it. */
  readonly answer: IncomingMessage;
  /** The next message that has not been read yet: text, or bytes. */
  next(): Promise<string | Buffer>;
  /** How the socket was closed; waits for that. */
  closed(): Promise<{ code: number; reason: string }>;
}

const opened: WebSocket[] = [];

/** Opens a WebSocket on a port of this machine. Rejects with a {@link RefusedUpgrade} when the answer is not a 101. */
export async function openWebSocket(
  port: number,
  path: string,
  options: ClientOptions & { readonly protocols?: string[]; readonly secure?: boolean } = {},
): Promise<WebSocketClient> {
  const { protocols = [], secure = false, ...rest } = options;
  const origin = secure ? 'wss://localhost' : 'ws://127.0.0.1';
  const socket = new WebSocket(`${origin}:${port}${path}`, protocols, rest);
  opened.push(socket);
  const messages: (string | Buffer)[] = [];
  const waiting: ((message: string | Buffer) => void)[] = [];
  socket.on('message', (data: Buffer, isBinary) => {
    const message = isBinary ? data : data.toString();
    const reader = waiting.shift();
    if (reader) reader(message);
    else messages.push(message);
  });
  const closing = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    // It is open as soon as the listeners to its answer have run.
    socket.once('upgrade', resolve);
    socket.once('error', reject);
    socket.once('unexpected-response', (_request, refusal: IncomingMessage) => {
      void readRefusal(refusal).then(reject, reject);
    });
  });
  socket.on('error', () => undefined);
  return {
    socket,
    answer,
    next: async () => messages.shift() ?? new Promise((resolve) => waiting.push(resolve)),
    closed: () => closing,
  };
}

/** An HTTP answer in the place of a WebSocket. */
export class RefusedUpgrade extends Error {
  constructor(
    readonly status: number,
    readonly headers: IncomingMessage['headers'],
    readonly body: string,
  ) {
    super(`the upgrade was answered with ${status}: ${body}`);
  }
}

/** What a client is told in the place of a WebSocket. */
export async function refusalOf(opening: Promise<WebSocketClient>): Promise<RefusedUpgrade> {
  const outcome = await opening.catch((error: unknown) => error);
  if (outcome instanceof RefusedUpgrade) return outcome;
  throw new Error('the upgrade was not refused', { cause: outcome });
}

async function readRefusal(refusal: IncomingMessage): Promise<RefusedUpgrade> {
  let body = '';
  for await (const chunk of refusal.setEncoding('utf8')) body += chunk;
  return new RefusedUpgrade(refusal.statusCode ?? 0, refusal.headers, body);
}

afterEach(() => {
  for (const socket of opened.splice(0)) socket.terminate();
});

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface LoadOptions {
  readonly port: number;
  readonly requests: number;
  readonly connections: number;
  /** How many of a hundred requests are given up by their client. */
  readonly aborted: number;
  /** The extensions that are asked in turn. */
  readonly extensions: readonly string[];
}

export interface LoadOutcome {
  readonly answered: number;
  readonly aborted: number;
}

const BODY = 'x'.repeat(1_024);

/** Sends requests one after the other on each of many connections that are kept alive. Throws when one is not answered by a 200. */
export async function load({ requests, connections, ...options }: LoadOptions): Promise<LoadOutcome> {
  const left = { count: requests };
  const outcomes = await Promise.all(Array.from({ length: connections }, () => sendInTurn(left, options)));
  return {
    answered: outcomes.reduce((sum, { answered }) => sum + answered, 0),
    aborted: outcomes.reduce((sum, { aborted }) => sum + aborted, 0),
  };
}

async function sendInTurn(
  left: { count: number },
  options: Pick<LoadOptions, 'port' | 'aborted' | 'extensions'>,
): Promise<LoadOutcome> {
  let [answered, aborted] = [0, 0];
  let connection = await Connection.open(options.port);
  while (left.count > 0) {
    const number = left.count--;
    const request = requestOf(number, options.extensions);
    // Spread evenly: every hundredth, for one in a hundred.
    if ((number * options.aborted) % 100 < options.aborted) {
      // Some are given up within the request, some while the answer is made.
      connection.abort(number % 2 === 0 ? request : request.slice(0, -10));
      connection = await Connection.open(options.port);
      aborted++;
    } else {
      await connection.send(request);
      answered++;
    }
  }
  connection.abort('');
  return { answered, aborted };
}

/** One in ten has a body. */
function requestOf(number: number, extensions: readonly string[]): string {
  const extension = extensions[number % extensions.length] ?? '';
  if (number % 10 !== 0) return `GET /${extension}/${number} HTTP/1.1\r\nhost: localhost\r\n\r\n`;
  return `POST /${extension}/echo HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;
}

class Connection {
  #received = '';
  #waiting: { resolve: () => void; reject: (error: Error) => void } | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('latin1').on('data', (text: string) => this.#read(text));
    socket.on('error', () => undefined);
    socket.once('close', () => this.#waiting?.reject(new Error('a connection was closed before the answer')));
  }

  static async open(port: number): Promise<Connection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new Connection(socket);
  }

  send(request: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.socket.write(request);
    });
  }

  abort(begun: string): void {
    this.#waiting = undefined;
    this.socket.write(begun, () => this.socket.destroy());
  }

  #read(text: string): void {
    this.#received += text;
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(this.#received)?.[1]);
    if (this.#received.length < end + 4 + length) return;
    const isGood = this.#received.startsWith('HTTP/1.1 200 ');
    const [line = ''] = this.#received.split('\r\n', 1);
    this.#received = '';
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (isGood) waiting?.resolve();
    else waiting?.reject(new Error(`a request was answered by ${line}`));
  }
}

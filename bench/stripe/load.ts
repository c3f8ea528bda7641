/**
 * The client of the bench, a process of its own: connections that each send their next request when they have the answer to the
 * last. It must cost less than any server does, so it speaks over bare sockets. It checks that each answer is 200, and reads
 * no more of it than its length and the identifier of what was made.
 */
import { connect, type Socket } from 'node:net';

/** What a server is asked: to make customers, or, where `ids` are given, for these customers. */
export interface LoadOrder {
  readonly port: number;
  /** The path of customers: `/v1/customers`. */
  readonly path: string;
  readonly ids?: readonly string[];
  readonly connections: number;
  readonly seconds: number;
}

export interface LoadResult {
  readonly requests: number;
  /** The time in which they were answered. */
  readonly seconds: number;
  /** The customers that were made or read, in the order of the answers. */
  readonly ids: readonly string[];
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH = /\r\ncontent-length: *(\d+)/i;
const ID = /"id": ?"(cus_\w+)"/;

/** The request of a turn, as one piece. */
function requestOf({ path, ids }: LoadOrder, turn: number): string {
  const head = 'Host: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: */*\r\nAuthorization: Bearer sk_test_bench\r\n';
  if (ids) return `GET ${path}/${ids[turn % ids.length]!} HTTP/1.1\r\n${head}\r\n`;
  const form = `email=user${turn}%40example.com&name=User+${turn}`;
  const about = `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${form.length}\r\n`;
  return `POST ${path} HTTP/1.1\r\n${head}${about}\r\n${form}`;
}

function load(order: LoadOrder): Promise<LoadResult> {
  const { port, ids: wanted, connections, seconds } = order;
  return new Promise((resolve, reject) => {
    const ids: string[] = [];
    let turns = 0;
    let open = connections;
    let last = 0;
    // It never sleeps: to wake it would cost the slower servers time, at every answer, and the faster ones none.
    let awake = setImmediate(function again() {
      awake = setImmediate(again);
    });
    const began = performance.now();
    const stop = began + seconds * 1000;
    const fail = (what: Error): void => {
      clearImmediate(awake);
      reject(what);
    };
    const closed = (): void => {
      if (--open > 0) return;
      clearImmediate(awake);
      if (performance.now() < stop) return reject(new Error('the server has closed the connections'));
      resolve({ requests: ids.length, seconds: (last - began) / 1000, ids });
    };
    for (let index = 0; index < connections; index++) {
      let turn = 0;
      let pending = Buffer.alloc(0);
      const send = (): void => {
        turn = turns++;
        socket.write(requestOf(order, turn), 'latin1');
      };
      const take = (length: number, bytes: Uint8Array): boolean => {
        const piece = Buffer.from(bytes.buffer, bytes.byteOffset, length);
        const answer = pending.length === 0 ? piece : Buffer.concat([pending, piece]);
        const headEnd = answer.indexOf(HEAD_END);
        const head = headEnd < 0 ? '' : answer.toString('latin1', 0, headEnd);
        const bodyLength = Number(LENGTH.exec(head)?.[1]);
        if (headEnd >= 0 && (!head.startsWith('HTTP/1.1 200 ') || Number.isNaN(bodyLength))) {
          socket.destroy();
          fail(new Error(`an answer is not 200, or does not say its length: ${answer.toString()}`));
          return false;
        }
        const missing = headEnd < 0 ? 1 : headEnd + HEAD_END.length + bodyLength - answer.length;
        if (missing > 0) {
          pending = Buffer.from(answer);
          return true;
        }
        pending = Buffer.alloc(0);
        const id = ID.exec(answer.toString('latin1', headEnd))?.[1];
        if (missing < 0 || id === undefined || (wanted && id !== wanted[turn % wanted.length])) {
          socket.destroy();
          fail(new Error(`an answer is not that of the request: ${answer.toString()}`));
          return false;
        }
        ids.push(id);
        last = performance.now();
        if (last > stop) socket.end();
        else send();
        return true;
      };
      const buffer = Buffer.alloc(16 * 1024);
      const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback: take } });
      socket.once('connect', send).once('error', fail).once('close', closed);
    }
  });
}

process.on('message', (order: LoadOrder) => {
  load(order).then(
    (result) => process.send?.({ result }),
    (error: Error) => process.send?.({ error: error.message }),
  );
});

/**
 * The client of the bench, a process of its own: 64 connections, each of which sends its next request when it has the answer
 * to the last. It must cost less than any server does, so it parses nothing: all answers of a server are of one length, and
 * their bodies are compared once, before.
 */
import { connect, type Socket } from 'node:net';
import { CONNECTIONS, targets } from './workload';

export interface LoadOrder {
  readonly port: number;
  /** How many bytes each answer has, with its head. */
  readonly answerLength: number;
  readonly seconds: number;
}

export interface LoadResult {
  readonly requests: number;
  /** The time in which they were answered. */
  readonly seconds: number;
  /** In milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

const requests = targets().map(({ host, path }) => {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n`);
});

const MOST = 1_000_000;
const latencies = new Float64Array(MOST);
/** `HTTP/1.1 200`: where the first digit of the status is, and what it is. */
const STATUS_AT = 9;
const DIGIT_2 = 50;

function load({ port, answerLength, seconds }: LoadOrder): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    let open = CONNECTIONS;
    let answered = 0;
    let last = 0;
    // It never sleeps: to wake it would cost the slower servers time, at every answer, and the faster ones none.
    let awake = setImmediate(function again() {
      awake = setImmediate(again);
    });
    const began = performance.now();
    const stop = began + seconds * 1000;
    const closed = (): void => {
      if (--open > 0) return;
      clearImmediate(awake);
      if (performance.now() < stop) return reject(new Error('the server has closed the connections'));
      const sorted = latencies.subarray(0, answered).sort();
      const at = (share: number): number => sorted[Math.floor(answered * share)] ?? NaN;
      resolve({ requests: answered, seconds: (last - began) / 1000, p50: at(0.5), p99: at(0.99) });
    };
    for (let index = 0; index < CONNECTIONS; index++) {
      let next = index * 3;
      let missing = answerLength;
      let sent = began;
      const take = (length: number, bytes: Uint8Array): boolean => {
        if (missing === answerLength && bytes[STATUS_AT] !== DIGIT_2) fail('an answer is not 200');
        missing -= length;
        if (missing > 0) return true;
        if (missing < 0) fail('an answer has another length than the first');
        const now = performance.now();
        latencies[answered++] = now - sent;
        last = now;
        if (now > stop || answered === MOST) socket.end();
        else send();
        return true;
      };
      const buffer = Buffer.alloc(16 * 1024);
      const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback: take } });
      const send = (): void => {
        missing = answerLength;
        sent = performance.now();
        socket.write(requests[next++ % requests.length]!);
      };
      const fail = (what: string): void => {
        socket.destroy();
        reject(new Error(what));
      };
      socket.once('connect', send).once('error', reject).once('close', closed);
    }
  });
}

process.on('message', (order: LoadOrder) => {
  load(order).then(
    (result) => process.send?.({ result }),
    (error: Error) => process.send?.({ error: error.message }),
  );
});

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A gateway with an echo route in a process of its own. */
export interface EchoProcess {
  readonly port: number;
  /** Remembers how much memory the process has. */
  begin(): Promise<void>;
  /** By how many bytes its memory was larger, at most, than when it began. */
  extraMemory(): Promise<number>;
  close(): Promise<void>;
}

export async function startEcho(): Promise<EchoProcess> {
  const child = fork(join(__dirname, 'echo-driver.js'), { execArgv: [] });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const ask = async (question: string): Promise<{ before: number; peak: number }> => {
    const answer = once(child, 'message');
    child.send(question);
    return ((await answer) as [{ before: number; peak: number }])[0];
  };
  return {
    port,
    begin: async () => void (await ask('begin')),
    extraMemory: async () => {
      const { before, peak } = await ask('how much');
      return peak - before;
    },
    close: async () => {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

export interface StreamOptions {
  readonly bytes: number;
  /** For how many milliseconds nothing of the answer is read, after its first byte. */
  readonly stall: number;
}

/**
 * Sends so many bytes through an echo on a bare connection and reads them back. Gives how many came back, with the
 * head and the framing, and how many were sent when the reader had stalled for the time given.
 */
export async function streamThrough(port: number, options: StreamOptions): Promise<{ received: number; held: number }> {
  const { bytes, stall } = options;
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const piece = Buffer.alloc(65_536, 'x');
  let sent = 0;
  let received = 0;
  let held = 0;
  let last = '';
  const closed = once(socket, 'close');
  socket.once('data', () => {
    socket.pause();
    void delay(stall).then(() => {
      held = sent - socket.writableLength;
      socket.resume();
    });
  });
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length;
    last = chunk.toString('latin1', Math.max(0, chunk.length - 5));
  });
  socket.write(`POST /echo HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: ${bytes}\r\n\r\n`);
  while (sent < bytes) {
    const next = piece.subarray(0, Math.min(piece.length, bytes - sent));
    sent += next.length;
    if (!socket.write(next)) await once(socket, 'drain');
  }
  await closed;
  if (last !== '0\r\n\r\n') throw new Error(`the answer ends with ${JSON.stringify(last)}`);
  return { received, held };
}

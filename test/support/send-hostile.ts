import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls, TLSSocket } from 'node:tls';
import type { HostileRequest, Step } from './hostile-requests';

/** How long a connection may stay open after the last step, in milliseconds. */
const LIMIT = 8_000;

/** What came of a request: the statuses of the final answers, or that the connection stayed open. */
export type Outcome = readonly number[] | 'it stayed open';

/** Sends a request on a connection of its own, and waits for its end. */
export function sendHostile(port: number, { steps }: HostileRequest): Promise<Outcome> {
  return sendOn(connect({ port, host: '127.0.0.1', allowHalfOpen: true }), 'connect', steps);
}

/** The same over TLS. */
export function sendHostileOverTls(port: number, { steps }: HostileRequest): Promise<Outcome> {
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] });
  return sendOn(socket, 'secureConnect', steps);
}

/** Does what a client does, as long as its connection is open. */
export async function takeSteps(socket: Socket, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if (socket.readyState === 'closed') break;
    if (typeof step === 'string' || Buffer.isBuffer(step)) socket.write(step);
    else if ('wait' in step) await delay(step.wait);
    else if (step.leave === 'end') socket.end();
    else if (socket instanceof TLSSocket) socket.destroy();
    else socket.resetAndDestroy();
  }
}

async function sendOn(socket: Socket, connected: string, steps: readonly Step[]): Promise<Outcome> {
  let received = '';
  socket.setEncoding('latin1').on('data', (text: string) => (received += text));
  // The server may close, or reset, at any time: what counts is that it does, and what it said.
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
    socket.once('end', () => socket.end());
  });
  await new Promise<void>((resolve) => socket.once(connected, resolve));
  await takeSteps(socket, steps);
  const timeout = new AbortController();
  const isOpen = await Promise.race([
    closed.then(() => false),
    delay(LIMIT, true, { signal: timeout.signal }).catch(() => true),
  ]);
  timeout.abort();
  socket.destroy();
  return isOpen
    ? 'it stayed open'
    : [...received.matchAll(/HTTP\/1\.1 (101|[2-5]\d\d) /g)].map(([, status]) => Number(status));
}

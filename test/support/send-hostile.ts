import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { HostileRequest } from './hostile-requests';

/** How long a connection may stay open after the last step, in milliseconds. */
const LIMIT = 8_000;

/** What came of a request: the statuses of the answers, or that the connection stayed open. */
export type Outcome = readonly number[] | 'it stayed open';

/** Sends a request on a connection of its own, and waits for its end. */
export async function sendHostile(port: number, { steps }: HostileRequest): Promise<Outcome> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let received = '';
  socket.setEncoding('latin1').on('data', (text: string) => (received += text));
  // The server may close, or reset, at any time: what counts is that it does, and what it said.
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
    socket.once('end', () => socket.end());
  });
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  for (const step of steps) {
    if (socket.readyState === 'closed') break;
    if (typeof step === 'string' || Buffer.isBuffer(step)) socket.write(step);
    else if ('wait' in step) await delay(step.wait);
    else if (step.leave === 'end') socket.end();
    else socket.resetAndDestroy();
  }
  const timeout = new AbortController();
  const isOpen = await Promise.race([
    closed.then(() => false),
    delay(LIMIT, true, { signal: timeout.signal }).catch(() => true),
  ]);
  timeout.abort();
  socket.destroy();
  return isOpen ? 'it stayed open' : [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

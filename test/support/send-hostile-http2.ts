import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { HostileHttp2 } from './hostile-http2';
import { takeSteps } from './send-hostile';
import { waitFor } from './wait-for';

/** How long it may take until what has to come is there, in milliseconds. */
const LIMIT = 8_000;

/** What came of it, as {@link HostileHttp2.answers} says it, and whether the server closed the connection. */
export interface Http2Outcome {
  readonly answers: readonly string[];
  readonly closed: boolean;
}

const [HEADERS, RST_STREAM, GOAWAY] = [1, 3, 7];

/** The statuses that have a number of their own in HPACK, from 8 on (RFC 7541, A). */
const STATUSES = [200, 204, 206, 304, 400, 404, 500];

/** Sends it on a connection of its own, and waits for what has to come, and for the end if that has to come, too. */
export async function sendHostileHttp2(port: number, { steps, answers, closes }: HostileHttp2): Promise<Http2Outcome> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const received: Buffer[] = [];
  socket.on('data', (bytes: Buffer) => received.push(bytes));
  // The server may close, or reset, at any time: what counts is that it does, and what it said.
  socket.on('error', () => undefined);
  let closed = false;
  socket.once('close', () => (closed = true));
  socket.once('end', () => {
    closed = true;
    socket.end();
  });
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  await takeSteps(socket, steps);
  const isOver = (): boolean => closed || (!closes && answersIn(Buffer.concat(received)).length >= answers.length);
  await waitFor('the end', isOver, LIMIT).catch(() => undefined);
  // Something that should not follow may be on its way.
  if (!closed) await delay(20);
  const outcome = { answers: answersIn(Buffer.concat(received)), closed };
  socket.destroy();
  return outcome;
}

function answersIn(bytes: Buffer): string[] {
  const answers: string[] = [];
  for (let at = 0; at + 9 <= bytes.length;) {
    const [size, type, stream] = [bytes.readUIntBE(at, 3), bytes[at + 3], bytes.readUInt32BE(at + 5)];
    const payload = bytes.subarray(at + 9, at + 9 + size);
    if (type === HEADERS && payload.length > 0) answers.push(`${stream}: ${statusIn(payload)}`);
    else if (type === RST_STREAM && payload.length === 4) answers.push(`${stream}: reset ${payload.readUInt32BE()}`);
    else if (type === GOAWAY && payload.length >= 8) answers.push('goaway');
    at += 9 + size;
  }
  // A server says twice that it goes, and with a reset of 0 that it wants no more of a body.
  return [...new Set(answers)].filter((answer) => !answer.endsWith('reset 0'));
}

/** The status, which comes first, of the first headers of a connection. */
function statusIn(block: Buffer): number | undefined {
  const [first = 0, length = 0, ...rest] = block;
  if (first >= 0x88 && first <= 0x8e) return STATUSES[first - 0x88];
  if (length < 0x80) return Number(Buffer.from(rest.slice(0, length)).toString());
  const bits = rest
    .slice(0, length - 0x80)
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  // 0, 1 and 2 are 5 bits long, the other digits 6: 3 is 011001.
  const digits = /^(000\d\d|01[01]\d{3})(000\d\d|01[01]\d{3})(000\d\d|01[01]\d{3})/.exec(bits)?.slice(1) ?? [];
  return Number(digits.map((code) => parseInt(code, 2) - (code.length === 5 ? 0 : 22)).join(''));
}

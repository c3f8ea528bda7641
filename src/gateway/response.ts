/**
 * The response that the gateway gives to Express: an ordinary ServerResponse that holds its head back until the
 * response handlers have run, whoever writes it: the gateway, an Express app, or a bare `(req, res)` listener.
 */
import { ServerResponse, type OutgoingHttpHeaders } from 'node:http';
import type { GatewayResponse } from '../api/gateway';

/** The part of an exchange that a response talks to. */
export interface HeadGuard {
  /** True as soon as the head may go out. */
  readonly released: boolean;
  /** Runs the response handlers, if they have not run yet, and then the step: at once where all of them are sync. */
  open(step: () => void): void;
}

const GUARD = Symbol('backlot.guard');
const HELD = Symbol('backlot.held');
const SEND = Symbol('backlot.send');

export type Callback = (error?: Error | null) => void;
type Write = (chunk: unknown, encoding?: BufferEncoding | Callback, callback?: Callback) => boolean;
type End = (chunk?: unknown, encoding?: BufferEncoding | Callback, callback?: Callback) => ServerResponse;
export type HeaderList = OutgoingHttpHeaders | readonly unknown[] | null;

interface Guarded extends ServerResponse {
  [GUARD]?: HeadGuard;
  /** What was written while asynchronous response handlers were still running. */
  [HELD]?: (() => void)[];
  /** What sends it, where that is not Node’s HTTP/1.1. */
  [SEND]?: Send;
}

/** What the methods below stand in front of. */
export interface Send {
  readonly writeHead: (
    this: ServerResponse,
    status: number,
    reason?: string | HeaderList,
    headers?: HeaderList,
  ) => ServerResponse;
  readonly flushHeaders: (this: ServerResponse) => void;
  readonly write: (this: ServerResponse, ...args: Parameters<Write>) => boolean;
  readonly end: (this: ServerResponse, ...args: Parameters<End>) => ServerResponse;
}

/** How Node sends a response over HTTP/1.1. */
export const sendAsHttp1 = ServerResponse.prototype as unknown as Send;

/** Puts a response under the guard of its exchange. */
export function guardResponse(response: GatewayResponse, guard: HeadGuard): void {
  (response as Guarded)[GUARD] = guard;
}

/** Lets something else than Node’s HTTP/1.1 send a response. */
export function sendThrough(response: ServerResponse, send: Send): void {
  (response as Guarded)[SEND] = send;
}

function sendOf(response: Guarded): Send {
  return response[SEND] ?? sendAsHttp1;
}

/**
 * Gives an object (Express’s response prototype, or one response) the methods that hold the head back. A mounted
 * Express app replaces the prototype of the responses it serves, so its responses get the methods as their own.
 */
export function holdBackHead(target: object): void {
  Object.assign(target, { writeHead, write, end, flushHeaders });
}

function writeHead(this: Guarded, status: number, reason?: string | HeaderList, headers?: HeaderList): ServerResponse {
  if (isReleased(this)) return sendOf(this).writeHead.call(this, status, reason, headers);
  this.statusCode = status;
  if (typeof reason === 'string') this.statusMessage = reason;
  setHeaders(this, typeof reason === 'object' ? reason : headers);
  whenReleased(this, () => sendOf(this).writeHead.call(this, this.statusCode));
  return this;
}

function flushHeaders(this: Guarded): void {
  whenReleased(this, () => sendOf(this).flushHeaders.call(this));
}

function write(this: Guarded, chunk: unknown, encoding?: BufferEncoding | Callback, callback?: Callback): boolean {
  if (isReleased(this)) return sendOf(this).write.call(this, chunk, encoding, callback);
  let accepted = false;
  whenReleased(this, () => {
    accepted = sendOf(this).write.call(this, chunk, encoding, callback);
  });
  return accepted;
}

function end(
  this: Guarded,
  chunk?: unknown,
  encoding?: BufferEncoding | Callback,
  callback?: Callback,
): ServerResponse {
  if (isReleased(this)) return sendOf(this).end.call(this, chunk, encoding, callback);
  whenReleased(this, () => sendOf(this).end.call(this, chunk, encoding, callback));
  return this;
}

function isReleased(response: Guarded): boolean {
  const guard = response[GUARD];
  return guard === undefined || guard.released;
}

/** Runs a step now if the head may go out, else after the response handlers, in the order of the steps. */
function whenReleased(response: Guarded, step: () => void): void {
  const guard = response[GUARD];
  const held = response[HELD];
  if (held) {
    held.push(step);
    return;
  }
  if (guard === undefined || guard.released) {
    step();
    return;
  }
  const steps = (response[HELD] = [step]);
  let waited = false;
  guard.open(() => {
    delete response[HELD];
    for (const each of steps) each();
    // Writers were told to wait: `write` answered false for everything that was held.
    if (waited && !response.writableEnded && !response.writableNeedDrain) response.emit('drain');
  });
  waited = true;
}

function isList(headers: OutgoingHttpHeaders | readonly unknown[]): headers is readonly unknown[] {
  return Array.isArray(headers);
}

/** Sets the headers that were given to `writeHead`, in any of the forms that Node takes. */
export function setHeaders(response: ServerResponse, headers: HeaderList | undefined): void {
  if (headers === undefined || headers === null) return;
  if (!isList(headers)) {
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
    return;
  }
  // Node takes a list of pairs, or one flat list of names and values, in which a name may stand several times.
  const pairs = Array.isArray(headers[0])
    ? (headers as [string, string][])
    : Array.from({ length: headers.length / 2 }, (_, i) => [headers[2 * i], headers[2 * i + 1]] as [string, string]);
  for (const name of new Set(pairs.map(([name]) => name.toLowerCase()))) response.removeHeader(name);
  for (const [name, value] of pairs) response.appendHeader(name, value);
}

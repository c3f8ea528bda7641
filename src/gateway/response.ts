/**
 * The response that the gateway gives to Express: an ordinary ServerResponse that holds its head back until the
 * response handlers have run, whoever writes it: the gateway, an Express app, or a bare `(req, res)` listener.
 */
import { ServerResponse, type OutgoingHttpHeaders } from 'node:http';
import type { GatewayResponse } from '../api/gateway';
import type { BodyCapture } from './body-capture';

/** The part of an exchange that a response talks to. */
export interface HeadGuard {
  /** True as soon as the head may go out. */
  readonly released: boolean;
  /** Runs the response handlers, if they have not run yet, and then the step: at once where all of them are sync. */
  open(step: () => void): void;
  /** Where what is written by hand is kept for response handlers that want to see it; undefined when it is to go out. */
  capture(): BodyCapture | undefined;
  /** Sends what a response handler put in the place of the body. */
  sendReplaced(): void;
  /** Is told that the response is out, or that the client is gone. */
  closed(): void;
}

const GUARD = Symbol('backlot.guard');
const HELD = Symbol('backlot.held');
const SEND = Symbol('backlot.send');
const ENDED = Symbol('backlot.ended');

export type Callback = (error?: Error | null) => void;
type Write = (chunk: unknown, encoding?: BufferEncoding | Callback, callback?: Callback) => boolean;
type End = (chunk?: unknown, encoding?: BufferEncoding | Callback, callback?: Callback) => ServerResponse;
export type HeaderList = OutgoingHttpHeaders | readonly unknown[] | null;

interface Guarded extends ServerResponse {
  [GUARD]?: HeadGuard;
  /** What was written while asynchronous response handlers were still running. */
  [HELD]?: (() => void)[] | undefined;
  /** Makes the head again what it was when the response was ended, while that is held. */
  [ENDED]?: () => void;
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
  response.on('close', closed);
}

/** One function for all responses, which costs each of them less than one of its own. */
function closed(this: Guarded): void {
  this[GUARD]?.closed();
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
  if (captureOf(this)) return this;
  whenReleased(this, () => sendOf(this).writeHead.call(this, this.statusCode));
  return this;
}

function flushHeaders(this: Guarded): void {
  if (!isReleased(this)) {
    const capture = captureOf(this);
    if (capture) return letThrough(this, capture);
  }
  whenReleased(this, () => sendOf(this).flushHeaders.call(this));
}

function write(this: Guarded, chunk: unknown, encoding?: BufferEncoding | Callback, callback?: Callback): boolean {
  if (isReleased(this)) return sendOf(this).write.call(this, chunk, encoding, callback);
  const capture = captureOf(this);
  if (capture) {
    if (!capture.add(chunk, encoding, callback)) letThrough(this, capture);
    return !this.writableNeedDrain;
  }
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
  const capture = captureOf(this);
  if (capture) return endCaptured(this, capture, chunk, encoding, callback);
  if (this[ENDED] && chunk !== undefined && typeof chunk !== 'function') throw secondAnswer(this[ENDED]);
  whenReleased(this, () => sendOf(this).end.call(this, chunk, encoding, callback));
  if (!isReleased(this)) this[ENDED] ??= rememberHead(this);
  return this;
}

/** Node has it for every message, its types for those of clients alone. */
type WithRawNames = ServerResponse & { getRawHeaderNames(): string[] };

/** Gives what makes the head of a response again what it is now. */
function rememberHead(response: ServerResponse): () => void {
  const { statusCode, statusMessage } = response;
  const headers = (response as WithRawNames)
    .getRawHeaderNames()
    .map((name) => [name, response.getHeader(name)!] as const);
  return () => {
    Object.assign(response, { statusCode, statusMessage });
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    for (const [name, value] of headers) response.setHeader(name, value);
  };
}

/** The error of who answers twice, as in Node, where it could not have changed the head of the first answer either. */
function secondAnswer(restoreHead: () => void): Error {
  restoreHead();
  const message = 'Cannot answer twice: the response was ended before';
  return Object.assign(new Error(message), { code: 'ERR_HTTP_HEADERS_SENT' });
}

function captureOf(response: Guarded): BodyCapture | undefined {
  return response[HELD] ? undefined : response[GUARD]?.capture();
}

/** Lets what was captured go out, when the head may, and what follows it after it. */
function letThrough(response: Guarded, capture: BodyCapture): void {
  const written = capture.release();
  whenReleased(response, () => {
    if (written.length > 0) sendOf(response).write.call(response, written);
    else sendOf(response).flushHeaders.call(response);
  });
}

/** Shows what was captured to the response handlers, and sends it, or what one of them put in its place. */
function endCaptured(response: Guarded, capture: BodyCapture, ...last: Parameters<End>): ServerResponse {
  const done = last.find((argument): argument is Callback => typeof argument === 'function');
  const [chunk, encoding] = last;
  const wasWritten = !capture.isEmpty;
  const coding = typeof encoding === 'string' ? encoding : undefined;
  const isSmall = chunk === undefined || chunk === null || chunk === done || capture.add(chunk, coding);
  const written = capture.release();
  const target = response as Guarded & GatewayResponse;
  if (isSmall) target.body = written;
  whenReleased(response, () => {
    if (isSmall && target.body !== written) {
      if (done) response.once('finish', done);
      response.removeHeader('transfer-encoding');
      response.removeHeader('content-length');
      response[GUARD]?.sendReplaced();
      return;
    }
    // Who gave a length knows best for an answer to HEAD, which has no body of its own.
    if (response.req.method !== 'HEAD' && response.hasHeader('content-length')) {
      response.setHeader('content-length', written.length);
    }
    // What was written in pieces may have trailers, so it stays a body without a length.
    if (wasWritten) sendOf(response).write.call(response, written);
    sendOf(response).end.call(response, wasWritten ? undefined : written, undefined, done);
  });
  return response;
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
    response[HELD] = undefined;
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

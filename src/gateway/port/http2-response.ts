import { validateHeaderName, validateHeaderValue, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import { holdBackHead, sendAsHttp1, sendThrough, setHeaders, type Callback, type Send } from '../response';
import type { StreamSocket } from './stream-socket';

/** What speaks about a connection has no place in HTTP/2 (RFC 9113, 8.2.2). */
const CONNECTION_HEADERS = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** Responses that have no body, whatever is written. */
const BODILESS = new Set([204, 205, 304]);

/** What a response is to others, and to Node’s own functions for streams, as far as it is set here. */
interface State {
  _header: string | null;
  _closed: boolean;
  finished: boolean;
  destroyed: boolean;
}

/**
 * Lets an ordinary response, which Express and others write to, go out over a stream of HTTP/2. Its methods, properties and
 * events are those of a response over HTTP/1.1.
 */
export function sendOverHttp2(response: ServerResponse, stream: ServerHttp2Stream, socket: StreamSocket): void {
  const sender = new Http2Sender(response, stream);
  // On the object itself: Express gives the responses that it serves other prototypes.
  Object.defineProperties(response, {
    writableFinished: { get: () => response.writableEnded && sender.isFinished, configurable: true },
    writableLength: { get: () => stream.writableLength, configurable: true },
    writableHighWaterMark: { get: () => stream.writableHighWaterMark, configurable: true },
    writableNeedDrain: { get: () => sender.needsDrain, configurable: true },
  });
  Object.assign(response, {
    socket,
    addTrailers: sender.addTrailers,
    writeContinue: (callback?: () => void) => sender.inform({ ':status': 100 }, callback),
    writeProcessing: (callback?: () => void) => sender.inform({ ':status': 102 }, callback),
    writeEarlyHints: (hints: OutgoingHttpHeaders, callback?: () => void) =>
      sender.inform({ ...hints, ':status': 103 }, callback),
  });
  holdBackHead(response);
  sendThrough(response, sender);
}

class Http2Sender implements Send {
  readonly #response: ServerResponse;
  readonly #stream: ServerHttp2Stream;
  readonly #state: State;
  #trailers: OutgoingHttpHeaders = {};
  /** True when the head is on the stream, and not merely settled. */
  #isOpen = false;
  #hasTrailersToCome = false;
  #isFinished = false;

  constructor(response: ServerResponse, stream: ServerHttp2Stream) {
    this.#response = response;
    this.#stream = stream;
    this.#state = response as unknown as State;
    stream.on('drain', () => {
      if (!response.writableEnded && !response.destroyed) response.emit('drain');
    });
    stream.on('finish', () => {
      if (!this.#hasTrailersToCome) this.#finished();
    });
    stream.on('wantTrailers', () => this.#sendTrailers());
    stream.on('close', () => this.#close());
  }

  /** True once everything has been handed over. */
  get isFinished(): boolean {
    return this.#isFinished;
  }

  get needsDrain(): boolean {
    return !this.#state.finished && !this.#state.destroyed && this.#stream.writableNeedDrain;
  }

  readonly writeHead: Send['writeHead'] = (status, reason, headers) => {
    const response = this.#response;
    // Both throw there what they throw over HTTP/1.1.
    const isInvalid = !Number.isInteger(Number(status)) || status < 100 || status > 999;
    if (response.headersSent || isInvalid) return sendAsHttp1.writeHead.call(response, status);
    response.statusCode = Number(status);
    if (typeof reason === 'string') response.statusMessage = reason;
    setHeaders(response, typeof reason === 'object' ? reason : headers);
    // By this others see that headers come too late; it is not what is sent.
    this.#state._header = `HTTP/2.0 ${response.statusCode}\r\n\r\n`;
    return response;
  };

  readonly flushHeaders = (): void => {
    if (this.#canSend()) this.#open('more');
  };

  readonly write: Send['write'] = (chunk, encoding, callback) => {
    const response = this.#response;
    // Too late: Node says so in its way.
    if (this.#state.finished || this.#state.destroyed)
      return sendAsHttp1.write.call(response, chunk, encoding, callback);
    const done = typeof encoding === 'function' ? encoding : callback;
    if (!this.#canSend()) return later(done);
    this.#open('more');
    if (this.#isBodiless() || lengthOf(chunk) === 0) return later(done);
    return this.#stream.write(chunk, encodingOf(encoding), done);
  };

  readonly end: Send['end'] = (chunk, encoding, callback) => {
    const response = this.#response;
    if (typeof chunk === 'function') return this.end.call(response, undefined, undefined, chunk as Callback);
    const done = typeof encoding === 'function' ? encoding : callback;
    if (this.#state.finished) return sendAsHttp1.end.call(response, chunk, encodingOf(encoding), done);
    if (!this.#canSend()) {
      this.#state.finished = true;
      later(done);
      return response;
    }
    const hasBody = chunk !== undefined && chunk !== null && lengthOf(chunk) > 0;
    if (hasBody && !response.headersSent && !this.#hasTrailers() && !response.hasHeader('content-length')) {
      response.setHeader('content-length', lengthOf(chunk, encodingOf(encoding)));
    }
    if (done) response.once('finish', done);
    this.#open(hasBody ? 'whole' : 'nothing');
    this.#state.finished = true;
    response.emit('prefinish');
    if (hasBody && !this.#isBodiless()) this.#stream.end(chunk, encodingOf(encoding));
    else if (!this.#stream.writableEnded) this.#stream.end();
    return response;
  };

  readonly addTrailers = (headers: OutgoingHttpHeaders | readonly (readonly [string, string])[]): void => {
    const entries = Array.isArray(headers) ? (headers as readonly [string, string][]) : Object.entries(headers);
    for (const [name, value] of entries as [string, string | string[]][]) {
      validateHeaderName(name);
      for (const each of [value].flat()) validateHeaderValue(name, each);
      this.#trailers[name.toLowerCase()] = value;
    }
  };

  /** Sends an informational response, unless it is too late for one. */
  inform(headers: OutgoingHttpHeaders & { ':status': number }, callback?: () => void): void {
    if (!this.#isOpen && this.#canSend()) this.#stream.additionalHeaders(withoutConnection(headers));
    if (callback) process.nextTick(callback);
  }

  /**
   * Puts the head on the stream. What follows it: nothing, the whole body, or a body that is still being written, and perhaps
   * trailers.
   */
  #open(follows: 'nothing' | 'whole' | 'more'): void {
    if (this.#isOpen) return;
    const response = this.#response;
    if (!response.headersSent) this.writeHead.call(response, response.statusCode);
    this.#isOpen = true;
    // Trailers of a response that is still being written may yet come.
    this.#hasTrailersToCome = !this.#isBodiless() && (follows === 'more' || this.#hasTrailers());
    const options = {
      endStream: follows === 'nothing' && !this.#hasTrailersToCome,
      waitForTrailers: this.#hasTrailersToCome,
      sendDate: response.sendDate,
    };
    this.#stream.respond({ ...withoutConnection(response.getHeaders()), ':status': response.statusCode }, options);
  }

  #hasTrailers(): boolean {
    return Object.keys(this.#trailers).length > 0;
  }

  #isBodiless(): boolean {
    return this.#response.req.method === 'HEAD' || BODILESS.has(this.#response.statusCode);
  }

  /** False when the client, or this side, has given the stream up. */
  #canSend(): boolean {
    return !this.#state.destroyed && !this.#stream.destroyed && !this.#stream.closed;
  }

  #sendTrailers(): void {
    // A stream that is given up is ended by Node, too.
    if (!this.#state.finished || this.#stream.closed || this.#stream.destroyed) return;
    this.#stream.sendTrailers(withoutConnection(this.#trailers));
    this.#finished();
  }

  #finished(): void {
    if (!this.#state.finished || this.#isFinished) return;
    this.#isFinished = true;
    this.#response.emit('finish');
    process.nextTick(() => this.#close());
  }

  /** As Node does when a response is out, or its connection is gone. */
  #close(): void {
    if (this.#state._closed) return;
    this.#state.destroyed = true;
    this.#state._closed = true;
    this.#response.emit('close');
  }
}

/** The headers that HTTP/2 carries. A list of one value is that value: some headers may not be lists there. */
function withoutConnection<H extends OutgoingHttpHeaders>(headers: H): OutgoingHttpHeaders {
  const carried: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (CONNECTION_HEADERS.has(name.toLowerCase())) continue;
    carried[name] = Array.isArray(value) && value.length === 1 ? value[0] : value;
  }
  return carried;
}

function lengthOf(chunk: unknown, encoding?: BufferEncoding): number {
  if (typeof chunk === 'string') return Buffer.byteLength(chunk, encoding);
  // What is no chunk at all is refused by the stream.
  return chunk instanceof Uint8Array ? chunk.byteLength : 1;
}

function encodingOf(encoding: BufferEncoding | Callback | undefined): BufferEncoding {
  return typeof encoding === 'string' ? encoding : 'utf8';
}

/** Calls a callback on the next tick. Gives what `write` gives for a chunk that is gone already. */
function later(callback: Callback | undefined): true {
  if (callback) process.nextTick(callback);
  return true;
}

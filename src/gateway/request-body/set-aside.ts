/** How the body of a request is seen as it comes, without the many steps of a stream, and is still there for who reads the stream. */
import type { IncomingMessage } from 'node:http';

/** Is given each piece of a body as it comes, and null at its end. It gives false when it wants no more. */
type Watch = (piece: Buffer | null) => boolean;

/** What a stream is filled by. */
interface Filled {
  push: (this: IncomingMessage, piece: unknown, encoding?: BufferEncoding) => boolean;
  _read: (this: IncomingMessage, size: number) => void;
}

interface Aside {
  /** What the request did before. */
  readonly before: Filled;
  /** What came and is not in the stream yet; undefined once it is. */
  pieces: (Buffer | null)[] | undefined;
  watch: Watch | undefined;
}

const ASIDE = Symbol('backlot.aside');

type Watched = IncomingMessage & { [ASIDE]?: Aside };

/**
 * Lets somebody see the body of a request over HTTP/1 as it comes. Whoever reads the stream, at any time, finds all of it. Gives
 * false, and does nothing, when some of it is in the stream already, or something else decides when it is read.
 *
 * The methods are the request's own: an Express app that it is handed to gives it another prototype.
 */
export function setAside(request: Watched, watch: Watch): boolean {
  const isUntouched = request.readableFlowing === null && request.readableLength === 0 && !request.readableDidRead;
  if (!isUntouched || request.httpVersionMajor !== 1 || request.complete || Object.hasOwn(request, '_read'))
    return false;
  const { push, _read } = request as Filled;
  request[ASIDE] = { before: { push, _read }, pieces: [], watch };
  Object.assign(request, { push: pushAside, _read: readAll });
  return true;
}

/** Whether somebody waits for more of a body that was set aside. */
export function isWatched(request: Watched): boolean {
  return request[ASIDE]?.watch !== undefined;
}

function pushAside(this: Watched, piece: unknown, encoding?: BufferEncoding): boolean {
  const aside = this[ASIDE]!;
  const goesOn = aside.watch?.(piece as Buffer | null) ?? false;
  if (!goesOn || piece === null) aside.watch = undefined;
  if (goesOn && aside.pieces) {
    aside.pieces.push(piece as Buffer | null);
    return true;
  }
  // What is too much for who watches waits in the stream, which tells the client to wait as well.
  fill(this, aside);
  return aside.before.push.call(this, piece, encoding);
}

function readAll(this: Watched, size: number): void {
  const aside = this[ASIDE]!;
  fill(this, aside);
  if (!this.complete) aside.before._read.call(this, size);
}

/** Puts what was set aside into the stream. */
function fill(request: Watched, aside: Aside): void {
  const pieces = aside.pieces ?? [];
  aside.pieces = undefined;
  for (const piece of pieces) aside.before.push.call(request, piece);
}

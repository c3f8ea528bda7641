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
  if (isHeld(request)) {
    watchHeld(request, watch);
    return true;
  }
  const isUntouched = request.readableFlowing === null && request.readableLength === 0 && !request.readableDidRead;
  if (!isUntouched || request.httpVersionMajor !== 1 || request.complete || Object.hasOwn(request, '_read'))
    return false;
  const { push, _read } = request as Filled;
  request[ASIDE] = { before: { push, _read }, pieces: [], watch };
  Object.assign(request, { push: pushAside, _read: readAll });
  return true;
}

/** Keeps what comes of a body out of its stream, for who may want to see it before, until {@link release}. */
export function hold(request: Watched): void {
  setAside(request, keep);
}

/** Lets the body of a request that was held go into its stream, unless somebody watches it by now. */
export function release(request: Watched): void {
  if (!isHeld(request)) return;
  const aside = request[ASIDE]!;
  aside.watch = undefined;
  // All that there is may as well stay where it is until somebody reads it.
  if (!isWhole(aside)) fill(request, aside);
}

/** The body of a request where all of it is set aside; undefined where some of it is still to come, or was taken. */
export function wholeBody(request: Watched): Buffer | undefined {
  const aside = request[ASIDE];
  if (!aside || !isWhole(aside)) return undefined;
  const pieces = aside.pieces!.slice(0, -1) as Buffer[];
  return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
}

const keep: Watch = () => true;

function isHeld(request: Watched): boolean {
  return request[ASIDE]?.watch === keep;
}

function isWhole({ pieces }: Aside): boolean {
  return pieces !== undefined && pieces.at(-1) === null;
}

/** Shows a watcher what has come, and then what comes. */
function watchHeld(request: Watched, watch: Watch): void {
  const aside = request[ASIDE]!;
  const pieces = aside.pieces!;
  const goesOn = pieces.every((piece) => watch(piece));
  aside.watch = goesOn && pieces.at(-1) !== null ? watch : undefined;
  if (!goesOn) fill(request, aside);
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

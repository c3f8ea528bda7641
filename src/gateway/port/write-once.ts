import { Socket } from 'node:net';

/** What a stream gives to be written at once. */
interface Piece {
  readonly chunk: unknown;
  readonly encoding: BufferEncoding;
}

type Done = (error?: Error | null) => void;

/** A socket as its stream sees it. */
interface Sink {
  _write(chunk: unknown, encoding: BufferEncoding, done: Done): void;
  _writev(pieces: readonly Piece[], done: Done): void;
}

const plain = Socket.prototype as unknown as Sink;

/**
 * Lets a connection write an answer as one piece where it is one. Node ends each answer with an empty text, to be told when it
 * is out, and to gather the two pieces costs a tenth of the time of a request.
 */
export function writeOnce(socket: Socket): void {
  (socket as unknown as Sink)._writev = writev;
}

function writev(this: Sink, pieces: readonly Piece[], done: Done): void {
  const [first, last] = pieces;
  if (pieces.length === 2 && last!.chunk === '') this._write(first!.chunk, first!.encoding, done);
  else plain._writev.call(this, pieces, done);
}

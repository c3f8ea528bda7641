/** What a process wrote to one of its streams, as the engine recorded it in one piece. */
export interface LogFrame {
  readonly stream: 'stdout' | 'stderr';
  readonly payload: Buffer;
}

const HEADER_BYTES = 8;
const STDERR = 2;

/**
 * The frames of a container's log: one byte that names the stream, three zeros, four bytes of length, then the bytes.
 *
 * dockerode can do this, too, but it reads on however slow the reader is, and copies what is left of its buffer for
 * each frame. Here the next chunk is asked for only when the frames of the last one have been taken. The source is
 * destroyed when the reader stops early.
 */
export async function* readFrames(source: AsyncIterable<Uint8Array>): AsyncGenerator<LogFrame[]> {
  let pending: Buffer[] = [];
  let length = 0;
  let wanted = HEADER_BYTES;
  for await (const chunk of source) {
    pending.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    length += chunk.byteLength;
    if (length < wanted) continue;
    const { frames, rest } = takeFrames(pending.length === 1 ? pending[0]! : Buffer.concat(pending));
    pending = rest.length === 0 ? [] : [rest];
    length = rest.length;
    wanted = rest.length < HEADER_BYTES ? HEADER_BYTES : HEADER_BYTES + rest.readUInt32BE(4);
    if (frames.length > 0) yield frames;
  }
}

/** The log of a container with a terminal: bytes without frames, all of them stdout. */
export async function* readPlain(source: AsyncIterable<Uint8Array>): AsyncGenerator<LogFrame[]> {
  for await (const chunk of source) {
    yield [{ stream: 'stdout', payload: Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) }];
  }
}

function takeFrames(bytes: Buffer): { frames: LogFrame[]; rest: Buffer } {
  const frames: LogFrame[] = [];
  let at = 0;
  while (bytes.length - at >= HEADER_BYTES) {
    const end = at + HEADER_BYTES + bytes.readUInt32BE(at + 4);
    if (end > bytes.length) break;
    frames.push({
      stream: bytes[at] === STDERR ? 'stderr' : 'stdout',
      payload: bytes.subarray(at + HEADER_BYTES, end),
    });
    at = end;
  }
  return { frames, rest: bytes.subarray(at) };
}

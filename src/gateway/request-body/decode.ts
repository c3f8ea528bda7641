/** Decoding of what a client encoded: gzip, deflate and br, and zstd where Node has it, also several in a row. */
import { pipeline, type Readable, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { HttpError } from '../../api/http-error';
import { AnyInflate, hasZlibHeader } from './any-inflate';

type Finish = (error: Error | null, result: Buffer) => void;

interface Decoder {
  readonly stream: () => Transform;
  readonly whole: (bytes: Buffer, options: { maxOutputLength: number }, finish: Finish) => void;
}

/** Beyond this, encodings in a row serve nobody but who wants to hurt. */
const MOST_ENCODINGS = 4;

const gzip: Decoder = { stream: () => zlib.createGunzip(), whole: zlib.gunzip };

/** What Node 20 and its types do not have. */
const zstd = zlib as { createZstdDecompress?: Decoder['stream']; zstdDecompress?: Decoder['whole'] };

const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip,
  'x-gzip': gzip,
  deflate: { stream: () => new AnyInflate(), whole: inflate },
  br: { stream: () => zlib.createBrotliDecompress(), whole: zlib.brotliDecompress },
  ...(zstd.createZstdDecompress && zstd.zstdDecompress
    ? { zstd: { stream: zstd.createZstdDecompress, whole: zstd.zstdDecompress } }
    : {}),
};

/**
 * The encodings in a Content-Encoding header in the order in which they are to be undone; none for `identity`. Throws a
 * 415 for one that is not known, with `Accept-Encoding` in the answer.
 */
export function encodingsOf(header: string | undefined): readonly string[] {
  if (header === undefined) return [];
  const names = header
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
  const unknown = names.find((name) => !Object.hasOwn(DECODERS, name));
  const headers = { 'accept-encoding': Object.keys(DECODERS).join(', ') };
  if (unknown !== undefined)
    throw new HttpError(415, `the encoding "${unknown}" of the body is not known`, { headers });
  if (names.length > MOST_ENCODINGS) {
    throw new HttpError(415, `the body is encoded more than ${MOST_ENCODINGS} times`, { headers });
  }
  return names.reverse();
}

/** Decodes piece by piece. The errors of the stream that comes out are those of the first decoder that failed. */
export function decodeStream(source: Readable, encodings: readonly string[]): Readable {
  let last = source;
  for (const name of encodings) {
    const decoder = DECODERS[name]!.stream();
    // An error goes on to the next stream, and so to the reader of the last.
    pipeline(last, decoder, () => undefined);
    last = decoder;
  }
  return last;
}

/** Decodes bytes known whole. Throws a 400 when they cannot be decoded, and a 413 when they become more than the limit. */
export async function decodeWhole(bytes: Buffer, encodings: readonly string[], limit: number): Promise<Buffer> {
  let decoded = bytes;
  for (const name of encodings) {
    // Node takes no limit of 0.
    const options = { maxOutputLength: Math.max(limit, 1) };
    decoded = await new Promise<Buffer>((resolve, reject) => {
      DECODERS[name]!.whole(decoded, options, (error, result) => {
        if (error) reject(decodingError(error, encodings, limit));
        else resolve(result);
      });
    });
  }
  return decoded;
}

/** What the client is told about an error of a decoder. */
export function decodingError(error: Error, encodings: readonly string[], limit: number): HttpError {
  if ('code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') return tooLarge(limit);
  return new HttpError(400, `the body cannot be decoded as ${[...encodings].reverse().join(', ')}: ${error.message}`);
}

export function tooLarge(limit: number): HttpError {
  return new HttpError(413, `the body is larger than ${limit} bytes`);
}

function inflate(bytes: Buffer, options: { maxOutputLength: number }, finish: Finish): void {
  (hasZlibHeader(bytes) ? zlib.inflate : zlib.inflateRaw)(bytes, options, finish);
}

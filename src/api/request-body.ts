/** The contract of request bodies: how a handler or an endpoint reads what a client sends. */
import type { Readable } from 'node:stream';

export interface BodyOptions {
  /** The most bytes that are taken, after decoding. `BACKLOT_BODY_LIMIT` when left out. */
  readonly limit?: number;
}

/** A file in a form. */
export interface FormFile {
  /** The name of the field. */
  readonly name: string;
  /** The name of the file as the client gave it: to be shown, never to be used as a path. */
  readonly filename: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** A form that was sent. */
export interface Form {
  readonly fields: URLSearchParams;
  /** In the order in which they were sent; none in a form that is `application/x-www-form-urlencoded`. */
  readonly files: readonly FormFile[];
}

/**
 * The body of a request, read when it is asked for. What the client encoded (gzip, deflate, br, and zstd where Node has
 * it) is decoded.
 *
 * Everything but `stream` keeps the whole body, so it can be read again in any way, also by an Express handler or a
 * mounted app after this one; those get the bytes as the client sent them. A stream can be read once.
 *
 * Each throws an {@link HttpError}, which answers the client when nobody catches it: 413 for a body above the limit,
 * 415 for an encoding, a charset or a type that is not known, 400 for what cannot be decoded or read. Each throws
 * `BACKLOT_E_BODY_TAKEN` when the body was read in another way before.
 */
export interface RequestBody {
  /** The body piece by piece, with back-pressure and without a limit. Its errors are those of this interface. */
  stream(): Readable;
  buffer(options?: BodyOptions): Promise<Buffer>;
  /** In the charset that the content type names, else UTF-8. */
  text(options?: BodyOptions): Promise<string>;
  /** Whatever the content type says. The message of the 400 says where a mistake is. */
  json<T = unknown>(options?: BodyOptions): Promise<T>;
  /** A form of either type, `application/x-www-form-urlencoded` or `multipart/form-data`; 415 for any other. */
  form(options?: BodyOptions): Promise<Form>;
}

import { Readable } from 'node:stream';
import { TextDecoder } from 'node:util';
import { BacklotError } from '../../api/errors';
import type { GatewayRequest } from '../../api/gateway';
import { HttpError } from '../../api/http-error';
import type { BodyOptions, Form, RequestBody } from '../../api/request-body';
import { ClientGone, isClientGone } from '../client-gone';
import { discard } from '../unread-body';
import { BorrowedStream } from './borrowed-stream';
import { collect, isWithoutBody } from './collect';
import { decodeStream, decodeWhole, decodingError, encodingsOf, tooLarge } from './decode';
import { formTypeOf } from './form-type';
import { parseMultipart } from './parse-multipart';
import { parseJson } from './parse-json';
import { wholeBody } from './set-aside';

/** How much larger than what it stands for an encoded body may be: incompressible bytes grow a little. */
const ENCODING_OVERHEAD = 65_536;

/** The body of a request; see {@link RequestBody}. */
export class IncomingBody implements RequestBody {
  readonly #request: GatewayRequest;
  readonly #limit: number;
  /** The decoded bytes, or the attempt to read them. */
  #whole: Promise<Buffer> | undefined;
  /** The bytes, where nobody had to wait for them. */
  #atHand: Buffer | undefined;
  #streamed = false;
  /** True once the request was read here and its bytes were put back. */
  #putBack = false;

  constructor(request: GatewayRequest, limit: number) {
    this.#request = request;
    this.#limit = limit;
  }

  /** Throws away what nobody has read when the response is out. Node does this only for requests that nobody has begun to read. */
  closed(): void {
    discard(this.#request);
  }

  stream(): Readable {
    if (this.#whole ?? this.#atHand) return Readable.from(this.#pieces(), { objectMode: false });
    this.#assertThere();
    const request = this.#request;
    const encodings = encodingsOf(request.headers['content-encoding']);
    this.#streamed = true;
    const raw = new BorrowedStream(request, { translate: () => new ClientGone() });
    if (encodings.length === 0) return raw;
    const decoded = decodeStream(raw, encodings);
    return new BorrowedStream(decoded, {
      translate: (error) => (isClientGone(error) ? error : decodingError(error, encodings, Infinity)),
      giveBack: () => decoded.destroy(),
    });
  }

  async buffer({ limit = this.#limit }: BodyOptions = {}): Promise<Buffer> {
    const atHand = this.#findAtHand(limit);
    if (atHand) return atHand;
    // One who may take less does not keep another, who may take more, from reading it.
    if (this.#whole) await this.#whole.catch(() => undefined);
    const whole = (this.#whole ??= this.#read(limit));
    let bytes: Buffer;
    try {
      bytes = await whole;
    } catch (error) {
      if (this.#whole === whole) this.#whole = undefined;
      throw error;
    }
    if (bytes.length > limit) throw tooLarge(limit);
    return bytes;
  }

  async text(options?: BodyOptions): Promise<string> {
    const decoder = decoderFor(this.#request.headers['content-type']);
    return decoder.decode(this.#findAtHand(options?.limit) ?? (await this.buffer(options)));
  }

  async json<T = unknown>(options?: BodyOptions): Promise<T> {
    return parseJson(await this.buffer(options)) as T;
  }

  async form(options?: BodyOptions): Promise<Form> {
    const contentType = this.#request.headers['content-type'];
    if (formTypeOf(contentType) === 'multipart/form-data') {
      return parseMultipart(await this.buffer(options), contentType!);
    }
    return { fields: new URLSearchParams(await this.text(options)), files: [] };
  }

  /** The whole body, where it has come already and is no longer than this; undefined where it takes more to say what it is. */
  #findAtHand(limit = this.#limit): Buffer | undefined {
    if (!this.#atHand && !this.#whole && !this.#streamed) {
      const isPlain = this.#request.headers['content-encoding'] === undefined;
      this.#atHand = isPlain ? wholeBody(this.#request) : undefined;
    }
    return this.#atHand && this.#atHand.length <= limit ? this.#atHand : undefined;
  }

  #read(limit: number): Promise<Buffer> {
    this.#assertThere();
    const { headers } = this.#request;
    const encodings = encodingsOf(headers['content-encoding']);
    const most = encodings.length === 0 ? limit : limit * 1.01 + ENCODING_OVERHEAD;
    // Nobody needs to send, or to be told to go on sending, what is too large by its own account.
    if (Number(headers['content-length']) > most) throw tooLarge(limit);
    this.#putBack = true;
    const bytes = collect(this.#request, most, limit);
    if (encodings.length === 0) return bytes;
    return bytes.then((encoded) => (encoded.length === 0 ? encoded : decodeWhole(encoded, encodings, limit)));
  }

  async *#pieces(): AsyncGenerator<Buffer> {
    yield await this.buffer({ limit: Infinity });
  }

  #assertThere(): void {
    if (this.#request.readableAborted) throw new ClientGone();
    const { readableDidRead, readableEnded } = this.#request;
    const byOther = readableDidRead && (!this.#putBack || readableEnded) && !isWithoutBody(this.#request);
    if (!this.#streamed && !byOther) return;
    const how = this.#streamed ? 'as a stream' : 'by somebody who reads the request itself, such as a body parser';
    throw new BacklotError('BACKLOT_E_BODY_TAKEN', `the body of the request was taken ${how}`);
  }
}

/** To make one costs more than to decode what most bodies have. */
const UTF_8 = new TextDecoder();

/** Throws a 415 for a charset that nobody knows. */
function decoderFor(contentType: string | undefined): TextDecoder {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType ?? '')?.[1];
  if (charset === undefined || /^utf-8$/i.test(charset)) return UTF_8;
  try {
    return new TextDecoder(charset);
  } catch {
    throw new HttpError(415, `the charset "${charset}" of the body is not known`);
  }
}

/**
 * Thrown in an endpoint or a handler to answer with an HTTP status.
 *
 * `status` is the HTTP status (400 to 599), `message` what the client is told. A `body` is sent as it is: an object
 * as JSON, a string as text; without one the client gets `{ "error": { "message": … } }`. What the endpoint has said before
 * about a body (its type, encoding, length) is forgotten; `headers` say it anew. Throws a RangeError for another status.
 */
export class HttpError extends Error {
  override readonly name = 'HttpError';

  constructor(
    readonly status: number,
    message: string,
    readonly options: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    if (!(Number.isInteger(status) && status >= 400 && status <= 599)) {
      throw new RangeError(`an HttpError has a status from 400 to 599, and not ${JSON.stringify(status)}`);
    }
  }
}

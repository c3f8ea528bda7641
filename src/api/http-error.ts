/**
 * Thrown in an endpoint or a handler to answer with an HTTP status.
 *
 * `status` is the HTTP status (400 to 599), `message` what the client is told. A `body` is sent as it is: an object
 * as JSON, a string as text; without one the client gets `{ "error": { "message": … } }`.
 */
export class HttpError extends Error {
  override readonly name = 'HttpError';

  constructor(
    readonly status: number,
    message: string,
    readonly options: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
  }
}

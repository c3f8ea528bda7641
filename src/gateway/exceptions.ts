import { BacklotError, formatPlace } from '../api/errors';
import type { ExceptionHandler, RequestContext } from '../api/gateway';
import { HttpError } from '../api/http-error';
import type { Exchange } from './chain';
import { ProxyError } from './proxy/proxy-error';

/** The platform’s own last exception handler: fills the response unless an extension’s handler did. */
export function answerException(options: {
  /** The extension that an error came from, where it is known. */
  readonly ownerOf: (error: unknown) => string | undefined;
  /** Clients see stacks only when this is on. */
  readonly debug: boolean;
}): ExceptionHandler {
  return (chain, error, context) => {
    if ((chain as Exchange).responded) return;
    if (error instanceof HttpError) {
      chain.respond(error.status, error.options.body ?? { error: { message: error.message } }, error.options.headers);
      return;
    }
    const status = statusOf(error);
    if (status !== undefined && status < 500) {
      const code = error instanceof BacklotError ? { code: error.code } : {};
      chain.respond(status, { error: { ...code, message: (error as Error).message } }, headersOf(error));
      return;
    }
    const extension = options.ownerOf(error) ?? context.route?.owner;
    const failure = handlerFailure(error, context, extension);
    chain.respond(status ?? 500, {
      error: {
        code: failure.code,
        message: failure.message,
        ...(extension === undefined ? {} : { extension }),
        ...(error instanceof ProxyError && error.target !== undefined ? { target: error.target } : {}),
        ...(options.debug ? { stack: error instanceof Error ? error.stack : String(error) } : {}),
      },
    });
  };
}

/** The error that is logged, and told to the client without its cause, when a handler or an endpoint threw. */
export function handlerFailure(error: unknown, context: RequestContext, extension: string | undefined): BacklotError {
  const where = extension === undefined ? {} : { extension };
  // What is wrong with another server is said in its own words, and needs no stack of ours.
  if (error instanceof ProxyError) return error.at(where).serving(context.request.method, context.path);
  const who = formatPlace(where) || 'a handler';
  return new BacklotError(
    'BACKLOT_E_HANDLER_FAILED',
    `${who} failed while it served ${context.request.method} ${context.path}`,
    { where, cause: error },
  );
}

/**
 * True for an error that means an answer, and so is no failure of the extension’s: an HTTP status below 500, or an HttpError
 * with 503, by which an extension says that what it needs is not there at the moment.
 */
export function isAnswer(error: unknown): boolean {
  if (error instanceof HttpError) return error.status < 500 || error.status === 503;
  const status = statusOf(error);
  return status !== undefined && status < 500;
}

/** The headers for the client in errors of the http-errors package, such as the size of a file of which no such part is there. */
function headersOf(error: unknown): Record<string, string> {
  const { expose, headers } = error as { expose?: unknown; headers?: unknown };
  return expose === true && typeof headers === 'object' ? { ...(headers as Record<string, string>) } : {};
}

/** The HTTP status that errors of Express and its middleware carry (the convention of the http-errors package). */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  // The state was replaced under the request: whoever sent it may send it again.
  if (error instanceof BacklotError && error.code === 'BACKLOT_E_STATE_FENCED') return 409;
  const { status, statusCode } = error as { status?: unknown; statusCode?: unknown };
  const value = status ?? statusCode;
  return typeof value === 'number' && value >= 400 && value <= 599 ? value : undefined;
}

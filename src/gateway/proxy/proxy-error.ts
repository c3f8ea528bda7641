import { BacklotError, type ErrorCode, type ErrorPlace } from '../../api/errors';
import type { Target } from './target';

/** Each code of a proxy’s, and the status that a client gets. */
const STATUS = {
  BACKLOT_E_PROXY_TARGET_INVALID: 500,
  BACKLOT_E_PROXY_UNREACHABLE: 502,
  BACKLOT_E_PROXY_BROKEN: 502,
  BACKLOT_E_PROXY_TIMEOUT: 504,
  BACKLOT_E_PROXY_LOOP: 508,
} as const satisfies Partial<Record<ErrorCode, number>>;

/** The codes of a certificate that is not trusted, of another name, or out of date. */
const CERTIFICATE_ERRORS = /CERT|UNABLE_TO_(VERIFY|GET_ISSUER)/;
const CERTIFICATE_ADVICE =
  'Give the server a certificate that is valid for this name, have Node trust its authority (NODE_EXTRA_CA_CERTS), or set rejectUnauthorized: false.';

export type ProxyErrorCode = keyof typeof STATUS;

/** Why a request could not be passed on, or its answer not be passed back. */
export class ProxyError extends BacklotError {
  /** What the client is answered. */
  readonly status: number;

  constructor(
    readonly proxyCode: ProxyErrorCode,
    message: string,
    /** The URL of the other server, its password hidden; undefined where there is none. */
    readonly target: string | undefined,
    where: ErrorPlace = {},
    /** What to do, where the code does not say it. */
    private readonly advice?: string,
  ) {
    super(proxyCode, message, { where, ...(advice === undefined ? {} : { remedy: advice }) });
    this.status = STATUS[proxyCode];
  }

  /** The same error with the request named that it happened to. */
  serving(method: string, path: string): ProxyError {
    return new ProxyError(this.proxyCode, `${method} ${path}: ${this.message}`, this.target, this.where, this.advice);
  }

  override at(place: ErrorPlace): ProxyError {
    return new ProxyError(this.proxyCode, this.message, this.target, { ...place, ...this.where }, this.advice);
  }
}

/** What went wrong between us and a server: `reached` says whether there was a connection. */
export function connectionError(target: Target, error: Error, reached: boolean): ProxyError {
  if (error instanceof ProxyError) return error;
  return reached
    ? new ProxyError('BACKLOT_E_PROXY_BROKEN', `${target.display} broke off: ${reasonOf(error)}`, target.display)
    : new ProxyError(
        'BACKLOT_E_PROXY_UNREACHABLE',
        `${target.display} cannot be reached: ${reasonOf(error)}`,
        target.display,
        {},
        CERTIFICATE_ERRORS.test((error as NodeJS.ErrnoException).code ?? '') ? CERTIFICATE_ADVICE : undefined,
      );
}

/** `what` took longer than it may. */
export function timeoutError(target: Target, what: string, limit: number): ProxyError {
  const message = `${target.display} ${what} within ${limit / 1000} s`;
  return new ProxyError('BACKLOT_E_PROXY_TIMEOUT', message, target.display);
}

/** A name with several addresses fails once for each of them, and the error that collects those says nothing itself. */
function reasonOf(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map((each) => (each as Error).message).join('; ');
  return error.message;
}

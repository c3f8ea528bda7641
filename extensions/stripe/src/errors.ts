/** Errors as Stripe answers them: https://docs.stripe.com/api/errors. */

export type StripeErrorType =
  'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error' | 'rate_limit_error';

/** What stands under `error` in the answer, besides its type and message. */
export interface StripeErrorFields {
  readonly code?: string;
  readonly decline_code?: string;
  /** The parameter that the error is about, as the client wrote it: `card[exp_month]`. */
  readonly param?: string;
  /** The identifier of the charge that failed. */
  readonly charge?: string;
  readonly [field: string]: unknown;
}

/**
 * Ends a call with an error for the client. What the call wrote is undone, unless `keepsWrites` is set: a declined payment
 * leaves a failed charge behind.
 */
export class StripeError extends Error {
  override readonly name = 'StripeError';

  constructor(
    readonly status: number,
    readonly type: StripeErrorType,
    message: string,
    readonly fields: StripeErrorFields = {},
    readonly keepsWrites = false,
  ) {
    super(message);
  }

  /** The same error, with other fields. */
  withFields(fields: StripeErrorFields): StripeError {
    return new StripeError(this.status, this.type, this.message, fields, this.keepsWrites);
  }

  /** The same error, as the end of a call that undoes what it wrote. */
  undoingWrites(): StripeError {
    return new StripeError(this.status, this.type, this.message, this.fields);
  }

  /** The same error, as the end of a call whose writes stay. */
  keepingWrites(fields: StripeErrorFields = {}): StripeError {
    return new StripeError(this.status, this.type, this.message, { ...this.fields, ...fields }, true);
  }
}

/** A request that asks for what cannot be: status 400. */
export function invalidRequest(message: string, fields: StripeErrorFields = {}): StripeError {
  return new StripeError(400, 'invalid_request_error', message, fields);
}

/** An identifier that there is nothing under. Status 404 where it is in the path, 400 where it is in a parameter. */
export function resourceMissing(
  noun: string,
  id: string,
  param = 'id',
  status = param === 'id' ? 404 : 400,
): StripeError {
  return new StripeError(status, 'invalid_request_error', `No such ${noun}: '${id}'`, {
    code: 'resource_missing',
    param,
  });
}

/**
 * The same error, with the status that it has where the identifier that there is nothing under stands in the path; wherever it
 * stands, if it is `loose`.
 */
export function missingInPath(error: StripeError, path: Readonly<Record<string, string>>, loose = false): StripeError {
  if (error.fields.code !== 'resource_missing' || error.status === 404) return error;
  const isInPath = Object.values(path).some((id) => error.message.endsWith(`: '${id}'`));
  if (!isInPath && !loose) return error;
  return new StripeError(404, error.type, error.message, error.fields, error.keepsWrites);
}

/** An account that there is not, or that belongs to another platform. */
export function noAccess(account: string): StripeError {
  return new StripeError(
    403,
    'invalid_request_error',
    `The provided key does not have access to account '${account}' (or that account does not exist). Application access may have been revoked.`,
    { code: 'account_invalid' },
  );
}

/** A parameter that has to be there. */
export function parameterMissing(param: string): StripeError {
  return invalidRequest(`Missing required param: ${param}.`, { code: 'parameter_missing', param });
}

/** A card that the bank refuses: status 402. */
export function cardError(message: string, fields: StripeErrorFields & { readonly code: string }): StripeError {
  return new StripeError(402, 'card_error', message, fields);
}

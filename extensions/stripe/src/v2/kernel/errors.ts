/** Errors as version 2 of the API answers them: https://docs.stripe.com/api-v2-overview. */
import { StripeError, type StripeErrorFields } from '../../errors';

/** What a request gives that cannot be: status 400. `param` is the field as a path: `configuration.customer`. */
export function invalidFields(message: string, param?: string): StripeError {
  return failure(400, 'invalid_fields', message, param === undefined ? {} : { param });
}

/** An identifier in the path that there is nothing under. */
export function notFound(noun: string, id: string): StripeError {
  return failure(404, 'not_found', `No such ${noun}: '${id}'`);
}

/** An error with a code that the reference names for the operation. */
export function failure(status: number, code: string, message: string, fields: StripeErrorFields = {}): StripeError {
  return new StripeError(status, 'invalid_request_error', message, { ...fields, code });
}

/** The codes of version 1 that version 2 has other ones for. */
const CODES: readonly (readonly [pattern: RegExp, code: string])[] = [
  [/^resource_missing$/, 'not_found'],
  [/^parameter_/, 'invalid_fields'],
];

/** An error as it is written. Those of version 1 come from what both versions share. */
export function errorBody(error: StripeError, requestId: string): string {
  const { code, type, ...fields } = error.fields;
  const otherCode = CODES.find(([pattern]) => code !== undefined && pattern.test(code))?.[1];
  const shown = otherCode ?? code ?? (error.status === 400 && type === undefined ? 'invalid_fields' : undefined);
  const written = {
    error: {
      ...(shown !== undefined && { code: shown }),
      ...fields,
      message: error.message,
      request_log_url: `https://dashboard.stripe.com/test/logs/${requestId}`,
      // Errors of one kind have a type of their own, which the SDKs make classes of.
      type: type ?? error.type,
    },
  };
  return JSON.stringify(written, undefined, 2);
}

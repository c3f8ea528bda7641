import type { StripeError } from '../errors';
import type { Later } from './objects';

/** What goes back to the client. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** A reply for the time being: somebody outside is to be asked first. */
export interface Waiting extends Reply {
  readonly later: Later;
}

/** An error as the API writes it. `requestId` is part of the links that it gives. */
export function errorBody(error: StripeError, requestId: string): string {
  const { code, ...fields } = error.fields;
  return JSON.stringify(
    {
      error: {
        ...(code !== undefined && {
          code,
          doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`,
        }),
        ...fields,
        message: error.message,
        request_log_url: `https://dashboard.stripe.com/test/logs/${requestId}`,
        type: error.type,
      },
    },
    undefined,
    2,
  );
}

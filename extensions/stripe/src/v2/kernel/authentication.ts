import type { Mode } from '../../compat/mode';
import type { StripeError } from '../../errors';
import { accountFor } from '../../http/account';
import { keyIn, readKey } from '../../http/credentials';
import type { Backend } from '../../kernel/backend';
import type { ApiRequest } from '../../kernel/dispatch';
import type { ApiKey } from '../../kernel/module';
import type { Operation } from '../../spec/spec';
import { accountOfSession } from '../billing/meter-sessions';
import { failure } from './errors';

export interface Caller {
  readonly account: string;
  readonly key: ApiKey;
}

/** The one operation that takes the token of a session instead of a key. */
const STREAM = 'POST /v2/billing/meter_event_stream';

/** Who asks: the holder of a secret key, or of a session for what a session is for. Throws where nobody may. */
export function authenticate(
  stripe: Backend,
  mode: Mode,
  request: ApiRequest,
  operation: Operation | undefined,
): Caller {
  if (operation?.key === STREAM) {
    const value = keyIn(request.header('authorization')) ?? '';
    return { account: accountOfSession(stripe, value), key: { value, publishable: false } };
  }
  const { header, query } = request;
  // A body of JSON holds no key.
  const key = readKey({ header, query, body: '' }, mode.takesAnyKey);
  if (key.publishable) throw secretKeyRequired();
  return { account: accountFor(stripe, header, key.value, mode.takesAnyAccount), key };
}

function secretKeyRequired(): StripeError {
  return failure(
    403,
    'secret_key_required',
    'This API call cannot be made with a publishable API key. Please use a secret API key.',
  );
}

import { StripeError } from '../errors';
import type { ApiKey } from '../kernel/module';
import type { Operation } from '../spec/spec';

/** What a page may do with its key: https://docs.stripe.com/keys. Intents it sees only with their `client_secret`. */
const OPERATIONS: readonly RegExp[] = [
  /^POST \/v1\/(tokens|sources|payment_methods|test_helpers\/confirmation_tokens)$/,
  /^GET \/v1\/(tokens|sources|confirmation_tokens)\/\{\w+\}$/,
  /^(GET|POST) \/v1\/(elements|consumers|issuing_elements)\//,
  /^(GET|POST) \/v1\/link_account_sessions$/,
  /^POST \/v1\/ephemeral_key_nonces$/,
  /^(GET|POST) \/v1\/payment_pages\/[^/]+(\/(confirm|detach))?$/,
  /^GET \/v1\/(payment|setup)_intents\/\{\w+\}$/,
  /^POST \/v1\/(payment|setup)_intents\/\{\w+\}(\/(confirm|cancel|verify_microdeposits))?$/,
];

/** Throws 403 for what takes a secret key. */
export function checkKeyFor(operation: Operation, key: ApiKey): void {
  if (!key.publishable || OPERATIONS.some((pattern) => pattern.test(operation.key))) return;
  throw new StripeError(
    403,
    'invalid_request_error',
    'This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of your API keys at https://dashboard.stripe.com/account/apikeys.',
    { code: 'secret_key_required' },
  );
}

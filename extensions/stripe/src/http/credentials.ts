import { StripeError } from '../errors';
import type { ApiRequest } from '../kernel/dispatch';
import type { ApiKey } from '../kernel/module';

const KEY = /^(sk|rk|pk)_(test|live)_\w+$/;

/**
 * The API key of a request: as a bearer token, as the name of Basic authentication, or, from pages, as the parameter `key`.
 * Any test key will do. Any text will do where `isLoose`. Throws 401 without a key, and for a live one: what holds that is not meant for a stand-in.
 */
export function readKey(request: Pick<ApiRequest, 'header' | 'query' | 'body'>, isLoose = false): ApiKey {
  const value = keyIn(request.header('authorization')) ?? fromParameters(request);
  if (value === undefined || value === '') {
    throw unauthorized(
      'You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth ' +
        "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.",
    );
  }
  const [, type, mode] = KEY.exec(value) ?? [];
  if (type === undefined && isLoose) return { value, publishable: false };
  if (type === undefined) throw invalidKey(value);
  if (mode === 'live') {
    throw unauthorized(
      `Backlot takes no live keys (${masked(value)}): give the application a test key, any sk_test_… will do.`,
    );
  }
  return { value, publishable: type === 'pk' };
}

const BEARER = 'Bearer ';

/** The key in the header `Authorization`, however it is given; undefined where there is none. */
export function keyIn(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  // What nearly all send.
  if (header.startsWith(BEARER) && !header.includes(' ', BEARER.length))
    return header.slice(BEARER.length) || undefined;
  const [, scheme, value] = /^(Bearer|Basic) +(\S+)$/i.exec(header) ?? [];
  if (scheme === undefined || value === undefined) return undefined;
  if (scheme.toLowerCase() === 'bearer') return value;
  return Buffer.from(value, 'base64').toString().split(':')[0];
}

function fromParameters({ query, body }: Pick<ApiRequest, 'query' | 'body'>): string | undefined {
  if (!query.includes('key=') && !body.includes('key=')) return undefined;
  return new URLSearchParams(query).get('key') ?? new URLSearchParams(body).get('key') ?? undefined;
}

/** Enough of a key to know it again. */
function masked(value: string): string {
  return value.length <= 12
    ? '*'.repeat(value.length)
    : `${value.slice(0, 8)}${'*'.repeat(value.length - 12)}${value.slice(-4)}`;
}

/** A key that nobody has, or that is good no more. */
export function invalidKey(key: string): StripeError {
  return unauthorized(`Invalid API Key provided: ${masked(key)}`);
}

function unauthorized(message: string): StripeError {
  return new StripeError(401, 'invalid_request_error', message);
}

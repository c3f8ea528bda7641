/** How accounts are connected by OAuth: https://docs.stripe.com/connect/oauth-reference. */
import { createHash } from 'node:crypto';
import type { Collection } from 'backlot';
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { accountTable, asAccount, asPlatform } from './account-data';
import { completeOnboarding, createAccount } from './accounts';

/** How long a code is good, in seconds. */
const CODE_LIFETIME = 5 * 60;

/** What is wrong with a request, in the words of OAuth. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';

  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

/** What somebody allowed an application. */
interface Grant {
  readonly account: string;
  readonly scope: string;
  readonly client: string;
  readonly expires_at?: number;
  /** The SHA-256 sum, in base64url, of what whoever takes the code has to know. */
  readonly challenge?: string;
}

/** Codes, access tokens, refresh tokens and publishable keys, by what they are. */
function grants(stripe: Backend): Collection<Grant> {
  return stripe.state.collection<Grant>('oauth_grant', { indexes: { account: (grant) => [[grant.account]] } });
}

/** Keys that OAuth gave, which act for one account. */
const OAUTH_KEY = /^[sp]k_test_(?:sandbox_[A-Za-z0-9]{1,63}_)?oauth\w{24}$/;

/** The account that a key acts for: undefined for one that OAuth did not give, null for one that is good no more. */
export function accountOfKey(stripe: Backend, key: string): string | null | undefined {
  if (!OAUTH_KEY.test(key)) return undefined;
  return grants(stripe).get(key)?.account ?? null;
}

export interface Authorization {
  readonly client: string;
  readonly scope: string;
  /** An account that is there; left out, one is made. */
  readonly account?: string | undefined;
  readonly isExpress: boolean;
  /** What the application knows of the account, as `stripe_user` gives it. */
  readonly prefill: Readonly<Record<string, string>>;
}

/** Lets an application act for an account. Gives the code that it gets the tokens for. */
export function authorize(stripe: Backend, { client, scope, account, isExpress, prefill }: Authorization): string {
  return asPlatform(stripe, () => {
    const id = account ?? newAccount(stripe, isExpress, prefill).id;
    accountTable(stripe).get(id, 'account');
    const code = issueCode(stripe, { account: id, scope, client });
    asAccount(stripe, id, () => stripe.emit('account.application.authorized', application(client)));
    return code;
  });
}

/** Makes a code that an application gets the tokens of an account for. */
export function issueCode(stripe: Backend, grant: Omit<Grant, 'expires_at'>): string {
  const code = stripe.platform.ids.next('ac', 32);
  grants(stripe).put(code, { ...grant, expires_at: stripe.now() + CODE_LIFETIME });
  return code;
}

function newAccount(stripe: Backend, isExpress: boolean, prefill: Authorization['prefill']): Stripe.Account {
  const { email, country, business_name: name, url, phone_number: phone } = prefill;
  const { id } = createAccount(stripe, {
    type: isExpress ? 'express' : 'standard',
    ...(isExpress && { capabilities: { card_payments: { requested: true }, transfers: { requested: true } } }),
    ...(email && { email }),
    ...(country && { country: country.toUpperCase() }),
    ...((name || url || phone) && {
      business_profile: { ...(name && { name }), ...(url && { url }), ...(phone && { support_phone: phone }) },
    }),
  });
  return completeOnboarding(stripe, id);
}

function application(client: string): object {
  return { id: client, object: 'application', name: 'Backlot' };
}

/** The tokens for a code or a refresh token. `prefix` is what secret keys of the sandbox begin with. */
export function exchange(stripe: Backend, given: Readonly<Record<string, string>>, prefix: string): object {
  const type = given['grant_type'];
  if (type === 'authorization_code')
    return tokensFor(stripe, takeCode(stripe, given['code'], given['code_verifier']), prefix);
  if (type !== 'refresh_token') {
    throw new OAuthError('unsupported_grant_type', 'Grant type must be authorization_code or refresh_token');
  }
  const refresh = given['refresh_token'];
  if (!refresh) throw new OAuthError('invalid_request', 'No refresh token specified');
  const grant = grants(stripe).get(refresh);
  if (!grant) throw new OAuthError('invalid_grant', `Refresh token does not exist: ${refresh}`);
  return tokensFor(stripe, grant, prefix, refresh);
}

/** A code is good once, and not for long. */
function takeCode(stripe: Backend, code: string | undefined, verifier: string | undefined): Grant {
  if (!code) throw new OAuthError('invalid_request', 'No authorization code specified');
  const grant = code.startsWith('ac_') ? grants(stripe).get(code) : undefined;
  if (!grant) throw new OAuthError('invalid_grant', `Authorization code does not exist: ${code}`);
  if (grant.expires_at !== undefined && grant.expires_at <= stripe.now()) {
    throw new OAuthError('invalid_grant', `Authorization code expired: ${code}`);
  }
  if (grant.challenge !== undefined && grant.challenge !== challengeOf(verifier ?? '')) {
    throw new OAuthError(
      'invalid_grant',
      'The code_verifier does not match the code_challenge of this authorization code',
    );
  }
  grants(stripe).delete(code);
  return grant;
}

/** https://datatracker.ietf.org/doc/html/rfc7636#section-4.2 */
function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

function tokensFor(stripe: Backend, { account, scope, client }: Grant, prefix: string, refresh?: string): object {
  const keep = (token: string): string => {
    grants(stripe).put(token, { account, scope, client });
    return token;
  };
  return {
    access_token: keep(`sk_test_${prefix}oauth${stripe.secret()}`),
    livemode: false,
    refresh_token: refresh ?? keep(stripe.platform.ids.next('rt', 48)),
    scope,
    stripe_publishable_key: keep(`pk_test_${prefix}oauth${stripe.secret()}`),
    stripe_user_id: account,
    token_type: 'bearer',
  };
}

/** Takes it all back: the account is no longer connected. */
export function deauthorize(stripe: Backend, client: string | undefined, account: string | undefined): object {
  if (!client) throw new OAuthError('invalid_request', 'No client_id specified');
  if (!account) throw new OAuthError('invalid_request', 'No stripe_user_id specified');
  return asPlatform(stripe, () => {
    if (!accountTable(stripe).has(account)) {
      throw new OAuthError(
        'invalid_client',
        `This application is not connected to stripe account ${account}, or that account does not exist.`,
        401,
      );
    }
    asAccount(stripe, account, () => stripe.emit('account.application.deauthorized', application(client)));
    for (const [key] of [
      ...grants(stripe)
        .by('account')
        .entries({ from: [account], before: [`${account}\0`] }),
    ]) {
      grants(stripe).delete(key);
    }
    accountTable(stripe).update(account, { deleted: true } as unknown as Partial<Stripe.Account>);
    return { stripe_user_id: account };
  });
}

/** Tokens that stand for what people say of themselves: https://docs.stripe.com/api/v2/core/account-tokens. */
import type { Backend } from '../../kernel/backend';
import type { Call, DefineModule } from '../../kernel/module';
import type { StripeObject } from '../../kernel/objects';
import { failure, notFound } from '../kernel/errors';
import { timestamp } from '../kernel/time';
import { findAccount } from './account-operations';

/** How long a token is good, in seconds. */
const LIFETIME = 10 * 60;

type TokenKind = 'v2.core.account_token' | 'v2.core.account_person_token';

interface Token extends StripeObject {
  readonly object: TokenKind;
  readonly created: number;
  readonly used: boolean;
}

interface TokenSecret {
  readonly given: Readonly<Record<string, unknown>>;
}

function tokenTable(stripe: Backend, kind: TokenKind) {
  return stripe.table<Token, TokenSecret>(kind);
}

/** What a token stands for. Throws for one that there is not, that was used, or that is too old. */
export function useToken(stripe: Backend, kind: TokenKind, id: string): Readonly<Record<string, unknown>> {
  const table = tokenTable(stripe, kind);
  const token = table.find(id);
  const param = kind === 'v2.core.account_token' ? 'account_token' : 'person_token';
  if (token === undefined) throw failure(400, 'not_found', `No such token: '${id}'`, { param });
  if (token.used) throw failure(400, 'token_already_used', 'The token was used before.', { param });
  if (token.created + LIFETIME <= stripe.now())
    throw failure(400, 'token_expired', 'The token has expired.', { param });
  table.update(id, { used: true });
  return attested(stripe, table.hidden(id)?.given ?? {});
}

/** Who attests something in a token does so now, from where the token was made. */
function attested(stripe: Backend, value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      if (typeof each !== 'object' || each === null || Array.isArray(each)) return [name, each];
      const isAttestation = ['attested', 'shown_and_accepted'].some(
        (word) => (each as Record<string, unknown>)[word] === true,
      );
      if (isAttestation) return [name, { date: timestamp(stripe.now()), ip: '127.0.0.1' }];
      return [name, attested(stripe, each as Readonly<Record<string, unknown>>)];
    }),
  );
}

function shown({ id, object, created, used }: Token): object {
  return { id, object, created: timestamp(created), expires_at: timestamp(created + LIFETIME), livemode: false, used };
}

export const tokens: DefineModule = (stripe) => {
  const make = (kind: TokenKind, given: TokenSecret['given']): object => {
    const token: Token = { id: stripe.newId(kind), object: kind, created: stripe.now(), used: false };
    return shown(tokenTable(stripe, kind).insert(token, { given }));
  };
  const find = (kind: TokenKind, { path }: Call): object => {
    const token = tokenTable(stripe, kind).find(path['id']!);
    if (token === undefined) throw notFound('token', path['id']!);
    return shown(token);
  };
  return {
    operations: {
      'POST /v2/core/account_tokens': ({ params }) => make('v2.core.account_token', params),
      'GET /v2/core/account_tokens/{id}': (call) => find('v2.core.account_token', call),
      'POST /v2/core/accounts/{account}/person_tokens': ({ path, params }) => {
        findAccount(stripe, path['account']!);
        return make('v2.core.account_person_token', params);
      },
      'GET /v2/core/accounts/{account}/person_tokens/{id}': (call) => find('v2.core.account_person_token', call),
    },
  };
};

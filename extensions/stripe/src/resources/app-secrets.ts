import type Stripe from 'stripe';
import { invalidRequest, parameterMissing, StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { newObject } from '../kernel/resource';
import type { Table } from '../kernel/table';

type Secret = Stripe.Apps.Secret;
type Scope = Stripe.Apps.SecretCreateParams['scope'];

interface SecretHidden {
  readonly payload: string;
}

/** What apps keep in Stripe, by scope and name: https://docs.stripe.com/stripe-apps/store-secrets. */
export const appSecrets: DefineModule = (stripe) => {
  const table = secretTable(stripe);
  return {
    operations: {
      'POST /v1/apps/secrets': ({ params }) => {
        const { name, payload, scope, expires_at } = params as unknown as Stripe.Apps.SecretCreateParams;
        checkScope(scope);
        if (expires_at !== undefined && expires_at <= stripe.now()) {
          throw invalidRequest('The time of expiry must be in the future.', { param: 'expires_at' });
        }
        const former = find(stripe, name, scope);
        if (former) {
          table.hide(former.id, { payload });
          return table.update(former.id, { expires_at: expires_at ?? null });
        }
        const own = { expires_at: expires_at ?? null, scope };
        return table.insert(newObject<Secret>(stripe, 'apps.secret', { name }, own), { payload });
      },
      'GET /v1/apps/secrets': ({ params, url }) => {
        const { scope } = params as unknown as Stripe.Apps.SecretListParams;
        checkScope(scope);
        return table.page(url, params, { where: (secret) => isIn(scope, secret) && isGood(stripe, secret) });
      },
      'GET /v1/apps/secrets/find': ({ params }) => {
        const { name, scope } = params as unknown as Stripe.Apps.SecretFindParams;
        return existing(stripe, name, scope);
      },
      'POST /v1/apps/secrets/delete': ({ params }) => {
        const { name, scope } = params as unknown as Stripe.Apps.SecretDeleteWhereParams;
        const secret = existing(stripe, name, scope);
        table.remove(secret.id);
        return { ...secret, deleted: true };
      },
    },
    includes: {
      // It is a text, which no other field on demand is.
      'apps.secret payload': ({ id }: Secret) => (table.hidden(id)?.payload ?? null) as unknown as object,
    },
  };
};

function secretTable(stripe: Backend): Table<Secret, SecretHidden> {
  return stripe.table<Secret, SecretHidden>('apps.secret');
}

function find(stripe: Backend, name: string, scope: Scope): Secret | undefined {
  return secretTable(stripe).first({
    where: (secret) => secret.name === name && isIn(scope, secret) && isGood(stripe, secret),
  });
}

function existing(stripe: Backend, name: string, scope: Scope): Secret {
  checkScope(scope);
  const found = find(stripe, name, scope);
  if (found) return found;
  throw new StripeError(404, 'invalid_request_error', `No such secret: '${name}'`, {
    code: 'resource_missing',
    param: 'name',
  });
}

function isIn(scope: Scope, { scope: own }: Secret): boolean {
  return own.type === scope.type && own.user === scope.user;
}

function isGood(stripe: Backend, { expires_at: end }: Secret): boolean {
  return end === null || end > stripe.now();
}

function checkScope({ type, user }: Scope): void {
  if (type === 'user' && user === undefined) throw parameterMissing('scope[user]');
  if (type === 'account' && user !== undefined) {
    throw invalidRequest('You may only give a user where the scope is `user`.', { param: 'scope[user]' });
  }
}

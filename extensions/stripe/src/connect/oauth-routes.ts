import type { RequestContext, Router } from 'backlot';
import { StripeError } from '../errors';
import { keyIn, readKey } from '../http/credentials';
import { sandboxOfKey } from '../http/sandbox';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import { html, safeUrl } from '../pages/html';
import { notice, page } from '../pages/layout';
import { endpoint, type PageAnswer, type Visit } from '../pages/page-host';
import { withQuery } from '../pages/with-query';
import { accountTable } from './account-data';
import { authorize, deauthorize, exchange, OAuthError } from './oauth';

const SCOPES = ['read_write', 'read_only'];

/** Where somebody allows an application to act for their account, and where the application gets its tokens. */
export function serveOAuth(router: Router, stripe: Backend): void {
  for (const at of ['/oauth/authorize', '/express/oauth/authorize']) {
    const isExpress = at.startsWith('/express');
    router.get(
      at,
      endpoint(stripe, 'oauth', [], (visit) => ask(stripe, visit)),
    );
    router.post(
      at,
      endpoint(stripe, 'oauth', [], (visit) => decide(stripe, visit, isExpress)),
    );
  }
  router.post('/oauth/token', (context) =>
    answer(stripe, context, (given, key) => exchange(stripe, given, prefixOf(key))),
  );
  router.post('/oauth/deauthorize', (context) =>
    answer(stripe, context, (given) => deauthorize(stripe, given['client_id'], given['stripe_user_id'])),
  );
}

/** What the application asked for. Throws for what no application may ask. */
function readRequest({ query }: Visit): { client: string; scope: string } {
  const client = query.get('client_id') ?? '';
  const scope = query.get('scope') ?? 'read_only';
  const wrong =
    client === ''
      ? 'No application matches the supplied client identifier'
      : query.get('response_type') !== 'code'
        ? "The response_type must be 'code'"
        : SCOPES.includes(scope)
          ? undefined
          : `Invalid scope provided: ${scope}`;
  if (wrong !== undefined) throw new StripeError(400, 'invalid_request_error', wrong);
  return { client, scope };
}

function ask(stripe: Backend, visit: Visit): PageAnswer {
  const { client } = readRequest(visit);
  const accounts = [...accountTable(stripe).values()];
  return page({
    title: 'Connect your account',
    body: html`<main class="narrow">
      <form method="post" class="card" action="?${visit.query.toString()}">
        <h1>Connect your account</h1>
        <p>The application ${client} wants to act for your account.</p>
        ${
          accounts.length > 0 &&
          html`<label
            >Account
            <select name="account">
              <option value="">A new account</option>
              ${accounts.map(({ id, email }) => html`<option value="${id}">${id} ${email ?? ''}</option>`)}
            </select></label
          >`
        }
        <div class="actions">
          <button class="primary" name="action" value="authorize">Connect my account</button>
          <button name="action" value="deny">Cancel</button>
        </div>
      </form>
    </main>`,
  });
}

function decide(stripe: Backend, visit: Visit, isExpress: boolean): PageAnswer {
  const { query, form } = visit;
  const { client, scope } = readRequest(visit);
  const state = query.get('state') ?? undefined;
  const back = safeUrl(query.get('redirect_uri'));
  if (form.get('action') === 'deny') {
    const denied = { error: 'access_denied', error_description: 'The user denied your request', state };
    return back === undefined
      ? notice('Canceled', 'The account is not connected.')
      : { redirect: withQuery(back, denied) };
  }
  const prefill = Object.fromEntries(
    [...query].flatMap(([name, value]) => {
      const [, field] = /^stripe_user\[(\w+)\]$/.exec(name) ?? [];
      return field === undefined ? [] : [[field, value]];
    }),
  );
  const code = authorize(stripe, { client, scope, account: form.get('account') || undefined, isExpress, prefill });
  if (back === undefined) return notice('Connected', `The code of the application is ${code}.`);
  return { redirect: withQuery(back, { scope, code, state }) };
}

type Work = (given: Readonly<Record<string, string>>, key: string) => object;

/** Answers a call of the application, as OAuth does: with JSON, also where something is wrong. */
async function answer(stripe: Backend, context: RequestContext, work: Work): Promise<object> {
  const { request, response } = context;
  const given = Object.fromEntries(new URLSearchParams(await context.body.text()));
  try {
    stripe.settle();
    const key = keyIn(request.headers.authorization) ?? given['client_secret'] ?? '';
    readKey({ header: () => `Bearer ${key}`, query: '', body: '' });
    const reply = stripe.step({ account: PLATFORM_ACCOUNT, clock: null }, () => work(given, key));
    stripe.jobs.arm();
    return reply;
  } catch (error) {
    if (error instanceof OAuthError) {
      response.statusCode = error.status;
      return { error: error.code, error_description: error.message };
    }
    if (!(error instanceof StripeError)) throw error;
    response.statusCode = error.status;
    return { error: error.status === 401 ? 'invalid_client' : 'invalid_request', error_description: error.message };
  }
}

/** What keys of the same sandbox begin with, after `sk_test_`. */
function prefixOf(key: string): string {
  const sandbox = sandboxOfKey(key);
  return sandbox === undefined ? '' : `sandbox_${sandbox}_`;
}

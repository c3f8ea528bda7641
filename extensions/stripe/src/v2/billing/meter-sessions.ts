/** Sessions for reporting usage at high rates: https://docs.stripe.com/billing/subscriptions/usage-based/recording-usage-api. */
import type { Collection } from 'backlot';
import { StripeError } from '../../errors';
import type { Backend } from '../../kernel/backend';
import type { DefineModule } from '../../kernel/module';
import { timestamp } from '../kernel/time';

/** How long a session is good, in seconds. */
const LIFETIME = 15 * 60;

interface Session {
  readonly account: string;
  readonly expires_at: number;
}

function sessions(stripe: Backend): Collection<Session> {
  return stripe.state.collection<Session>('meter_event_session');
}

/** The account that a session reports for. Throws for a token that nobody gave, or that is good no more. */
export function accountOfSession(stripe: Backend, token: string): string {
  const session = sessions(stripe).get(token);
  if (session === undefined)
    throw new StripeError(401, 'invalid_request_error', 'Invalid authentication token: create a meter event session.');
  if (session.expires_at > stripe.platform.clock.seconds()) return session.account;
  throw new StripeError(400, 'invalid_request_error', 'The meter event session has expired.', {
    code: 'billing_meter_event_session_expired',
    type: 'temporary_session_expired',
  });
}

/** https://docs.stripe.com/api/v2/billing/meter-event-session */
export const meterSessions: DefineModule = (stripe) => ({
  operations: {
    'POST /v2/billing/meter_event_session': () => {
      const now = stripe.now();
      const expires = now + LIFETIME;
      const token = newToken(stripe);
      sessions(stripe).put(token, { account: stripe.account, expires_at: expires });
      return {
        id: stripe.newId('v2.billing.meter_event_session'),
        object: 'v2.billing.meter_event_session',
        authentication_token: token,
        created: timestamp(now),
        expires_at: timestamp(expires),
        livemode: false,
      };
    },
  },
});

/** It names the sandbox that it is for, as keys do: a stream has nothing else to name it by. */
function newToken(stripe: Backend): string {
  const { sandbox } = stripe.state;
  const place = sandbox === undefined ? '' : `sandbox_${sandbox}_`;
  return `token_test_${place}${stripe.secret(48)}`;
}

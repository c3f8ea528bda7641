/** What embedded components may do for an account: https://docs.stripe.com/api/account_sessions. */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { sample } from '../spec/shapes';
import { merged } from './given';

type Features = Record<string, unknown>;

interface Component {
  readonly enabled: boolean;
  readonly features?: Features;
}

const LIFETIME = 60 * 60;

/** A session for the components that a client names; the others are disabled. */
export function newAccountSession(
  stripe: Backend,
  account: Stripe.Account,
  given: Readonly<Record<string, object>>,
): object {
  const session = sample('account_session', { id: account.id, created: stripe.now() });
  const components = Object.entries(session['components'] as Readonly<Record<string, Component>>).map(
    ([name, component]) => {
      const wishes = given[name] ?? {};
      const whole = merged(component, wishes) as Component;
      if (component.features === undefined) return [name, whole];
      const said = (wishes as Partial<Component>).features ?? {};
      return [name, { ...whole, features: withDefaults(component.features, said, account) }];
    },
  );
  return {
    ...session,
    account: account.id,
    client_secret: `accs_secret__${stripe.secret(40)}`,
    components: Object.fromEntries(components) as object,
    expires_at: stripe.now() + LIFETIME,
    livemode: false,
  };
}

/** The features of a component as a client wants them, and the others as they are when nobody says anything. */
function withDefaults(known: Features, given: Features, { controller }: Stripe.Account): Features {
  const bearsLosses = controller?.losses?.payments === 'stripe';
  const usual: Features = {
    capture_payments: true,
    dispute_management: true,
    edit_payout_schedule: bearsLosses,
    external_account_collection: true,
    instant_payouts: bearsLosses,
    refund_management: true,
    smart_disputes_management: given['dispute_management'] ?? true,
    standard_payouts: bearsLosses,
    ...('external_account_collection' in known && {
      disable_stripe_user_authentication: given['external_account_collection'] === false,
    }),
  };
  return Object.fromEntries(Object.keys(known).map((name) => [name, given[name] ?? usual[name] ?? false]));
}

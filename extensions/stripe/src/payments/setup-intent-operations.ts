import type Stripe from 'stripe';
import type { Call, DefineModule } from '../kernel/module';
import { withToken } from './confirming-tokens';
import { typesFor } from './intent-methods';
import { needsReturnUrl, noSuchIntent } from './intent-state';
import { CONFIRMABLE } from './intents';
import { failDeposits, verifyDeposits } from './microdeposits';
import { checkSecret, viewFor } from './public-view';
import { type ConfirmSetupParams, confirmSetup } from './confirm-setup';
import { createSetupIntent, type CreateSetupParams } from './create-setup';
import { attempts } from './setup-attempts';
import { cancelSetupIntent } from './cancel-setup';
import { setupTable, updateSetupIntent } from './setup-intents';

/** https://docs.stripe.com/api/setup_intents and https://docs.stripe.com/api/setup_attempts */
export const setupIntents: DefineModule = (stripe) => {
  const table = setupTable(stripe);
  const found = (call: Call): Stripe.SetupIntent => {
    const intent = table.find(call.path['id']!);
    if (intent === undefined) throw noSuchIntent('setup_intent', call.path['id']!);
    checkSecret(call, intent);
    return intent;
  };
  const checkReturnUrl = (
    { return_url: url, use_stripe_sdk: useSdk }: ConfirmSetupParams,
    automatic: { readonly allow_redirects?: string } | null,
  ): void => {
    if (automatic !== null && automatic.allow_redirects !== 'never' && url === undefined && useSdk !== true) {
      throw needsReturnUrl();
    }
  };
  return {
    operations: {
      'POST /v1/setup_intents': ({ params }) => {
        const given = withToken(stripe, params as unknown as CreateSetupParams);
        if (given.confirm === true) checkReturnUrl(given, typesFor(stripe, given).automatic_payment_methods);
        return createSetupIntent(stripe, given);
      },
      'GET /v1/setup_intents': ({ url, params }) => {
        const { customer, payment_method } = params as Stripe.SetupIntentListParams;
        return table.page(url, params, { by: { customer, payment_method } });
      },
      'GET /v1/setup_intents/{id}': (call) => viewFor(call, found(call)),
      'POST /v1/setup_intents/{id}': (call) => viewFor(call, updateSetupIntent(stripe, found(call), call.params)),
      'POST /v1/setup_intents/{id}/confirm': (call) => {
        const intent = found(call);
        const given = withToken(stripe, call.params as unknown as ConfirmSetupParams);
        if (CONFIRMABLE.includes(intent.status)) checkReturnUrl(given, intent.automatic_payment_methods);
        return viewFor(call, confirmSetup(stripe, intent.id, given));
      },
      'POST /v1/setup_intents/{id}/cancel': (call) => {
        const { cancellation_reason: reason } = call.params as Stripe.SetupIntentCancelParams;
        return cancelSetupIntent(stripe, found(call).id, reason ?? null);
      },
      'POST /v1/setup_intents/{id}/verify_microdeposits': (call) => {
        const { id } = found(call);
        return viewFor(call, verifyDeposits(stripe, id, call.params) as Stripe.SetupIntent);
      },
      'GET /v1/setup_attempts': ({ url, params }) => {
        const { setup_intent } = params as unknown as Stripe.SetupAttemptListParams;
        return attempts(stripe).page(url, params, { by: { setup_intent } });
      },
    },
    jobs: { 'setup_intent.deposits_failed': (each, { subject }) => failDeposits(each, subject) },
  };
};

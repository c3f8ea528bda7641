import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { unexpectedState } from './intent-state';
import { abandonAttempt } from './setup-attempts';
import { CANCELABLE, setupTable } from './setup-intents';

/** Cancels a setup intent, with `setup_intent.canceled`. */
export function cancelSetupIntent(stripe: Backend, id: string, reason: string | null = null): Stripe.SetupIntent {
  const intent = setupTable(stripe).get(id);
  if (!stripe.isLoose && !CANCELABLE.includes(intent.status)) {
    const statuses = '`requires_payment_method`, `requires_confirmation`, or `requires_action`';
    throw unexpectedState(
      intent,
      intent.status === 'canceled'
        ? 'You cannot cancel this SetupIntent because it is already canceled.'
        : `You cannot cancel this SetupIntent because it has a status of ${intent.status}. Only a SetupIntent with one of the following statuses may be canceled: ${statuses}.`,
    );
  }
  abandonAttempt(stripe, intent);
  const canceled = setupTable(stripe).update(id, {
    status: 'canceled',
    cancellation_reason: reason,
    next_action: null,
  });
  stripe.emit('setup_intent.canceled', canceled);
  return canceled;
}

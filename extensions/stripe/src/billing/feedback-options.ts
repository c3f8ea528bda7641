import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import type { DefineModule } from '../kernel/module';
import { resourceOperations } from '../kernel/resource';
import { checkLength } from '../parameters/validate';

type Option = Stripe.Billing.FeedbackOption;

const LONGEST = 100;

/** What customers may give as their reason when they cancel: https://docs.stripe.com/api/billing/feedback_option. */
export const feedbackOptions: DefineModule = (stripe) => {
  const table = stripe.table<Option>('billing.feedback_option');
  return {
    operations: {
      ...resourceOperations<Option>(stripe, {
        kind: 'billing.feedback_option',
        path: '/v1/billing/feedback_options',
        create: ({ description }) => {
          checkDescription(description as string);
          return { status: 'active', status_transitions: { deactivated_at: null } };
        },
        update: ({ description }) => {
          if (description !== undefined) checkDescription(description as string);
          return {};
        },
        filters: ['status'],
      }),
      'POST /v1/billing/feedback_options/{id}/deactivate': ({ path: { id } }) => {
        if (table.get(id!).status === 'inactive') throw invalidRequest('The feedback option is already inactive.');
        return table.update(id!, { status: 'inactive', status_transitions: { deactivated_at: stripe.now() } });
      },
    },
  };
};

function checkDescription(description: string): void {
  if (description.trim() === '') throw parameterMissing('description');
  checkLength(description, LONGEST, 'description');
}

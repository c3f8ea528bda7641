import { invalidRequest } from '../errors';
import type { Backend } from './backend';

/** How many there may be, where the configuration holds limits: https://docs.stripe.com/billing/testing/test-clocks#limitations. */
const MOST = {
  'test webhook endpoints': 16,
  'customers for this test clock': 3,
  'quotes without a customer for this test clock': 10,
  'subscriptions for this customer on a test clock': 3,
} as const;

/** Throws where there are as many of something as there may be. Counts only where the configuration holds limits. */
export function checkLimit(stripe: Backend, what: keyof typeof MOST, count: () => number): void {
  if (!stripe.config.limits || count() < MOST[what]) return;
  throw invalidRequest(`You have reached the maximum of ${MOST[what]} ${what}.`);
}

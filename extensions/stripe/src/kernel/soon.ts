import type { Backend } from './backend';

/**
 * Does something as a step of its own as soon as the running call is answered, in the account and on the clock of the call: what a
 * client learns by an event, or by asking again. Nothing is done where the call fails.
 */
export function soon(stripe: Backend, work: () => void): void {
  const { scope } = stripe;
  stripe.afterwards(() => stripe.step(scope, work));
}

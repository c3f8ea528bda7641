import type { Backend } from './backend';

/**
 * In how many seconds the world has done what takes it days: banks, authorities. Two, for time is counted in whole seconds, and one may be
 * over before a client has looked at what is pending.
 */
export const SOON = 2;

/**
 * Does something as a step of its own as soon as the running call is answered, in the account and on the clock of the call: what a
 * client learns by an event, or by asking again. Nothing is done where the call fails.
 */
export function soon(stripe: Backend, work: () => void): void {
  const { scope } = stripe;
  stripe.afterwards(() => stripe.step(scope, work));
}

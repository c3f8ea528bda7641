/** `"compat"`: what other stand-ins for Stripe do otherwise, as answers to the questions that each call of the API asks. */
import type { StripeConfig } from '../config';
import type { StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import type { ApiRequest } from '../kernel/dispatch';
import type { OperationHandler } from '../kernel/module';
import type { Reply } from '../kernel/reply';
import type { RawHash } from '../parameters/form';
import type { Operation } from '../spec/spec';
import { emulate } from './emulate';
import { MISSING, withFixtures } from './fixtures';
import { statefulMockParameters, withStatefulMockTokens } from './stateful-mock';
import { stripeMock } from './stripe-mock';

/** What is left out is as with Stripe. */
export interface Mode {
  /** Any text that is no live key is a key. */
  readonly takesAnyKey?: boolean;
  /** `Stripe-Account` may name an account that there is not. */
  readonly takesAnyAccount?: boolean;
  /** Any text that has the form of a version is one. */
  readonly takesAnyVersion?: boolean;
  /** Parameters that nobody knows are passed over, except where lists are narrowed. */
  readonly passesOverUnknown?: boolean;
  /** A request as it is meant. Throws what is refused before anything else is looked at. */
  readonly read?: (request: ApiRequest) => ApiRequest;
  /** The parameters of an operation as they are meant, before they are checked. */
  readonly given?: (operation: Operation, given: RawHash) => RawHash;
  /** The names of parameters that only this mode takes. */
  readonly parameters?: (operation: Operation, given: RawHash) => readonly string[];
  /** A handler that does what the given one does, otherwise. It calls `onShape` when its answer is made up. */
  readonly handler?: (handler: OperationHandler, onShape: () => void) => OperationHandler;
  /** An error in the words of this mode. */
  readonly reworded?: (error: StripeError) => StripeError;
  /** A reply with what this mode adds to it. */
  readonly answered?: (request: ApiRequest, reply: Reply) => Reply;
}

const MODES: Readonly<Record<StripeConfig['compat'], (stripe: Backend) => Mode>> = {
  none: () => ({}),
  localstripe: () => ({ takesAnyKey: true, takesAnyVersion: true, passesOverUnknown: true }),
  'stripe-stateful-mock': (stripe) => ({
    parameters: statefulMockParameters,
    handler: (handler) => withStatefulMockTokens(stripe, handler),
  }),
  emulate,
  'stripe-mock': stripeMock,
};

/** The mode of a configuration. */
export function modeOf(stripe: Backend): Mode {
  const { compat, fallback } = stripe.config;
  const mode = MODES[compat](stripe);
  // That of stripe-mock goes further.
  if (fallback !== 'fixtures' || compat === 'stripe-mock') return mode;
  return {
    ...mode,
    takesAnyAccount: true,
    handler: (handler, onShape) =>
      withFixtures(stripe, mode.handler?.(handler, onShape) ?? handler, { rule: MISSING, onShape }),
  };
}

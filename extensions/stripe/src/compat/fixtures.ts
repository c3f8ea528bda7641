/** `"fallback": "fixtures"`: what is not there is made up, as stripe-mock does, so that requests with placeholders succeed. */
import { StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import type { Call, OperationHandler } from '../kernel/module';
import { generatedAnswer } from '../kernel/unstated';
import { sample } from '../spec/shapes';

/**
 * A handler that answers a generated object where the given one finds no object for an identifier, in the path or in a parameter.
 * What it had written until then is undone, and nothing is kept of the generated object.
 */
export function withFixtures(stripe: Backend, handler: OperationHandler, onFallback: () => void): OperationHandler {
  return (call) => {
    try {
      return stripe.state.transaction(() => handler(call));
    } catch (error) {
      if (!(error instanceof StripeError) || error.fields.code !== 'resource_missing') throw error;
      onFallback();
      return fixture(stripe, call);
    }
  };
}

function fixture(stripe: Backend, call: Call): object {
  const { kind, result } = call.operation;
  const answer = generatedAnswer(stripe, call);
  if (kind !== 'list' && kind !== 'search') return answer;
  return { ...answer, data: [sample(result, { id: stripe.newId(result), created: stripe.now() })] };
}

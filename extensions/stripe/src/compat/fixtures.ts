/** `"fallback": "fixtures"`: what is not there is made up, as stripe-mock does, so that requests with placeholders succeed. */
import { StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import type { Call, OperationHandler } from '../kernel/module';
import { generatedAnswer } from '../kernel/unstated';
import { sample } from '../spec/shapes';

/** The codes of errors about an identifier that there is nothing under. */
const MISSING: ReadonlySet<string> = new Set(['account_invalid', 'resource_missing']);

/**
 * A handler that answers a generated object where the given one finds no object for an identifier, in the path or in a parameter,
 * and a list of one where there is no object of its kind at all. What it had written until then is undone, and nothing is kept of
 * the generated object.
 */
export function withFixtures(stripe: Backend, handler: OperationHandler, onFallback: () => void): OperationHandler {
  return (call) => {
    const generate = (): object => {
      onFallback();
      return fixture(stripe, call);
    };
    try {
      const answer = stripe.state.transaction(() => handler(call));
      return isEmpty(stripe, call, answer) ? generate() : answer;
    } catch (error) {
      if (!(error instanceof StripeError) || !MISSING.has(error.fields.code ?? '')) throw error;
      return generate();
    }
  };
}

function isPages({ operation: { kind } }: Call): boolean {
  return kind === 'list' || kind === 'search';
}

/** Whether a list of the account has nothing because nobody ever made anything of its kind. */
function isEmpty(stripe: Backend, call: Call, answer: object): boolean {
  if (!isPages(call) || Object.keys(call.path).length > 0) return false;
  const { data } = answer as { readonly data?: readonly unknown[] };
  return data?.length === 0 && stripe.table(call.operation.result).first({}) === undefined;
}

function fixture(stripe: Backend, call: Call): object {
  const { result } = call.operation;
  const answer = generatedAnswer(stripe, call);
  if (!isPages(call)) return answer;
  return { ...answer, data: [sample(result, { id: stripe.newId(result), created: stripe.now() })] };
}

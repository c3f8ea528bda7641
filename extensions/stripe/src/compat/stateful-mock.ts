/** `"compat": "stripe-stateful-mock"`: the tokens that its documentation tells of. https://github.com/Giftbit/stripe-stateful-mock */
import { StripeError } from '../errors';
import type { Backend } from '../kernel/backend';
import type { Call, OperationHandler } from '../kernel/module';
import type { RawHash } from '../parameters/form';
import { isIdentifier } from '../parameters/undeclared';
import type { Operation } from '../spec/spec';

/** The operations whose `source` can be such a token. */
const TAKES_TOKENS: ReadonlySet<string> = new Set(['POST /v1/charges', 'POST /v1/customers']);

/** What is charged in the place of a token that says something else about the request. */
const ORDINARY = 'tok_visa';

/** Where a chain stands. */
interface Chain {
  readonly used: number;
}

/**
 * A handler that knows `tok_429`, `tok_500` and `tok_forget`, whose answer is not kept, and chains of tokens, `tok_500|tok_visa`, of
 * which each request uses the next.
 */
export function withStatefulMockTokens(stripe: Backend, handler: OperationHandler): OperationHandler {
  return (call) => {
    const { source } = call.params as { readonly source?: unknown };
    if (typeof source !== 'string' || !TAKES_TOKENS.has(call.operation.key)) return handler(call);
    if (!source.includes('|')) return answer(stripe, handler, call, source);
    return counted(stripe, source, (token) => answer(stripe, handler, call, token));
  };
}

/** The names of parameters that only this mode takes: accounts, too, can be given their identifier. */
export function statefulMockParameters({ key }: Operation, given: RawHash): readonly string[] {
  return key === 'POST /v1/accounts' && isIdentifier(given['id']) ? ['id'] : [];
}

function answer(stripe: Backend, handler: OperationHandler, call: Call, token: string): object {
  if (token === 'tok_429') {
    throw new StripeError(
      429,
      'rate_limit_error',
      'Too many requests in a short time: tok_429 asks for this answer.',
    ).keepingWrites();
  }
  if (token === 'tok_500') {
    throw new StripeError(500, 'api_error', 'An error of the server: tok_500 asks for this answer.').keepingWrites();
  }
  const charged = (source: string): object => handler({ ...call, params: { ...call.params, source } });
  return token === 'tok_forget' ? undone(stripe, () => charged(ORDINARY)) : charged(token);
}

/** What a function answers, without what it writes. */
function undone(stripe: Backend, work: () => object): object {
  const forget = new Error('Nothing of this is kept.');
  let answered: object = {};
  try {
    stripe.state.transaction(() => {
      answered = work();
      throw forget;
    });
  } catch (error) {
    if (error !== forget) throw error;
  }
  return answered;
}

function chains(stripe: Backend) {
  return stripe.state.collection<Chain>('stateful_mock_chains');
}

/** The token of a chain whose turn it is: the last one again when all were used. */
function next(stripe: Backend, chain: string): string {
  const tokens = chain.split('|');
  return tokens[Math.min(chains(stripe).get(chain)?.used ?? 0, tokens.length - 1)]!;
}

/** Does one step of a chain, which counts though its request fails. Throws what the step throws. */
function counted(stripe: Backend, chain: string, work: (token: string) => object): object {
  const token = next(stripe, chain);
  chains(stripe).put(chain, { used: (chains(stripe).get(chain)?.used ?? 0) + 1 });
  const outcome = attempt(() =>
    // What fails undoes its own writes, but for a failed charge.
    stripe.state.transaction(() =>
      attempt(
        () => work(token),
        (error) => error.keepsWrites,
      ),
    ),
  );
  if (outcome instanceof StripeError) throw outcome.keepingWrites();
  return outcome;
}

/** What a function answers, or the error that it ends with, where it is one `which` is wanted. */
function attempt(work: () => object, which: (error: StripeError) => boolean = () => true): object {
  try {
    return work();
  } catch (error) {
    if (error instanceof StripeError && which(error)) return error;
    throw error;
  }
}

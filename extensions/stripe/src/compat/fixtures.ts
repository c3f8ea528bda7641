/** `"fallback": "fixtures"`: what is not there is made up, as stripe-mock does, so that requests with placeholders succeed. */
import { StripeError } from '../errors';
import { textPdf } from '../billing/quote-pdf';
import type { Backend } from '../kernel/backend';
import { expandGenerated, generated } from '../kernel/expand-generated';
import type { Call, OperationHandler } from '../kernel/module';
import { Binary } from '../kernel/objects';
import { generatedAnswer } from '../kernel/unstated';
import { fieldNames, fieldOf } from '../spec/shapes';
import { loadSpec } from '../spec/spec';

type Fields = Record<string, unknown>;

/** When a generated answer stands in the place of one that keeps state. */
export interface FixtureRule {
  /** Whether it stands in the place of an error. */
  readonly replaces: (error: StripeError) => boolean;
  /** Whether it stands in the place of a page with nothing in it. */
  readonly fills: (stripe: Backend, call: Call) => boolean;
  /** What a file consists of. */
  readonly file: () => Uint8Array;
}

/** The codes of errors about an identifier that there is nothing under. */
const MISSING_CODES: ReadonlySet<string> = new Set(['account_invalid', 'resource_missing']);

/** Where there is nothing under an identifier, and where nobody ever made anything of the kind of a list. */
export const MISSING: FixtureRule = {
  replaces: ({ fields }) => MISSING_CODES.has(fields.code ?? ''),
  fills: (stripe, { operation, path }) =>
    Object.keys(path).length === 0 && stripe.table(operation.result).first({}) === undefined,
  file: () => textPdf(['A generated file: there is nothing under its identifier.']),
};

interface Fallback {
  readonly rule: FixtureRule;
  /** Called before a generated answer is given. */
  readonly onShape: () => void;
}

/**
 * A handler that answers a generated object where a rule wants one in the place of what the given one answers or throws. What had
 * been written until then is undone, and nothing is kept of the generated object.
 */
export function withFixtures(
  stripe: Backend,
  handler: OperationHandler,
  { rule, onShape }: Fallback,
): OperationHandler {
  return (call) => {
    const generate = (): object => {
      onShape();
      return fixture(stripe, call, rule);
    };
    try {
      const answer = stripe.state.transaction(() => handler(call));
      return isEmptyPage(call, answer) && rule.fills(stripe, call) ? generate() : answer;
    } catch (error) {
      if (!(error instanceof StripeError) || !rule.replaces(error)) throw error;
      return generate();
    }
  };
}

function isPages({ operation: { kind } }: Call): boolean {
  return kind === 'list' || kind === 'search';
}

function isEmptyPage(call: Call, answer: object): boolean {
  return isPages(call) && (answer as { readonly data?: readonly unknown[] }).data?.length === 0;
}

function fixture(stripe: Backend, call: Call, rule: FixtureRule): object {
  const { kind, result } = call.operation;
  if (kind === 'binary') return new Binary('application/pdf', rule.file());
  const answer = generatedAnswer(stripe, call);
  const shown = isPages(call) ? { ...answer, data: [withLists(stripe, generated(stripe, result), result)] } : answer;
  return expandGenerated(stripe, isPages(call) ? shown : withLists(stripe, answer as Fields, result), call);
}

/** With an element in each of the lists that an object has: the items of a subscription. */
function withLists(stripe: Backend, object: Fields, kind: string): Fields {
  for (const name of fieldNames(kind)) {
    const { isList = false, kinds = [] } = fieldOf(kind, name) ?? {};
    const [inside] = kinds;
    if (!isList || inside === undefined || object[name] === undefined) continue;
    const url = `${urlOf(kind, String(object['id']))}/${name}`;
    object[name] = { object: 'list', data: [generated(stripe, inside)], has_more: false, url };
  }
  return object;
}

/** Where an object is retrieved. */
function urlOf(kind: string, id: string): string {
  const found = loadSpec().operations.find(
    ({ method, result, path }) => method === 'GET' && result === kind && /^[^{]*\{\w+\}$/.test(path),
  );
  return found?.path.replace(/\{\w+\}/, id) ?? '';
}

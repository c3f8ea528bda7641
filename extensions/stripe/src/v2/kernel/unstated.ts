import type { Backend } from '../../kernel/backend';
import type { Call } from '../../kernel/module';
import { generatedAnswer, refuseWhereStrict } from '../../kernel/unstated';
import { complete } from './complete';
import { timestamp } from './time';

type Fields = Record<string, unknown>;

/** Names of texts that are times. */
const TIME = /^(created|updated)$|_(at|time|date)$/;

/** Answers an operation that keeps no state: a well-formed object with what the client gave, or, in a strict configuration, an error. */
export function unstatedAnswer(stripe: Backend, call: Call): object {
  const { operation } = call;
  refuseWhereStrict(stripe, call);
  if (operation.kind === 'list') return { data: [], next_page_url: null, previous_page_url: null };
  if (operation.result === '') return {};
  const object = complete(operation.result, generatedAnswer(stripe, call) as Fields);
  return withTimes(object, timestamp(stripe.now())) as object;
}

/** The object with times where its fields are named after times. */
function withTimes(value: unknown, now: string): unknown {
  if (Array.isArray(value)) return value.map((each) => withTimes(each, now));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      typeof each === 'string' && TIME.test(name) ? now : withTimes(each, now),
    ]),
  );
}

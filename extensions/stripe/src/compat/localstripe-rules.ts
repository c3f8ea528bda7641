/** `"compat": "localstripe"`: the looser rules, and the older objects. https://github.com/adrienverge/localstripe */
import { StripeError } from '../errors';
import type { Raw, RawHash } from '../parameters/form';
import { validate, type Params, type ValidateOptions } from '../parameters/validate';
import type { Operation } from '../spec/spec';

/** Objects had the shape of this version: `account_balance` of customers, `name` of plans. */
export const LOCALSTRIPE_VERSION = '2018-01-23';

/** More unknown parameters than this are refused. */
const MOST_UNKNOWN = 100;

/** Checks parameters, but passes over those that nobody knows. */
export function validateLoosely(operation: Operation, raw: RawHash, options: ValidateOptions): Params {
  const given = structuredClone({ ...raw });
  for (let count = 0; count < MOST_UNKNOWN; count += 1) {
    try {
      return validate(operation, given, options);
    } catch (error) {
      const unknown = error instanceof StripeError && error.fields.code === 'parameter_unknown';
      if (!unknown || !drop(given, error.fields.param ?? '')) throw error;
    }
  }
  return validate(operation, given, options);
}

/** Takes a parameter out: `card[number]`. */
function drop(raw: RawHash, param: string): boolean {
  const names = param.replaceAll(']', '').split('[');
  let place: Raw | undefined = raw;
  for (const name of names.slice(0, -1)) {
    place = typeof place === 'object' ? (place as RawHash)[name] : undefined;
  }
  const last = names.at(-1)!;
  if (typeof place !== 'object' || !(last in place)) return false;
  return delete (place as RawHash)[last];
}

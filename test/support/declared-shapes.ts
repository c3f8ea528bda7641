import { join } from 'node:path';
import type { ShapeFile, ShapeType } from '../../extensions/stripe/src/spec/files';
import { REPOSITORY } from './run-platform';

const { shapeFile } = jest.requireActual<{ shapeFile: () => ShapeFile }>(
  join(REPOSITORY, 'extensions', 'stripe', 'dist', 'spec', 'files'),
);

type Fields = Readonly<Record<string, unknown>>;

/** What the API answers although the declarations of the official package say otherwise. */
const ALTHOUGH = new Set([
  // Left over from older versions; clients of every version still get them.
  'charge.destination is not declared',
  'charge.dispute is not declared',
  'charge.order is not declared',
  'dispute.balance_transaction is not declared',
  'product.attributes is not declared',
  'subscription.plan is not declared',
  'subscription.quantity is not declared',
  'card.wallet is not declared',
  'ephemeral_key.associated_objects is not declared',
  'payment_intent.payment_method_options.amazon_pay.express_checkout_element_session_id is not declared',
  // Answers have them, with nothing in them.
  'payment_intent.shared_payment_granted_token is not declared',
  'payment_method.shared_payment_granted_token is not declared',
  // Lines have had a `parent` instead since the versions of 2025.
  'line_item.subscription is missing',
  // The declaration of an event is one of each type; its object is looked at by itself.
  'event.data.object is something else',
  'event.data.previous_attributes is something else',
  'event.type is something else',
  // Declared as an integer by the build, which tells fractions by the name of their field.
  'exchange_rate.rates{} is something else',
  // A failure code of debits that the documentation has and the declaration lacks: https://docs.stripe.com/payments/sepa-debit
  'payment_intent.last_payment_error.code is something else: "charge_exceeds_weekly_limit"',
  // It is kept with the intent until that is confirmed.
  'payment_intent.payment_method_options.card.moto is not declared',
  // Previews of a subscription that is not there yet.
  'invoice.parent.subscription_details.subscription is something else',
  // Declared for the transfers of customers only.
  'funding_instructions.bank_transfer.type is something else',
]);

const DECIMAL = /^-?\d+(\.\d+)?$/;
const INTEGER = /^-?\d+$/;

const IS: Readonly<Record<string, (value: unknown) => boolean>> = {
  s: (value) => typeof value === 'string',
  i: Number.isInteger,
  n: (value) => typeof value === 'number',
  t: Number.isInteger,
  b: (value) => typeof value === 'boolean',
  I: (value) => typeof value === 'string' && INTEGER.test(value),
  T: (value) => value === true,
  d: (value) => typeof value === 'string' && DECIMAL.test(value),
  m: (value) => isHash(value) && Object.values(value).every((each) => typeof each === 'string'),
  '*': () => true,
};

/**
 * In what an answer is not as the official package declares it: fields that are missing, that hold something else, or that nobody
 * declared. For answers of the newest version to a secret key. Objects that are in the answer are looked at, too.
 */
export function undeclaredIn(answer: unknown): string[] {
  const problems = isHash(answer) ? ofObject(answer) : [];
  return problems.filter((problem) => !ALTHOUGH.has(problem) && !ALTHOUGH.has(problem.replace(/: .*/, '')));
}

function ofObject(object: Fields): string[] {
  const { object: kind, data } = object;
  if (kind === 'list' || kind === 'search_result') return ofAll(data as unknown[], (each) => undeclaredIn(each));
  const { kinds, types } = shapeFile();
  // Where a payment of a connected account is from; no more than this is told of that account.
  const isSender = kind === 'account' && 'application_name' in object;
  const place = typeof kind === 'string' && object['deleted'] !== true && !isSender ? kinds[kind] : undefined;
  const type = place === undefined ? undefined : types[place];
  if (typeof type !== 'object' || type[0] !== 'h') return [];
  const problems = ofFields(object, type as unknown as Hash, kind as string);
  if (kind !== 'event') return problems;
  const about = undeclaredIn((data as Fields)['object']);
  // Its invoice is not there yet: https://docs.stripe.com/api/events/types#event_types-invoice.upcoming
  const isUpcoming = object['type'] === 'invoice.upcoming';
  return [...problems, ...about.filter((problem) => !isUpcoming || problem !== 'invoice.id is missing')];
}

type Hash = readonly ['h', names: string, places: readonly number[]];

function ofFields(object: Fields, [, names, places]: Hash, path: string): string[] {
  const declared = names === '' ? [] : names.split(' ').map((each) => /^(.*?)([?+]*)$/.exec(each)!.slice(1));
  const known = new Set(declared.map(([name]) => name));
  return [
    ...declared.flatMap(([name = '', marks = ''], index) => {
      const value = object[name];
      if (value !== undefined) return at(value, places[index]!, `${path}.${name}`);
      return marks === '' ? [`${path}.${name} is missing`] : [];
    }),
    ...Object.keys(object).flatMap((name) => (known.has(name) ? [] : [`${path}.${name} is not declared`])),
  ];
}

function at(value: unknown, place: number, path: string): string[] {
  const type: ShapeType = shapeFile().types[place]!;
  const wrong = [`${path} is something else: ${JSON.stringify(value)?.slice(0, 80)}`];
  if (typeof type === 'string') return IS[type]!(value) ? [] : wrong;
  const [sort, of] = type;
  switch (sort) {
    case 'e':
      return (of as unknown[]).includes(value) ? [] : wrong;
    case 'a':
      return Array.isArray(value) ? ofAll(value, (each) => at(each, of as number, `${path}[]`)) : wrong;
    case 'h':
      return isHash(value) ? ofFields(value, type as unknown as Hash, path) : wrong;
    case 'r':
      return isHash(value) ? ofAll(Object.values(value), (each) => at(each, of as number, `${path}{}`)) : wrong;
    case 'u':
      return leastOf((of as number[]).map((each) => at(value, each, path)));
    case '?':
      return value === null ? [] : at(value, of as number, path);
    case 'x':
      return typeof value === 'string' ? [] : ofKind(value, of as string[], wrong);
    case 'o':
      return ofKind(value, of as string[], wrong);
    case 'l':
      return isHash(value) && value['object'] === 'list' ? ofObject(value) : wrong;
    default:
      throw new Error(`no such sort of shape: ${sort}`);
  }
}

function ofKind(value: unknown, kinds: readonly string[], wrong: string[]): string[] {
  return isHash(value) && kinds.includes(String(value['object'])) ? ofObject(value) : wrong;
}

function ofAll(values: readonly unknown[], problemsOf: (each: unknown) => string[]): string[] {
  return [...new Set(values.flatMap(problemsOf))];
}

function leastOf(each: readonly string[][]): string[] {
  return each.reduce((least, other) => (other.length < least.length ? other : least));
}

function isHash(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

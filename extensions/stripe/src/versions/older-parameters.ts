/** What older versions took and the newest does not, where the meaning depends on other objects or on what was left out. */
import type { Backend } from '../kernel/backend';
import type { StripeObject } from '../kernel/objects';
import type { Raw } from '../parameters/form';

type RawHash = Readonly<Record<string, Raw>>;

/** The official command line sends no version, and its fixtures were written for accounts as they were then. */
export const COMMAND_LINE_VERSION = '2022-11-15';

interface OlderParameters {
  /** The day of the version that took them away. */
  readonly until: string;
  readonly operations: readonly string[];
  /** Let through to the handler, which knows them. */
  readonly accepts?: readonly string[];
  /** Says the same in parameters of the newest version. */
  readonly translate?: (given: RawHash, stripe: Backend) => RawHash;
}

const INTENTS = ['POST /v1/payment_intents', 'POST /v1/setup_intents'];

const OLDER: readonly OlderParameters[] = [
  {
    until: '2025-09-30',
    operations: ['POST /v1/customers', 'POST /v1/customers/{customer}'],
    accepts: ['coupon', 'promotion_code'],
  },
  {
    until: '2025-09-30',
    operations: ['POST /v1/subscription_schedules', 'POST /v1/subscription_schedules/{subscription_schedule}'],
    translate: (given, stripe) => ({
      ...given,
      ...(given['phases'] && { phases: eachPhase(given['phases'], stripe) }),
    }),
  },
  {
    until: '2023-08-16',
    operations: INTENTS,
    // Who named no ways to pay meant cards.
    translate: (given) =>
      given['payment_method_types'] === undefined && given['automatic_payment_methods'] === undefined
        ? { ...given, payment_method_types: ['card'] }
        : given,
  },
  { until: '2023-08-16', operations: INTENTS, translate: namedTransfers },
];

/** The parameters that an operation takes in a version besides those of the newest. */
export function acceptedThen(key: string, version: string): readonly string[] {
  return applying(key, version).flatMap(({ accepts = [] }) => accepts);
}

/** What a client of a version gave, in parameters of the newest. */
export function translated(stripe: Backend, key: string, version: string, given: RawHash): RawHash {
  return applying(key, version).reduce((before, { translate }) => translate?.(before, stripe) ?? before, given);
}

function applying(key: string, version: string): OlderParameters[] {
  return OLDER.filter(({ until, operations }) => version.slice(0, until.length) < until && operations.includes(key));
}

function isHash(value: Raw | undefined): value is RawHash {
  return typeof value === 'object' && !Array.isArray(value);
}

/** A list may be written with indexes. */
function eachPhase(phases: Raw, stripe: Backend): Raw {
  if (typeof phases === 'string') return phases;
  const list = Array.isArray(phases) ? (phases as readonly Raw[]) : Object.values(phases as RawHash);
  return list.map((phase) => (isHash(phase) ? withDuration(phase, stripe) : phase));
}

/** `iterations` were so many periods of the first price. */
function withDuration(phase: RawHash, stripe: Backend): RawHash {
  const { iterations, ...others } = phase;
  if (typeof iterations !== 'string') return phase;
  const items = others['items'];
  const [first] = typeof items === 'object' ? (Object.values(items) as Raw[]) : [];
  const price = isHash(first) && typeof first['price'] === 'string' ? first['price'] : '';
  const { recurring } =
    stripe.table<StripeObject & { recurring?: { interval: string; interval_count: number } }>('price').find(price) ??
    {};
  const { interval = 'month', interval_count: count = 1 } = recurring ?? {};
  return { ...others, duration: { interval, interval_count: String(Number(iterations) * count) } };
}

/** Transfers to Japanese accounts had another name. */
function namedTransfers(given: RawHash): RawHash {
  const text = JSON.stringify(given);
  return text.includes('"jp_bank_account"')
    ? (JSON.parse(text.replace('"type":"jp_bank_account"', '"type":"jp_bank_transfer"')) as RawHash)
    : given;
}

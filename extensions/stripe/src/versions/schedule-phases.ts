import type { Backend } from '../kernel/backend';
import type { StripeObject } from '../kernel/objects';
import type { Raw, RawHash } from '../parameters/form';
import { eachHash, isHash } from './raw-lists';

/** What clients gave for a schedule when a phase had `iterations`, as they give it now: with a `duration`. */
export function withDurations(given: RawHash, stripe: Backend): RawHash {
  const { phases } = given;
  return phases === undefined ? given : { ...given, phases: eachHash(phases, (phase) => withDuration(phase, stripe)) };
}

/** `iterations` were so many periods of the first price. */
function withDuration(phase: RawHash, stripe: Backend): RawHash {
  const { iterations, ...others } = phase;
  if (typeof iterations !== 'string') return phase;
  const items = others['items'];
  const [first] = typeof items === 'object' ? Object.values<Raw>(items) : [];
  const price = isHash(first) && typeof first['price'] === 'string' ? first['price'] : '';
  const { recurring } =
    stripe.table<StripeObject & { recurring?: { interval: string; interval_count: number } }>('price').find(price) ??
    {};
  const { interval = 'month', interval_count: count = 1 } = recurring ?? {};
  return { ...others, duration: { interval, interval_count: String(Number(iterations) * count) } };
}

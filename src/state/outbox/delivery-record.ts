import type { Delivery, DeliveryAttempt, DeliveryState } from '../../api/webhooks';
import type { WorldClock } from '../clock/world-clock';

/** A delivery as a world keeps it: plain data. */
export interface DeliveryRecord {
  /** Where it was made among all deliveries of its extension. */
  readonly order: number;
  /** Where it stands among those that are pending; higher than its order when it was sent once more. */
  readonly place: number;
  readonly id: string;
  readonly url: string;
  readonly state: DeliveryState;
  /** In milliseconds since 1970, by the world’s clock. */
  readonly created: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly secret?: string;
  readonly body: string;
  /** How the body is written down. */
  readonly encoding: 'utf8' | 'base64';
  readonly retries?: readonly number[];
  readonly timeout?: number;
  /** How many attempts have failed since it was sent, or sent once more. */
  readonly failures: number;
  /** The ticks of the world’s clock at which it is to be tried. */
  readonly due: number;
  /** Oldest first. */
  readonly attempts: readonly DeliveryAttempt[];
}

/** The bytes to be sent. */
export function bodyOf({ body, encoding }: DeliveryRecord): Buffer {
  return Buffer.from(body, encoding);
}

/** A delivery as its extension, and a list, may see it: without the secret. */
export function toDelivery(record: DeliveryRecord, clock: WorldClock): Delivery {
  const { id, url, state, created, headers, contentType, attempts, due } = record;
  const wait = state === 'pending' ? due - clock.ticks() : 0;
  return {
    ...{ id, url, state, created, headers, contentType, attempts },
    body: bodyOf(record),
    ...(wait > 0 ? { nextAttempt: clock.now() + wait } : {}),
  };
}

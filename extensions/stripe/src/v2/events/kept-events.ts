/** Events as they are kept. Those of both versions lie in one table, in the order in which they were made. */
import type Stripe from 'stripe';
import type { Backend } from '../../kernel/backend';
import type { StripeObject } from '../../kernel/objects';
import type { Table } from '../../kernel/table';

/** What an event is about. What has no identifier, such as a balance, has none here either. */
export interface RelatedObject {
  readonly id?: string;
  readonly type: string;
  readonly url: string;
}

/** An event that only version 2 has. */
export interface KeptNotification extends StripeObject {
  readonly object: 'v2.core.event';
  readonly created: number;
  readonly type: string;
  readonly related_object: RelatedObject | null;
  /** What the event says besides, which is fetched and not delivered. */
  readonly data: object | null;
  readonly request: { readonly id: string; readonly idempotency_key: string | null } | null;
  /** The account that it happened in, where that is not the platform. */
  readonly context: string | null;
}

export type KeptEvent = Stripe.Event | KeptNotification;

export function keptEvents(stripe: Backend): Table<KeptEvent> {
  return stripe.table<KeptEvent>('event');
}

/** Whether version 1 shows an event, with a snapshot of the object that it is about. */
export function isSnapshot(event: KeptEvent): event is Stripe.Event {
  return event.object === 'event';
}

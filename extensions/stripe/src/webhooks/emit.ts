import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { defaultVersion } from '../versions/versions';

/** Keeps an event: https://docs.stripe.com/api/events/object. It has no data of others’ requests: jobs have no request. */
export function emitEvent(stripe: Backend, type: string, object: object, previous?: Record<string, unknown>): void {
  const { request } = stripe.scope;
  const event = {
    id: stripe.newId('event'),
    object: 'event',
    api_version: defaultVersion(stripe.config),
    created: stripe.now(),
    data: { object, ...(previous && { previous_attributes: previous }) },
    livemode: false,
    pending_webhooks: 0,
    request: { id: request?.id ?? null, idempotency_key: request?.idempotency_key ?? null },
    type,
  } as unknown as Stripe.Event;
  stripe.table<Stripe.Event>('event').insert(event);
}

import type Stripe from 'stripe';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import { withCustomerAccounts } from '../v2/accounts/customer-accounts';
import { notifyOf } from '../v2/events/notify';
import { defaultVersion } from '../versions/versions';
import { deliver, targetsOf, type EventDeliveries } from './deliver';

/**
 * Keeps an event, and sends it to the endpoints and command lines that want it: https://docs.stripe.com/api/events/object. It has no
 * data of others’ requests: jobs have no request. Gives the event.
 */
export function emitEvent(
  stripe: Backend,
  type: string,
  object: object,
  previous?: Record<string, unknown>,
): Stripe.Event {
  const { request, account } = stripe.scope;
  const targets = targetsOf(stripe, type);
  const event = {
    id: stripe.newId('event'),
    object: 'event',
    ...(account !== PLATFORM_ACCOUNT && { account }),
    api_version: defaultVersion(stripe.config),
    created: stripe.now(),
    data: { object: withCustomerAccounts(stripe, object), ...(previous && { previous_attributes: previous }) },
    livemode: false,
    pending_webhooks: targets.length,
    request: { id: request?.id ?? null, idempotency_key: request?.idempotency_key ?? null },
    type,
  } as unknown as Stripe.Event;
  const deliveries = deliver(stripe, event, targets);
  stripe
    .table<Stripe.Event, EventDeliveries>('event')
    .insert(event, deliveries.length > 0 ? { deliveries } : undefined);
  notifyOf(stripe, event);
  stripe.commandLines.announce(event);
  return event;
}

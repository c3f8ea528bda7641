import type Stripe from 'stripe';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import { resourceMissing } from '../errors';
import { currentEvent, deliver, type EndpointSecrets, type EventDeliveries } from './deliver';

/** Sends an event once more to one endpoint, whether or not that wants its type, or else to all command lines that listen. */
export function resendEvent(stripe: Backend, event: Stripe.Event, endpointId: string | undefined): Stripe.Event {
  const { id } = event;
  const table = stripe.table<Stripe.Event, EventDeliveries>('event');
  if (endpointId === undefined) stripe.commandLines.announce(event);
  else {
    const { deliveries = [] } = table.hidden(id) ?? {};
    table.hide(id, { deliveries: [...deliveries, ...deliver(stripe, event, [endpointOf(stripe, endpointId)])] });
  }
  return currentEvent(stripe, event);
}

function endpointOf(stripe: Backend, id: string) {
  for (const account of new Set([stripe.account, PLATFORM_ACCOUNT])) {
    const found = stripe.as({ account }, () => {
      const table = stripe.table<Stripe.WebhookEndpoint, EndpointSecrets>('webhook_endpoint');
      const endpoint = table.find(id);
      return endpoint && { endpoint, secret: table.hidden(id)?.secret ?? '' };
    });
    if (found) return found;
  }
  throw resourceMissing('webhook_endpoint', id, 'webhook_endpoint');
}

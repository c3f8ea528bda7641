import type Stripe from 'stripe';
import type { DefineModule } from '../kernel/module';
import { currentEvent, undelivered } from '../webhooks/deliver';
import { isWanted } from '../webhooks/event-types';
import { resendEvent } from '../webhooks/resend';
import { invalidRequest, resourceMissing } from '../errors';
import { isSnapshot, keptEvents } from '../v2/events/kept-events';

/** https://docs.stripe.com/api/events */
export const events: DefineModule = (stripe) => {
  const table = keptEvents(stripe);
  const get = (id: string): Stripe.Event => {
    const event = table.get(id);
    if (!isSnapshot(event)) throw resourceMissing('event', id);
    return event;
  };
  return {
    operations: {
      'GET /v1/events/{id}': ({ path }) => currentEvent(stripe, get(path['id']!)),
      'GET /v1/events': ({ params, url }) => {
        const { type, types, delivery_success } = params as Stripe.EventListParams;
        if (type !== undefined && types !== undefined)
          throw invalidRequest('You may only specify one of these parameters: type, types.', { param: 'types' });
        const wanted = types ?? (type === undefined ? ['*'] : [type]);
        const exact = wanted.length === 1 && !wanted[0]!.includes('*') ? wanted[0] : undefined;
        const page = table.page(url, params, {
          by: { type: exact },
          where: (event) =>
            isSnapshot(event) &&
            (exact !== undefined || isWanted(event.type, wanted)) &&
            (delivery_success === undefined || delivery_success === (undelivered(stripe, event).length === 0)),
        });
        return { ...page, data: page.data.filter(isSnapshot).map((event) => currentEvent(stripe, event)) };
      },
      // The command line asks for it: `stripe events resend`.
      'POST /v1/events/{id}/retry': ({ path, params }) =>
        resendEvent(stripe, get(path['id']!), params['webhook_endpoint'] as string | undefined),
    },
  };
};

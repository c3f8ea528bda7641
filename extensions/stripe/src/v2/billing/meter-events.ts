import type Stripe from 'stripe';
import { cancel, report } from '../../billing/meters';
import { StripeError } from '../../errors';
import type { Backend } from '../../kernel/backend';
import type { DefineModule } from '../../kernel/module';
import { failure, invalidFields } from '../kernel/errors';
import { secondsOf, timestamp } from '../kernel/time';
import { reportFailures, type Failure } from './error-reports';
import { problemOf } from './meter-problems';

type Given = Stripe.V2.Billing.MeterEventCreateParams;

/** The most reports of one call of the stream. */
const MOST_EVENTS = 100;

/** https://docs.stripe.com/api/v2/billing-meter: the very meters of version 1. */
export const meterEvents: DefineModule = (stripe) => ({
  operations: {
    'POST /v2/billing/meter_events': ({ params }) => {
      const given = params as unknown as Given;
      try {
        return reported(stripe, given);
      } catch (error) {
        if (!(error instanceof StripeError)) throw error;
        const { code, message } = problemOf(stripe, given, error);
        throw failure(400, code, message);
      }
    },
    'POST /v2/billing/meter_event_adjustments': ({ params }) => {
      const given = params as unknown as Stripe.Billing.MeterEventAdjustmentCreateParams;
      const { event_name, status, type, cancel: cancelled } = cancel(stripe, given) as Record<string, unknown>;
      return {
        id: stripe.newId('v2.billing.meter_event_adjustment'),
        object: 'v2.billing.meter_event_adjustment',
        cancel: cancelled,
        created: timestamp(stripe.now()),
        event_name,
        livemode: false,
        status,
        type,
      };
    },
    'POST /v2/billing/meter_event_stream': ({ params }) => {
      const { events } = params as unknown as { readonly events: readonly Given[] };
      if (events.length > MOST_EVENTS)
        throw invalidFields(`events can have up to ${MOST_EVENTS} elements, got ${events.length}.`, 'events');
      reportFailures(
        stripe,
        events.flatMap((each) => failuresOf(stripe, each)),
      );
      return {};
    },
  },
});

/** Keeps a report. Nobody is told at once what is wrong with one of a stream. */
function failuresOf(stripe: Backend, given: Given): Failure[] {
  try {
    reported(stripe, given);
    return [];
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    const problem = problemOf(stripe, given, error);
    return [{ ...problem, identifier: given.identifier ?? '' }];
  }
}

function reported(stripe: Backend, { timestamp: at, ...given }: Given): object {
  const time = at === undefined ? undefined : secondsOf(at);
  if (at !== undefined && time === undefined)
    throw invalidFields('Invalid value for timestamp: expected an RFC 3339 time.', 'timestamp');
  const event = report(stripe, { ...given, ...(time !== undefined && { timestamp: time }) });
  return {
    object: 'v2.billing.meter_event',
    created: timestamp(event.created),
    event_name: event.event_name,
    identifier: event.identifier,
    livemode: false,
    payload: event.payload,
    timestamp: timestamp(event.timestamp),
  };
}

import type Stripe from 'stripe';
import { invalidRequest, resourceMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { pageOf } from '../kernel/page-of';
import type { Call, DefineModule } from '../kernel/module';
import type { Page } from '../kernel/objects';
import { triggerAlerts } from './alerts';
import { aggregate, eventsOf, usages } from './meter-events';
import { DAY, HOUR } from './periods';
import { billAtThresholds } from './thresholds';

type Meter = Stripe.Billing.Meter;

/** How long ago, and how far ahead, usage may be reported. */
const OLDEST = 35 * DAY;
const AHEAD = 300;
const MINUTE = 60;

/** https://docs.stripe.com/api/billing/meter and what is reported to meters. */
export const meters: DefineModule = (stripe) => {
  const table = stripe.table<Meter>('billing.meter');
  const switchTo = (id: string, status: 'active' | 'inactive'): Meter => {
    if (table.get(id).status === status) throw invalidRequest(`The meter is already ${status}.`);
    if (status === 'active') checkUnique(stripe, table.get(id).event_name);
    const now = stripe.now();
    const change = { status, status_transitions: { deactivated_at: status === 'inactive' ? now : null }, updated: now };
    const meter = table.update(id, change);
    stripe.emit(`billing.meter.${status === 'active' ? 'reactivated' : 'deactivated'}`, meter);
    return meter;
  };
  return {
    operations: {
      'POST /v1/billing/meters': ({ params }) => {
        const meter = newMeter(stripe, params as unknown as Stripe.Billing.MeterCreateParams);
        table.insert(meter);
        stripe.emit('billing.meter.created', meter);
        return meter;
      },
      'GET /v1/billing/meters/{id}': ({ path }) => table.get(path['id']!),
      'POST /v1/billing/meters/{id}': ({ path, params }) => {
        const { display_name } = params as Stripe.Billing.MeterUpdateParams;
        const before = table.get(path['id']!);
        if (display_name === undefined) return before;
        return table.update(before.id, { display_name, updated: stripe.now() }, 'billing.meter.updated');
      },
      'GET /v1/billing/meters': ({ params, url }) => {
        const { status } = params as Stripe.Billing.MeterListParams;
        return table.page(url, params, { where: (meter) => status === undefined || meter.status === status });
      },
      'POST /v1/billing/meters/{id}/deactivate': ({ path }) => switchTo(path['id']!, 'inactive'),
      'POST /v1/billing/meters/{id}/reactivate': ({ path }) => switchTo(path['id']!, 'active'),
      'GET /v1/billing/meters/{id}/event_summaries': (call) => summaries(stripe, table.get(call.path['id']!), call),
      'POST /v1/billing/meter_events': ({ params }) =>
        report(stripe, params as unknown as Stripe.Billing.MeterEventCreateParams),
      'POST /v1/billing/meter_event_adjustments': ({ params }) =>
        cancel(stripe, params as unknown as Stripe.Billing.MeterEventAdjustmentCreateParams),
    },
  };
};

function newMeter(stripe: Backend, given: Stripe.Billing.MeterCreateParams): Meter {
  checkUnique(stripe, given.event_name);
  const now = stripe.now();
  return {
    id: stripe.newId('billing.meter'),
    object: 'billing.meter',
    created: now,
    customer_mapping: given.customer_mapping ?? { event_payload_key: 'stripe_customer_id', type: 'by_id' },
    default_aggregation: given.default_aggregation,
    display_name: given.display_name,
    event_name: given.event_name,
    event_time_window: given.event_time_window ?? null,
    livemode: false,
    status: 'active',
    status_transitions: { deactivated_at: null },
    updated: now,
    value_settings: given.value_settings ?? { event_payload_key: 'value' },
  } as unknown as Meter;
}

function checkUnique(stripe: Backend, event: string): void {
  if (activeMeter(stripe, event)) {
    throw invalidRequest(`An active meter with the event name \`${event}\` already exists.`, { param: 'event_name' });
  }
}

function activeMeter(stripe: Backend, event: string): Meter | undefined {
  return stripe
    .table<Meter>('billing.meter')
    .first({ where: (meter) => meter.event_name === event && meter.status === 'active' });
}

/** Keeps a report of usage. An identifier counts once. */
export function report(stripe: Backend, given: Stripe.Billing.MeterEventCreateParams): Stripe.Billing.MeterEvent {
  const { event_name: event, payload } = given;
  const meter = activeMeter(stripe, event);
  if (meter === undefined) {
    throw invalidRequest(`No active meter found for event name "${event}".`, {
      code: 'no_meter',
      param: 'event_name',
    });
  }
  const customer = payload[meter.customer_mapping.event_payload_key];
  if (customer === undefined) throw missingKey(meter.customer_mapping.event_payload_key);
  stripe.table<Stripe.Customer>('customer').get(customer, `payload[${meter.customer_mapping.event_payload_key}]`);
  return stripe.onClockOf(customer, () => {
    const now = stripe.now();
    const timestamp = given.timestamp ?? now;
    // A customer on a test clock is ahead of the world, and so are the reports about it.
    if (timestamp < now - OLDEST || timestamp > Math.max(now, stripe.platform.clock.seconds()) + AHEAD) {
      throw invalidRequest('The timestamp must be within the past 35 calendar days or up to 5 minutes in the future.', {
        code: timestamp > now ? 'timestamp_in_future' : 'timestamp_too_far_in_past',
        param: 'timestamp',
      });
    }
    const identifier = given.identifier ?? stripe.secret(32);
    const key = [stripe.account, event, identifier];
    if (usages(stripe).has(key)) {
      throw invalidRequest(`An event already exists with identifier ${identifier}.`, { param: 'identifier' });
    }
    const value = meter.default_aggregation.formula === 'count' ? 1 : valueOf(meter, payload);
    const usage = { account: stripe.account, event, identifier, customer, timestamp, value, order: stripe.nextOrder() };
    usages(stripe).put(key, usage);
    billAtThresholds(stripe, customer);
    triggerAlerts(stripe, meter, customer);
    return {
      object: 'billing.meter_event',
      created: now,
      event_name: event,
      identifier,
      livemode: false,
      payload,
      timestamp,
    };
  });
}

function valueOf(
  { value_settings: { event_payload_key: key } }: Meter,
  payload: Readonly<Record<string, string>>,
): number {
  const written = payload[key];
  if (written === undefined) throw missingKey(key);
  if (!/^-?\d{1,15}(\.\d{1,9})?$/.test(written)) {
    throw invalidRequest(`Invalid value for the payload key \`${key}\`: it must be a number.`, {
      code: 'invalid_value',
      param: `payload[${key}]`,
    });
  }
  return Number(written);
}

function missingKey(key: string): Error {
  return invalidRequest(`The payload must have the key \`${key}\`.`, {
    code: 'parameter_missing',
    param: `payload[${key}]`,
  });
}

/** Takes a report back. */
export function cancel(
  stripe: Backend,
  { event_name: event, cancel: which, type }: Stripe.Billing.MeterEventAdjustmentCreateParams,
): object {
  const identifier = which?.identifier;
  if (identifier === undefined) {
    throw invalidRequest('Missing required param: cancel[identifier].', {
      code: 'parameter_missing',
      param: 'cancel[identifier]',
    });
  }
  const key = [stripe.account, event, identifier];
  if (!usages(stripe).has(key)) throw resourceMissing('meter event', identifier, 'cancel[identifier]');
  usages(stripe).delete(key);
  return {
    object: 'billing.meter_event_adjustment',
    cancel: { identifier },
    event_name: event,
    livemode: false,
    status: 'complete',
    type,
  };
}

/** The usage of a customer, as a whole or by the hour or the day, latest first; windows without usage are left out. */
function summaries(stripe: Backend, meter: Meter, { params, url }: Call): Page {
  const given = params as unknown as Stripe.Billing.MeterListEventSummariesParams;
  const { start_time: start, end_time: end, value_grouping_window: window, customer } = given;
  if (end <= start) throw invalidRequest('`end_time` must be after `start_time`.', { param: 'end_time' });
  stripe.table<Stripe.Customer>('customer').get(customer, 'customer');
  const length = window === 'hour' ? HOUR : window === 'day' ? DAY : end - start;
  const step = window === undefined ? MINUTE : length;
  const unaligned = start % step !== 0 ? 'start_time' : end % step !== 0 ? 'end_time' : undefined;
  if (unaligned !== undefined) {
    throw invalidRequest(`start_time and end_time must be aligned with ${window ?? 'minute'} boundaries.`, {
      param: unaligned,
    });
  }
  const windows = new Map<number, ReturnType<typeof eventsOf>>();
  for (const event of eventsOf(stripe, meter.event_name, customer, start, end)) {
    const begin = start + Math.floor((event.timestamp - start) / length) * length;
    windows.set(begin, [...(windows.get(begin) ?? []), event]);
  }
  const all = [...windows].reverse().map(([begin, events]) => ({
    id: `mtrusg_test_${meter.id.slice(-8)}${begin}`,
    object: 'billing.meter_event_summary' as const,
    aggregated_value: aggregate(meter, events),
    end_time: begin + length,
    livemode: false,
    meter: meter.id,
    start_time: begin,
  }));
  return pageOf(all, url, params);
}

/** Why a report of usage does not count, in the words of version 2 and of the events about it. */
import type Stripe from 'stripe';
import type { StripeError } from '../../errors';
import type { Backend } from '../../kernel/backend';

export interface Problem {
  readonly code: string;
  readonly message: string;
  /** The meter that the report was for; undefined where there is none. */
  readonly meter: Stripe.Billing.Meter | undefined;
}

/** More digits than a value may have. */
const TOO_LONG = /^-?\d{16,}(\.\d+)?$|^-?\d+\.\d{10,}$/;

/** What `error`, with which version 1 refuses a report, says of it. */
export function problemOf(
  stripe: Backend,
  { event_name: event, payload }: { readonly event_name: string; readonly payload: Readonly<Record<string, string>> },
  error: StripeError,
): Problem {
  // An active meter goes before those of its name that were switched off.
  const meters = [
    ...stripe.table<Stripe.Billing.Meter>('billing.meter').values({ where: (each) => each.event_name === event }),
  ];
  const meter = meters.find(({ status }) => status === 'active') ?? meters[0];
  return { code: codeOf(error, meter, payload), message: error.message, meter };
}

function codeOf(
  { fields: { code, param = '' } }: StripeError,
  meter: Stripe.Billing.Meter | undefined,
  payload: Readonly<Record<string, string>>,
): string {
  if (meter === undefined) return 'no_meter';
  const { customer_mapping: mapping, value_settings: value } = meter;
  switch (code ?? '') {
    case 'no_meter':
      return 'archived_meter';
    case 'resource_missing':
      return 'meter_event_customer_not_found';
    case 'parameter_missing':
      return param === `payload[${mapping.event_payload_key}]`
        ? 'meter_event_no_customer_defined'
        : 'meter_event_invalid_value';
    case 'invalid_value':
      return TOO_LONG.test(payload[value.event_payload_key] ?? '')
        ? 'meter_event_value_too_many_digits'
        : 'meter_event_invalid_value';
    default:
      return code ?? 'duplicate_meter_event';
  }
}

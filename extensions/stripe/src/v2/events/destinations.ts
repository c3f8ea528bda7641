/** Which event destinations get an event: https://docs.stripe.com/event-destinations. */
import type Stripe from 'stripe';
import { PLATFORM_ACCOUNT, type Backend } from '../../kernel/backend';
import type { StripeObject } from '../../kernel/objects';
import type { Table } from '../../kernel/table';
import { isWanted } from '../../webhooks/event-types';

/** A destination as it is kept: its times are in seconds. */
export interface Destination extends StripeObject {
  readonly object: 'v2.core.event_destination';
  readonly amazon_eventbridge: object | null;
  readonly azure_event_grid: object | null;
  readonly created: number;
  readonly description: string;
  readonly enabled_events: readonly string[];
  readonly event_payload: Stripe.V2.Core.EventDestination.EventPayload;
  readonly events_from: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly name: string;
  readonly snapshot_api_version: string | null;
  readonly status: Stripe.V2.Core.EventDestination.Status;
  readonly type: string;
  readonly updated: number;
  /** Of a webhook endpoint. */
  readonly url: string | null;
}

export interface DestinationSecrets {
  readonly secret: string;
}

/** A destination that an event is posted to. */
export interface Receiver {
  readonly destination: Destination;
  readonly url: string;
  readonly secret: string;
}

/** Whose events a destination gets. */
export const OWN = '@self';
export const ACCOUNTS = '@accounts';

export function destinationTable(stripe: Backend): Table<Destination, DestinationSecrets> {
  return stripe.table<Destination, DestinationSecrets>('v2.core.event_destination');
}

/** The enabled webhook endpoints among the destinations that get events of a type, of the account that the running code acts for. */
export function receiversOf(stripe: Backend, type: string, payload: Destination['event_payload']): Receiver[] {
  if (destinationTable(stripe).isEmpty) return [];
  const own = receiversIn(stripe, type, payload, [OWN]);
  if (stripe.account === PLATFORM_ACCOUNT) return own;
  return [...own, ...stripe.as({ account: PLATFORM_ACCOUNT }, () => receiversIn(stripe, type, payload, [ACCOUNTS]))];
}

/** Those of the running account that want the events of one of `sources`, the oldest first. */
export function receiversIn(
  stripe: Backend,
  type: string,
  payload: Destination['event_payload'],
  sources: readonly string[],
): Receiver[] {
  const table = destinationTable(stripe);
  const receivers: Receiver[] = [];
  for (const destination of table.values()) {
    const { status, event_payload, events_from, enabled_events, url } = destination;
    if (status !== 'enabled' || event_payload !== payload || url === null) continue;
    if (!sources.some((source) => events_from.includes(source)) || !isWanted(type, enabled_events)) continue;
    receivers.push({ destination, url, secret: secretOf(stripe, destination) });
  }
  return receivers.reverse();
}

export function secretOf(stripe: Backend, { id }: Destination): string {
  return destinationTable(stripe).hidden(id)!.secret;
}

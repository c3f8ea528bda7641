import type Stripe from 'stripe';
import type { Backend } from '../../kernel/backend';
import { mergeMetadata } from '../../kernel/metadata';
import type { Call, DefineModule } from '../../kernel/module';
import { omit } from '../../kernel/omit';
import { elementValues } from '../../parameters/validate';
import { loadSpec } from '../../spec/spec';
import { checkVersion, defaultVersion } from '../../versions/versions';
import { invalidFields, notFound } from '../kernel/errors';
import { pageOf, pagesOf } from '../kernel/page';
import { timestamp } from '../kernel/time';
import { ACCOUNTS, destinationTable, OWN, secretOf, type Destination, type Receiver } from './destinations';
import { isNotificationType } from './notification';
import { emitTo } from './notify';
import { isHttpUrl } from '../../webhooks/http-url';

type CreateGiven = Stripe.V2.Core.EventDestinationCreateParams;
type UpdateGiven = Stripe.V2.Core.EventDestinationUpdateParams;

const KIND = 'v2.core.event_destination';
const SECRET_LENGTH = 32;
/** Whose events a destination may be for; organizations have none here. */
const SOURCES: readonly string[] = [OWN, ACCOUNTS, '@organization_members', '@organization_members/@accounts'];

/** https://docs.stripe.com/api/v2/core/event-destinations */
export const eventDestinations: DefineModule = (stripe) => {
  const table = destinationTable(stripe);
  const find = ({ path }: Call): Destination => {
    const destination = table.find(path['id']!);
    if (destination === undefined) throw notFound('event destination', path['id']!);
    return destination;
  };
  const switchTo = (call: Call, status: Destination['status']): object =>
    shown(stripe, table.update(find(call).id, { status, updated: stripe.now() }), call);
  return {
    operations: {
      'POST /v2/core/event_destinations': (call) => {
        const destination = newDestination(stripe, call.params as unknown as CreateGiven);
        table.insert(destination, { secret: `whsec_${stripe.secret(SECRET_LENGTH)}` });
        return shown(stripe, destination, call);
      },
      'GET /v2/core/event_destinations': (call) =>
        pageOf(call, pagesOf(table), (destination) => shown(stripe, destination, call)),
      'GET /v2/core/event_destinations/{id}': (call) => shown(stripe, find(call), call),
      'POST /v2/core/event_destinations/{id}': (call) => {
        const before = find(call);
        return shown(stripe, table.update(before.id, changed(stripe, before, call.params)), call);
      },
      'DELETE /v2/core/event_destinations/{id}': (call) => {
        const destination = find(call);
        const { id, url } = destination;
        const secret = secretOf(stripe, destination);
        table.remove(id);
        if (url !== null) stripe.platform.webhooks.drop({ url, secret });
        return { id, object: KIND };
      },
      'POST /v2/core/event_destinations/{id}/disable': (call) => switchTo(call, 'disabled'),
      'POST /v2/core/event_destinations/{id}/enable': (call) => switchTo(call, 'enabled'),
      'POST /v2/core/event_destinations/{id}/ping': (call) => {
        const destination = find(call);
        const { id, url } = destination;
        const receiver: Receiver | undefined =
          url === null ? undefined : { destination, url, secret: secretOf(stripe, destination) };
        const related = { id, type: KIND, url: `/v2/core/event_destinations/${id}` };
        return emitTo(stripe, receiver, 'v2.core.event_destination.ping', { related });
      },
    },
  };
};

function newDestination(stripe: Backend, given: CreateGiven): Destination {
  const { event_payload: payload, events_from: sources = [OWN], type } = given;
  const place = (given as unknown as Record<string, object | undefined>)[type];
  if (place === undefined) throw invalidFields(`Missing required parameter: ${type}`, type);
  if (payload === 'thin' && given.snapshot_api_version !== undefined) {
    throw invalidFields('snapshot_api_version is for destinations of snapshot events.', 'snapshot_api_version');
  }
  const unknown = sources.find((source) => !SOURCES.includes(source));
  if (unknown !== undefined) throw invalidFields(`Invalid value for events_from: ${unknown}`, 'events_from');
  const now = stripe.now();
  return {
    id: stripe.newId(KIND),
    object: KIND,
    amazon_eventbridge: bridge(given),
    azure_event_grid: grid(given),
    created: now,
    description: given.description ?? '',
    enabled_events: checkEvents(given.enabled_events, payload),
    event_payload: payload,
    events_from: sources,
    metadata: mergeMetadata(undefined, given.metadata),
    name: given.name,
    snapshot_api_version:
      payload === 'thin' ? null : checkVersion(given.snapshot_api_version ?? defaultVersion(stripe.config)),
    status: 'enabled',
    type,
    updated: now,
    url: given.webhook_endpoint === undefined ? null : checkUrl(given.webhook_endpoint.url),
  };
}

function bridge({ amazon_eventbridge: given }: CreateGiven): object | null {
  if (given === undefined) return null;
  return {
    aws_account_id: given.aws_account_id,
    aws_event_source_arn: `arn:aws:events:${given.aws_region}::event-source/aws.partner/stripe.com`,
    aws_event_source_status: 'pending',
  };
}

function grid({ azure_event_grid: given }: CreateGiven): object | null {
  if (given === undefined) return null;
  return { ...given, azure_partner_topic_name: 'stripe-events', azure_partner_topic_status: 'never_activated' };
}

function changed(stripe: Backend, before: Destination, given: UpdateGiven): Partial<Destination> {
  const { description, enabled_events: events, metadata, name, webhook_endpoint: endpoint } = given;
  if (endpoint !== undefined && before.type !== 'webhook_endpoint')
    throw invalidFields('The destination is no webhook endpoint.', 'webhook_endpoint');
  return {
    ...(description !== undefined && { description: description ?? '' }),
    ...(events && { enabled_events: checkEvents(events, before.event_payload) }),
    ...(metadata !== undefined && { metadata: mergeMetadata(before.metadata, metadata) }),
    ...(name && { name }),
    ...(endpoint && { url: checkUrl(endpoint.url) }),
    updated: stripe.now(),
  };
}

/** The types of events that a destination is for: those of version 1 as snapshots, and those of notifications as such. */
function checkEvents(events: readonly string[], payload: Destination['event_payload']): readonly string[] {
  if (events.length === 0) throw invalidFields('enabled_events needs one element at least.', 'enabled_events');
  const isKnown = payload === 'thin' ? isNotificationType : isSnapshotType;
  const wrong = events.findIndex((type) => type !== '*' && !isKnown(type));
  if (wrong >= 0) {
    throw invalidFields(
      `The event type ${events[wrong]} is not one of those with a ${payload} payload.`,
      `enabled_events[${wrong}]`,
    );
  }
  return [...new Set(events)];
}

function isSnapshotType(type: string): boolean {
  const { operation } = loadSpec().find('POST', '/v1/webhook_endpoints')!;
  return elementValues(operation, 'enabled_events').includes(type);
}

function checkUrl(url: string): string {
  if (isHttpUrl(url)) return url;
  throw invalidFields('The URL has to begin with http:// or https://.', 'webhook_endpoint.url');
}

/** A destination as it is answered: where it leads to, and its secret, only who asks for them is told. */
function shown(stripe: Backend, destination: Destination, { params }: Call): object {
  const include = (params['include'] ?? []) as readonly string[];
  const { url, created, updated, status } = destination;
  const told = (name: string, value: () => string | null): string | null =>
    include.includes(`webhook_endpoint.${name}`) ? value() : null;
  return {
    ...omit(destination, 'url'),
    created: timestamp(created),
    livemode: false,
    status_details: status === 'disabled' ? { disabled: { reason: 'user' } } : null,
    updated: timestamp(updated),
    webhook_endpoint:
      url === null
        ? null
        : { signing_secret: told('signing_secret', () => secretOf(stripe, destination)), url: told('url', () => url) },
  };
}

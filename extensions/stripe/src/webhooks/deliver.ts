import type Stripe from 'stripe';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import { withFirstLines } from '../kernel/first-lines';
import { defaultVersion, renderAt } from '../versions/versions';
import { receiversOf } from '../v2/events/destinations';
import { isWanted } from './event-types';

/** What is kept beside an endpoint. */
export interface EndpointSecrets {
  readonly secret: string;
  /** Whether it gets the events of connected accounts, instead of its own. */
  readonly connect: boolean;
}

/** What is kept beside an event: its deliveries in the platform's outbox. */
export interface EventDeliveries {
  readonly deliveries: readonly string[];
}

export interface Target {
  readonly endpoint: Pick<Stripe.WebhookEndpoint, 'api_version' | 'enabled_events' | 'url'>;
  readonly secret: string;
}

/** Of this type no news is sent: an application is asked, and its answer is waited for. */
const ASKED = 'issuing_authorization.request';

/** The endpoints and event destinations that get an event of the account which the running code acts for. */
export function targetsOf(stripe: Backend, type: string): Target[] {
  return type === ASKED ? [] : [...endpointsFor(stripe, type), ...destinationsFor(stripe, type)];
}

function destinationsFor(stripe: Backend, type: string): Target[] {
  return receiversOf(stripe, type, 'snapshot').map(({ destination, url, secret }) => ({
    endpoint: {
      api_version: destination.snapshot_api_version,
      enabled_events: destination.enabled_events as string[],
      url,
    },
    secret,
  }));
}

/** The endpoint that decides about authorizations, the oldest that names their event: `*` does not stand for it. */
export function deciderOf(stripe: Backend): Target | undefined {
  return endpointsFor(stripe, ASKED).find(({ endpoint }) => endpoint.enabled_events.includes(ASKED));
}

function endpointsFor(stripe: Backend, type: string): Target[] {
  const own = endpointsOf(stripe, type, false);
  if (stripe.account === PLATFORM_ACCOUNT) return own;
  return [...own, ...stripe.as({ account: PLATFORM_ACCOUNT }, () => endpointsOf(stripe, type, true))];
}

/** Hands an event to the outbox, once for each endpoint. Gives the identifiers of the deliveries. */
export function deliver(stripe: Backend, event: Stripe.Event, targets: readonly Target[]): string[] {
  return targets.map(({ endpoint, secret }) => {
    const payload = eventPayload(event, endpoint.api_version ?? defaultVersion(stripe.config), stripe);
    return stripe.platform.webhooks.send({ url: endpoint.url, secret }, payload).id;
  });
}

/** What is sent of an event: its data as clients of a version know them. */
export function eventPayload(event: Stripe.Event, version: string, stripe?: Backend): string {
  return JSON.stringify(renderAt(version, withFirstLines({ ...event, api_version: version }), stripe), undefined, 2);
}

/** The event as it is now: how many of its deliveries have not arrived. */
export function currentEvent(stripe: Backend, event: Stripe.Event): Stripe.Event {
  return { ...event, pending_webhooks: undelivered(stripe, event).length };
}

/** The deliveries of an event that are under way or were given up. The outbox forgets what is long over. */
export function undelivered(stripe: Backend, { id }: Stripe.Event): string[] {
  const { deliveries = [] } = stripe.table<Stripe.Event, EventDeliveries>('event').hidden(id) ?? {};
  return deliveries.filter((delivery) => {
    const { state = 'delivered' } = stripe.platform.webhooks.get(delivery) ?? {};
    return state !== 'delivered';
  });
}

function endpointsOf(stripe: Backend, type: string, connect: boolean): Target[] {
  const table = stripe.table<Stripe.WebhookEndpoint, EndpointSecrets>('webhook_endpoint');
  const targets: Target[] = [];
  for (const endpoint of table.values()) {
    const hidden = table.hidden(endpoint.id);
    if (hidden?.connect !== connect || endpoint.status !== 'enabled') continue;
    if (isWanted(type, endpoint.enabled_events)) targets.push({ endpoint, secret: hidden.secret });
  }
  // The oldest first, as they were made.
  return targets.reverse();
}

/** Event notifications, which the documentation calls thin events: https://docs.stripe.com/event-destinations#thin-payload. */
import type Stripe from 'stripe';
import { omit } from '../../kernel/omit';
import { version2File } from '../../spec/files';
import { timestamp } from '../kernel/time';
import { isSnapshot, type KeptEvent, type KeptNotification, type RelatedObject } from './kept-events';
import { relatedObject } from './related-object';

/** An event as version 2 shows it. */
export interface Notification {
  readonly id: string;
  readonly object: 'v2.core.event';
  readonly changes: null;
  readonly context: string | null;
  readonly created: string;
  readonly data: object | null;
  readonly livemode: false;
  readonly reason: object | null;
  readonly related_object: RelatedObject | null;
  readonly snapshot_event: string | null;
  readonly type: string;
}

/** With what the types of those begin that stand for an event of version 1. */
const OF_VERSION_1 = 'v1.';
const SNAPSHOT_ID = 'evt_';
/** How the identifiers of notifications begin. */
const NOTIFICATION_ID = 'evt_test_';

/** Whether there is such a type of notifications. */
export function isNotificationType(type: string): boolean {
  return Object.hasOwn(version2File().notifications, type);
}

/** The type of notifications that an event of version 1 has one of; undefined where it has none. */
export function notificationType({ type }: Pick<Stripe.Event, 'type'>): string | undefined {
  const own = OF_VERSION_1 + type;
  return isNotificationType(own) ? own : undefined;
}

/** The type that an event has in the table: that of version 1, where it is kept as one. */
export function keptType(type: string): string {
  return type.startsWith(OF_VERSION_1) && !isOnlyNotification(type) ? type.slice(OF_VERSION_1.length) : type;
}

/** Notifications about version 1 that no event of version 1 goes with. */
function isOnlyNotification(type: string): boolean {
  return type === 'v1.billing.meter.error_report_triggered' || type === 'v1.billing.meter.no_meter_found';
}

/** The identifier that a notification is kept under: its own, or that of the event of version 1 which it stands for. */
export function keptIds(id: string): readonly string[] {
  return id.startsWith(NOTIFICATION_ID) ? [id, SNAPSHOT_ID + id.slice(NOTIFICATION_ID.length)] : [];
}

/** An event as version 2 shows it; undefined for one of version 1 that it does not show. */
export function notificationOf(event: KeptEvent): Notification | undefined {
  return isSnapshot(event) ? ofSnapshot(event) : ofOwn(event);
}

function ofOwn(event: KeptNotification): Notification {
  const { id, object, context, created, data, related_object, request, type } = event;
  return {
    id,
    object,
    changes: null,
    context,
    created: timestamp(created),
    data,
    livemode: false,
    reason: reasonOf(request),
    related_object,
    snapshot_event: null,
    type,
  };
}

function ofSnapshot(event: Stripe.Event): Notification | undefined {
  const type = notificationType(event);
  if (type === undefined) return undefined;
  const { id, account = null, created, data, request } = event;
  const isAboutObject = version2File().notifications[type] !== '';
  return {
    id: NOTIFICATION_ID + id.slice(SNAPSHOT_ID.length),
    object: 'v2.core.event',
    changes: null,
    context: account,
    created: timestamp(created),
    data: null,
    livemode: false,
    reason: reasonOf(request),
    related_object: isAboutObject ? relatedObject(data.object) : null,
    snapshot_event: id,
    type,
  };
}

function reasonOf(request: { readonly id: string | null; readonly idempotency_key: string | null } | null) {
  if (request === null || request.id === null) return null;
  return { type: 'request', request: { id: request.id, idempotency_key: request.idempotency_key ?? '' } };
}

/** What is sent of a notification: what else it says is fetched. */
export function notificationPayload(notification: Notification): string {
  return JSON.stringify(omit(notification, 'changes', 'data'), undefined, 2);
}

import type Stripe from 'stripe';
import { PLATFORM_ACCOUNT, type Backend } from '../../kernel/backend';
import { ACCOUNTS, OWN, destinationTable, receiversIn, receiversOf, type Receiver } from './destinations';
import { keptEvents, type KeptNotification, type RelatedObject } from './kept-events';
import { notificationOf, notificationPayload, notificationType, type Notification } from './notification';

interface About {
  readonly related?: RelatedObject;
  /** What only who fetches the event is told. */
  readonly data?: object;
}

/** Sends the notification that stands for an event of version 1, to the destinations that want it. */
export function notifyOf(stripe: Backend, event: Stripe.Event): void {
  // Nobody listens, mostly: then what version 2 has is not even read.
  if (destinationTable(stripe).isEmpty) return;
  const type = notificationType(event);
  if (type === undefined) return;
  const receivers = receiversOf(stripe, type, 'thin');
  if (receivers.length > 0) post(stripe, notificationOf(event)!, receivers);
}

/** Keeps an event that only version 2 has, and sends it to the destinations that want it. */
export function emitNotification(stripe: Backend, type: string, about: About = {}): Notification {
  return keepAndPost(stripe, type, about, () => receiversOf(stripe, type, 'thin'));
}

/** The same for an event about an account of the platform, which keeps it. It concerns who listens to accounts, and the platform itself. */
export function emitAboutAccount(stripe: Backend, type: string, about: About): Notification {
  return stripe.as({ account: PLATFORM_ACCOUNT }, () =>
    keepAndPost(stripe, type, about, () => receiversIn(stripe, type, 'thin', [OWN, ACCOUNTS])),
  );
}

/** Sends an event to one destination, whether or not that wants its type. */
export function emitTo(stripe: Backend, receiver: Receiver | undefined, type: string, about: About): Notification {
  return keepAndPost(stripe, type, about, () => (receiver === undefined ? [] : [receiver]));
}

function keepAndPost(stripe: Backend, type: string, about: About, receivers: () => readonly Receiver[]): Notification {
  const { account, request } = stripe.scope;
  const event: KeptNotification = {
    id: stripe.newId('v2.core.event'),
    object: 'v2.core.event',
    context: account === PLATFORM_ACCOUNT ? null : account,
    created: stripe.now(),
    data: about.data ?? null,
    related_object: about.related ?? null,
    request: request ?? null,
    type,
  };
  keptEvents(stripe).insert(event);
  const notification = notificationOf(event)!;
  post(stripe, notification, receivers());
  return notification;
}

function post(stripe: Backend, notification: Notification, receivers: readonly Receiver[]): void {
  const payload = notificationPayload(notification);
  for (const { url, secret } of receivers) stripe.platform.webhooks.send({ url, secret }, payload);
}

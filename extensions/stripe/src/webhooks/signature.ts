import { createHmac } from 'node:crypto';
import type { WebhookSettings } from 'backlot';
import type { StripeConfig } from '../config';

const MILLISECONDS = 1000;

/** What every delivery has: https://docs.stripe.com/webhooks. */
const HEADERS = {
  'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
  accept: '*/*; q=0.5, application/xml',
  'cache-control': 'no-cache',
  'content-type': 'application/json; charset=utf-8',
};

/**
 * How the platform's outbox sends what comes from Stripe. How long Stripe's test mode waits is hours; a team that waits for its application to
 * come back waits seconds, unless it says otherwise. Three times, as there.
 */
export const deliveryBy = ({ webhooks }: StripeConfig): WebhookSettings => ({
  retries: webhooks.retryAfterSeconds.map((seconds) => seconds * MILLISECONDS),
  sign: ({ body, secret, timestamp }) => ({
    ...HEADERS,
    ...(secret !== undefined && { 'stripe-signature': signature(body, secret, timestamp) }),
  }),
});

/** The headers of a delivery that somebody else posts, as the command line does. */
export function signedHeaders(payload: string, secret: string, timestamp: number): Record<string, string> {
  return { ...HEADERS, 'stripe-signature': signature(payload, secret, timestamp) };
}

/**
 * The header `Stripe-Signature`: https://docs.stripe.com/webhooks#verify-manually. In test mode it has a signature of the made-up
 * scheme `v0`, too, which applications have to pass over.
 */
export function signature(payload: string | Buffer, secret: string, timestamp: number): string {
  // Applications refuse what is old by their clock, which is the machine's: the world's clock may be behind it.
  const time = Math.max(timestamp, Math.floor(Date.now() / MILLISECONDS));
  const hmac = (key: string) => createHmac('sha256', key).update(`${time}.`).update(payload).digest('hex');
  return `t=${time},v1=${hmac(secret)},v0=${hmac(`v0.${secret}`)}`;
}

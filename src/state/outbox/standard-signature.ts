import { createHmac } from 'node:crypto';
import type { WebhookAttempt } from '../../api/webhooks';

const PREFIX = 'whsec_';

/**
 * The headers of Standard Webhooks, with which receivers in many languages have libraries to check a delivery. The
 * signature is left out for an endpoint without a secret.
 */
export function standardSignature({ id, body, timestamp, secret }: WebhookAttempt): Record<string, string> {
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestamp) };
  if (secret === undefined) return headers;
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest('base64');
  return { ...headers, 'webhook-signature': `v1,${signature}` };
}

function keyOf(secret: string): Buffer {
  return secret.startsWith(PREFIX) ? Buffer.from(secret.slice(PREFIX.length), 'base64') : Buffer.from(secret);
}

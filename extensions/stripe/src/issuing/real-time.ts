/** Asks an application about an authorization: https://docs.stripe.com/issuing/controls/real-time-authorizations. */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { defaultVersion } from '../versions/versions';
import { eventPayload, type Target } from '../webhooks/deliver';
import { signedHeaders } from '../webhooks/signature';

/** How long an application may think about it, in milliseconds of real time. */
const PATIENCE = 2000;

/** What an application answers, or how it failed to. */
export type Verdict =
  | {
      readonly kind: 'decided';
      readonly approved: boolean;
      readonly amount?: number;
      readonly metadata?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'error' | 'timeout' };

/** Posts the event, once and signed, and reads what comes back. Never rejects. */
export async function verdictOf(stripe: Backend, { endpoint, secret }: Target, event: Stripe.Event): Promise<Verdict> {
  const { platform, config } = stripe;
  const payload = eventPayload(event, endpoint.api_version ?? defaultVersion(config), stripe);
  const patience = AbortSignal.timeout(PATIENCE);
  try {
    const response = await fetch(endpoint.url, {
      method: 'POST',
      body: payload,
      headers: signedHeaders(payload, secret, platform.clock.seconds()),
      redirect: 'manual',
      signal: AbortSignal.any([patience, platform.signal]),
    });
    return response.ok ? readVerdict(await response.text()) : { kind: 'error' };
  } catch {
    return { kind: patience.aborted ? 'timeout' : 'error' };
  }
}

function readVerdict(text: string): Verdict {
  try {
    const { approved, amount, metadata } = JSON.parse(text) as Record<string, unknown>;
    if (typeof approved !== 'boolean') return { kind: 'error' };
    return {
      kind: 'decided',
      approved,
      ...(Number.isSafeInteger(amount) && Number(amount) > 0 && { amount: Number(amount) }),
      ...(typeof metadata === 'object' && metadata !== null && { metadata: metadata as Record<string, string> }),
    };
  } catch {
    return { kind: 'error' };
  }
}

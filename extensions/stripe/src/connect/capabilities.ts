/** What accounts may do, as the API shows it and tells of it. */
import type Stripe from 'stripe';
import { resourceMissing } from '../errors';
import type { Backend } from '../kernel/backend';
import { CAPABILITIES, accountTable, asAccount, asPlatform } from './account-data';
import { NO_REQUIREMENTS } from './requirements';

/** What an account that is complete at once may do is told of, as what any other may do from a moment on. */
export function announceActive(stripe: Backend, { id, capabilities }: Stripe.Account): void {
  for (const [name, status] of Object.entries(capabilities ?? {})) {
    if (status !== 'active') continue;
    const capability = capabilityOf(stripe, id, name);
    asAccount(stripe, id, () => stripe.emit('capability.updated', capability, { status: 'inactive' }));
  }
}

/** Tells of what an account may do since a change, and may not. */
export function announceCapabilities(stripe: Backend, before: Stripe.Account, after: Stripe.Account): void {
  const [was, is] = [before.capabilities, after.capabilities].map((each) => (each ?? {}) as Record<string, string>);
  for (const [name, status] of Object.entries(is!)) {
    if (was![name] === status) continue;
    const capability = capabilityOf(stripe, after.id, name);
    asAccount(stripe, after.id, () =>
      stripe.emit('capability.updated', capability, { status: was![name] ?? 'unrequested' }),
    );
  }
}

const REJECTED = ['rejected.inactivity', 'rejected.other', 'rejected.unsupported_business'];

/** Why an account is disabled, in the words for its capabilities. */
function whyDisabled(reason: string | null | undefined): string | null {
  if (!reason) return null;
  if (reason === 'requirements.past_due') return 'requirements.fields_needed';
  if (reason.startsWith('rejected.')) return REJECTED.includes(reason) ? reason : 'rejected.other';
  return reason.startsWith('platform_') ? reason : 'pending.review';
}

/** https://docs.stripe.com/api/capabilities */
export function capabilityOf(stripe: Backend, account: string, name: string): Stripe.Capability {
  return asPlatform(stripe, () => {
    if (!CAPABILITIES.has(name)) throw resourceMissing('capability', name);
    const { requirements, capabilities } = accountTable(stripe).get(account);
    const requestedAt = accountTable(stripe).hidden(account)?.requested[name];
    return {
      id: name,
      object: 'capability',
      account,
      future_requirements: NO_REQUIREMENTS,
      requested: requestedAt !== undefined,
      requested_at: requestedAt ?? null,
      requirements: requirements && { ...requirements, disabled_reason: whyDisabled(requirements.disabled_reason) },
      status: (capabilities as Record<string, string> | undefined)?.[name] ?? 'unrequested',
    } as unknown as Stripe.Capability;
  });
}

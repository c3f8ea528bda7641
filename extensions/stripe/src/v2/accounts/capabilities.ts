/** What accounts may do, in both versions: https://docs.stripe.com/connect/accounts-v2. */
import type Stripe from 'stripe';
import { CAPABILITIES } from '../../connect/account-data';
import type { AccountRow, Configuration } from './account-row';
import { setAt } from './paths';

type Fields = Record<string, unknown>;

/** Capabilities that have another name in version 1. */
const NAMES: Readonly<Record<string, string>> = {
  'merchant.ach_debit_payments': 'us_bank_account_ach_payments',
  'recipient.stripe_balance.stripe_transfers': 'transfers',
};

/** What comes with any other capability: money has to go somewhere. */
const PAYOUTS: Readonly<Partial<Record<Configuration, string>>> = {
  merchant: 'stripe_balance.payouts',
  recipient: 'stripe_balance.payouts',
};

/** The capability of version 1 that one of version 2 is: undefined where it has none. */
export function versionOneName(capability: string): string | undefined {
  const name = NAMES[capability] ?? capability.slice(capability.indexOf('.') + 1);
  return CAPABILITIES.has(name) ? name : undefined;
}

/** What a client asks for in the configurations that it gives: `true` for what it wants, `false` for what it wants no more. */
export function wishesIn(configurations: Readonly<Record<string, unknown>>): ReadonlyMap<string, boolean> {
  const wishes = new Map<string, boolean>();
  for (const [name, configuration] of Object.entries(configurations)) {
    const { capabilities } = (configuration ?? {}) as { readonly capabilities?: Fields | null };
    gather(capabilities ?? {}, name, wishes);
  }
  return wishes;
}

function gather(capabilities: Fields, at: string, wishes: Map<string, boolean>): void {
  for (const [name, value] of Object.entries(capabilities)) {
    if (typeof value !== 'object' || value === null) continue;
    const { requested } = value as { readonly requested?: unknown };
    if (typeof requested === 'boolean') wishes.set(`${at}.${name}`, requested);
    else gather(value as Fields, `${at}.${name}`, wishes);
  }
}

/** The capabilities of a configuration with their status; null where it has none. */
export function capabilitiesOf(
  { requested }: AccountRow,
  account: Stripe.Account,
  configuration: Configuration,
): Fields | null {
  const own = requested.filter((each) => each.startsWith(`${configuration}.`));
  if (own.length === 0) return null;
  const payouts = PAYOUTS[configuration];
  const all = new Set([...own, ...(payouts === undefined ? [] : [`${configuration}.${payouts}`])]);
  const capabilities: Fields = {};
  for (const capability of all) {
    setAt(capabilities, capability.slice(configuration.length + 1), statusOf(capability, account));
  }
  return capabilities;
}

interface CapabilityStatus {
  readonly status: string;
  readonly status_details: readonly { readonly code: string; readonly resolution: string }[];
}

const ACTIVE: CapabilityStatus = { status: 'active', status_details: [] };

function statusOf(capability: string, account: Stripe.Account): CapabilityStatus {
  if (isOn(capability, account)) return ACTIVE;
  const {
    disabled_reason: reason,
    currently_due: due = [],
    pending_verification: pending = [],
  } = account.requirements ?? {};
  if (reason?.startsWith('rejected') === true) {
    const code = reason === 'rejected.fraud' ? 'rejected_platform_fraud' : 'rejected_platform_other';
    return { status: 'rejected', status_details: [{ code, resolution: 'contact_stripe' }] };
  }
  if ((due?.length ?? 0) === 0 && (pending?.length ?? 0) > 0) {
    const code = 'requirements_pending_verification';
    return { status: 'pending', status_details: [{ code, resolution: 'no_resolution' }] };
  }
  return { status: 'restricted', status_details: [{ code: 'requirements_past_due', resolution: 'provide_info' }] };
}

/** What version 1 has no name for follows from whether the account can be paid out. */
function isOn(capability: string, account: Stripe.Account): boolean {
  if (capability.startsWith('customer.')) return true;
  const name = versionOneName(capability);
  if (name === undefined) return account.payouts_enabled;
  return (account.capabilities as Record<string, string> | undefined)?.[name] === 'active';
}

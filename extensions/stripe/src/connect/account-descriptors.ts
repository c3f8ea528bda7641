/** What an account puts on statements: https://docs.stripe.com/connect/statement-descriptors. */
import type Stripe from 'stripe';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import { LONGEST_DESCRIPTOR } from '../payments/descriptors';
import { accountTable, asPlatform } from './account-data';
import { ownAccount } from './own-account';

const USUAL = 'BACKLOT';

interface AccountDescriptors {
  readonly whole: string;
  /** What stands before the suffix of a payment. */
  readonly prefix: string;
}

const LONGEST_PREFIX = 10;

/**
 * The settings of an account, with what follows from what its business is called, or else the company or the person, where they do not
 * say so themselves.
 */
export function named(
  { business_profile: profile, company, settings }: Stripe.Account,
  person: Stripe.Person | undefined,
): Stripe.Account['settings'] {
  const site = profile?.url && siteOf(profile.url);
  const own = [person?.first_name, person?.last_name].filter(Boolean).join(' ');
  const name = profile?.name || site || company?.name || own;
  if (!name || !settings) return settings;
  const whole = name
    .toUpperCase()
    .replace(/[<>\\'"*]/g, '')
    .slice(0, LONGEST_DESCRIPTOR);
  const { card_payments: cards, dashboard, payments } = settings;
  const prefix = (payments.statement_descriptor ?? whole).slice(0, LONGEST_PREFIX);
  return {
    ...settings,
    card_payments: { ...cards, statement_descriptor_prefix: cards?.statement_descriptor_prefix ?? prefix.trim() },
    dashboard: { ...dashboard, display_name: dashboard.display_name ?? (name === site ? titleOf(name) : name) },
    payments: { ...payments, statement_descriptor: payments.statement_descriptor ?? whole },
  };
}

/** The name of the site at an address: `example.com`. */
function siteOf(url: string): string {
  return url
    .replace(/^\w+:\/\//, '')
    .replace(/^www\./, '')
    .replace(/[/?#].*$/, '');
}

/** `example.com` as a name: `Example`. */
function titleOf(host: string): string {
  const name = host.replace(/\.[^.]*$/, '');
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** The descriptors of the account that a payment is made on behalf of, or else of the one that makes it. */
export function accountDescriptors(stripe: Backend, principal: string | null | undefined): AccountDescriptors {
  const id = principal ?? stripe.account;
  const account: Stripe.Account | undefined =
    id === PLATFORM_ACCOUNT ? ownAccount(stripe) : asPlatform(stripe, () => accountTable(stripe).find(id));
  const whole = account?.settings?.payments.statement_descriptor ?? USUAL;
  return { whole, prefix: account?.settings?.card_payments?.statement_descriptor_prefix ?? whole };
}

/** What nobody can say of an account or a person: https://docs.stripe.com/api/accounts/create, https://docs.stripe.com/api/persons. */
import { isIP } from 'node:net';
import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import { valueAt } from '../kernel/objects';
import { wholeAddress } from '../parameters/address';
import { checkColor } from '../parameters/color';
import { checkEmail } from '../parameters/email';
import { checkDescriptor } from '../payments/descriptors';

type Fields = Readonly<Record<string, unknown>>;

/** Throws for a capability that the agreement with Stripe excludes: who only receives money is charged by nobody. */
export function checkAgreement(account: Stripe.Account, requested: Fields): void {
  if (account.tos_acceptance?.service_agreement !== 'recipient' || !('card_payments' in requested)) return;
  throw invalidRequest(
    'The recipient ToS agreement is not supported for accounts that request the card_payments capability: they need the full agreement.',
    { param: 'tos_acceptance[service_agreement]' },
  );
}

/** What belongs to an interval alone. */
const ANCHORS: Readonly<Record<string, readonly string[]>> = {
  weekly: ['weekly_anchor', 'weekly_payout_days'],
  monthly: ['monthly_anchor', 'monthly_payout_days'],
};

/** Throws for an account of a company that is said to be a single person. */
export function checkBusinessType(type: string | null | undefined, given: Stripe.AccountUpdateParams): void {
  if (given.individual === undefined || (type !== 'company' && type !== 'non_profit')) return;
  throw invalidRequest(`You cannot provide \`individual\` for an account whose \`business_type\` is \`${type}\`.`, {
    param: 'individual',
  });
}

const OLDEST_CHILD = 13;

/** Throws for what a business cannot say of itself: an address of its site, a category or a color that there is not. */
export function checkBusiness({ business_profile: profile, settings }: Stripe.AccountUpdateParams): void {
  for (const name of ['url', 'support_url'] as const) {
    const url = profile?.[name];
    if (!url || isSite(url)) continue;
    throw invalidRequest('Not a valid URL', { code: 'url_invalid', param: `business_profile[${name}]` });
  }
  if (profile?.mcc && !/^\d{4}$/.test(profile.mcc)) {
    throw invalidRequest(`Invalid MCC: ${profile.mcc}`, { param: 'business_profile[mcc]' });
  }
  checkEmail(profile?.support_email, 'business_profile[support_email]');
  for (const name of ['primary_color', 'secondary_color'] as const) {
    checkColor(settings?.branding?.[name], `settings[branding][${name}]`);
  }
  checkDescriptor(settings?.payments?.statement_descriptor, 'settings[payments][statement_descriptor]');
  checkDescriptor(
    settings?.card_payments?.statement_descriptor_prefix,
    'settings[card_payments][statement_descriptor_prefix]',
  );
}

/** Throws where a platform accepts terms that the account accepts itself, or from nowhere. */
export function checkTerms(account: Stripe.Account, { tos_acceptance: terms }: Stripe.AccountUpdateParams): void {
  if (terms?.ip && isIP(terms.ip) === 0) {
    throw invalidRequest(`Invalid IP address: ${terms.ip}`, { param: 'tos_acceptance[ip]' });
  }
  const isAccepted = terms?.date !== undefined || terms?.ip !== undefined;
  if (!isAccepted || (account.type !== 'standard' && account.type !== 'express')) return;
  throw invalidRequest('You cannot accept the Terms of Service on behalf of Standard and Express connected accounts.', {
    param: 'tos_acceptance',
  });
}

/** Whether a text is the address of a site, with or without `https://`. */
function isSite(url: string): boolean {
  return URL.canParse(url) || (url.includes('.') && URL.canParse(`https://${url}`));
}

/** Throws for a person who is too young to have to do with an account. `today` is in seconds since 1970. */
export function checkAge(given: Fields, today: number, holder?: string): void {
  const { day, month, year } = (given['dob'] || {}) as { day?: number; month?: number; year?: number };
  if (day === undefined || month === undefined || year === undefined) return;
  if (Date.UTC(year + OLDEST_CHILD, month - 1, day) <= today * 1000) return;
  throw invalidRequest(`Must be at least ${OLDEST_CHILD} years of age to use Stripe`, {
    param: holder === undefined ? 'dob[year]' : `${holder}[dob][year]`,
  });
}

/** An address with all its parts, in the country of the account unless it says another one. */
export function addressOfHolder(given: unknown, country: string | undefined): unknown {
  if (typeof given !== 'object' || given === null) return given;
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  return wholeAddress({ country: country ?? null, ...known });
}

const IN_NORTH_AMERICA = /^\d{10}$/;

/** A telephone number with the code of its country, which in North America can be left out. */
export function internationalNumber(given: string): string {
  const digits = given.replace(/[\s().-]/g, '');
  return IN_NORTH_AMERICA.test(digits) ? `+1${digits}` : digits;
}

const SHORTEST_DELAY = 2;
const LONGEST_DELAY = 31;
const LAST_DAY = 31;

/** A number from a schedule of payouts. Throws for one that is too great. */
function upTo(most: number, schedule: Fields, name: string): void {
  const value = schedule[name];
  if (typeof value !== 'number' || value <= most) return;
  throw invalidRequest(`This value must be less than or equal to ${most}.`, {
    param: `settings[payouts][schedule][${name}]`,
  });
}

/** A schedule of payouts without what belongs to another interval than its own. Throws where its interval needs a day. */
export function consistentSchedule(schedule: Fields): Fields {
  upTo(LAST_DAY, schedule, 'monthly_anchor');
  upTo(LONGEST_DELAY, schedule, 'delay_days');
  const interval = String(schedule['interval']);
  const [anchor, days] = ANCHORS[interval] ?? [];
  if (anchor !== undefined && schedule[anchor] === undefined && schedule[days!] === undefined) {
    throw parameterMissing(`settings[payouts][schedule][${anchor}]`);
  }
  const others = Object.keys(ANCHORS).filter((each) => each !== interval);
  const strange = others.flatMap((each) => ANCHORS[each]!);
  return {
    ...Object.fromEntries(Object.entries(schedule).filter(([name]) => !strange.includes(name))),
    ...(schedule['delay_days'] === 'minimum' && { delay_days: SHORTEST_DELAY }),
  };
}

const RANGES: readonly (readonly [path: string, least: number, most: number])[] = [
  ['dob.day', 1, 31],
  ['dob.month', 1, 12],
  ['relationship.percent_ownership', 0, 100],
];

const PHONE = /^\+?[\d\s().-]{5,24}$/;
const LAST_FOUR = /^\d{4}$/;

/**
 * Throws for a day, a part of a company, a phone number, an email address or the end of a number that there is not. `holder` is the
 * parameter that the person is given in.
 */
export function checkPerson(given: Fields, holder?: string): void {
  const paramOf = (name: string): string => (holder === undefined ? name : `${holder}[${name}]`);
  const { email, phone, ssn_last_4: last4 } = given as Readonly<Record<string, string | undefined>>;
  checkEmail(email, paramOf('email'));
  if (phone && !PHONE.test(phone)) {
    throw invalidRequest(`"${phone}" is not a valid phone number`, { param: paramOf('phone') });
  }
  if (last4 && !LAST_FOUR.test(last4)) {
    throw invalidRequest('The last four digits of a Social Security number are four digits.', {
      param: paramOf('ssn_last_4'),
    });
  }
  for (const [path, least, most] of RANGES) {
    const value = valueAt(given, path);
    if (typeof value !== 'number' || (value >= least && value <= most)) continue;
    const [first, ...rest] = [...(holder === undefined ? [] : [holder]), ...path.split('.')];
    throw invalidRequest(`This value must be between ${least} and ${most}.`, {
      param: `${first!}${rest.map((name) => `[${name}]`).join('')}`,
    });
  }
}

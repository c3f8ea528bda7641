/** What accounts still have to say, and what they may do for as long as they have not said it. */
import type Stripe from 'stripe';
import type { AccountSecret } from './account-data';
import { NO_DOCUMENT, type KnownPerson } from './person-data';
import {
  askedOf,
  isCompany,
  isLeftToDashboard,
  lacks,
  OF_INDIVIDUALS,
  personSubject,
  SITE,
  subjectsOf,
  WORDS,
  type Subject,
} from './subjects';
import { errorOf } from './verification';

/** What an account that Stripe asks itself may lack for a while. */
const NOT_YET = /^business_profile\./;

/** Of whom or what nothing is asked. */
export const NO_REQUIREMENTS = {
  alternatives: [],
  current_deadline: null,
  currently_due: [],
  disabled_reason: null,
  errors: [],
  eventually_due: [],
  past_due: [],
  pending_verification: [],
};

/** What a person is asked for besides, one after the other. */
const BESIDES = ['id_number', 'verification.document', 'verification.additional_document'];

/** What a person is asked for next; undefined for one who has given everything. */
export function nextRequirement(person: Stripe.Person): string | undefined {
  return BESIDES.find((name) => lacks(person, name));
}

/** The full name of what keeps an account blocked; undefined once it was given. */
function blockerOf({ blocked, individual: own }: AccountSecret, persons: readonly KnownPerson[]): string | undefined {
  const person = persons.find((each) => each.person.id === blocked?.person)?.person;
  if (blocked === undefined || person === undefined || !lacks(person, blocked.requirement)) return undefined;
  return `${person.id === own ? 'individual' : person.id}.${blocked.requirement}`;
}

/** What is due of subjects, what is wrong, and what is being looked at. */
function requirementsOf(subjects: readonly Subject[], blocker?: string) {
  const over = subjects.filter(({ isPending }) => !isPending);
  const due = new Set([
    ...(blocker === undefined ? [] : [blocker]),
    ...subjects.flatMap(({ prefix, missing }) => missing.map((name) => prefix + name)),
    ...over.flatMap(({ prefix, check }) => check.findings.map(({ requirement }) => prefix + requirement)),
  ]);
  const currentlyDue = [...due].sort();
  const later = subjects.flatMap((subject) => subject.later ?? []);
  const isAskedForSite = due.has(SITE);
  return {
    ...NO_REQUIREMENTS,
    // What a business sells can be said in words instead.
    alternatives: isAskedForSite ? [{ alternative_fields_due: [WORDS], original_fields_due: [SITE] }] : [],
    currently_due: currentlyDue,
    errors: over.flatMap(({ prefix, check }) => check.findings.map((each) => errorOf(each, prefix))),
    eventually_due: [...new Set([...currentlyDue, ...later])].sort(),
    past_due: currentlyDue,
    pending_verification: subjects
      .filter(({ isPending }) => isPending)
      .flatMap(({ prefix, check }) => check.looksAt.map((name) => prefix + name))
      .sort(),
  };
}

/** What an account asks a person of it for. */
function askedByAccount(account: Stripe.Account, secret: AccountSecret, person: Stripe.Person): readonly string[] {
  if (!isAsked(secret) || isLeftToDashboard(account)) return [];
  if (isCompany(account)) return askedOf(person, account.country === 'US');
  return person.id === secret.individual ? OF_INDIVIDUALS : [];
}

/** A person of an account with what follows from what is known of them. */
export function withVerification(known: KnownPerson, account: Stripe.Account, secret: AccountSecret): Stripe.Person {
  const { person } = known;
  const { check, isPending, missing } = personSubject(known, '', OF_INDIVIDUALS);
  const asked = personSubject(known, '', askedByAccount(account, secret, person));
  const { alternatives, currently_due, errors, eventually_due, past_due, pending_verification } = requirementsOf([
    asked,
  ]);
  const findings = isPending ? [] : check.findings;
  const isUnverified = findings.length > 0 || missing.length > 0 || check.isListed === true;
  const failed = findings.find(({ code }) => code === 'verification_failed_keyed_identity');
  const isBadDocument = findings.some(
    ({ requirement, code }) => requirement === 'verification.document' && code !== failed?.code,
  );
  const { document = NO_DOCUMENT, additional_document = null } = person.verification ?? {};
  return {
    ...person,
    requirements: { alternatives, currently_due, errors, eventually_due, past_due, pending_verification },
    verification: {
      additional_document,
      details: failed === undefined ? null : errorOf(failed).reason,
      details_code: failed === undefined ? null : 'failed_keyed_identity',
      document: {
        ...document,
        details: isBadDocument ? errorOf(findings[0]!).reason : null,
        details_code: isBadDocument ? 'document_failed_test_mode' : null,
      },
      status: isPending ? 'pending' : isUnverified ? 'unverified' : 'verified',
    },
  };
}

/** Whether anything is asked of an account: it wants to do something, and nobody has been through all the questions. */
function isAsked({ onboarded = false, requested }: AccountSecret): boolean {
  return !onboarded && Object.keys(requested).length > 0;
}

/** An account with everything that follows from what it has given: what is due, what it may do, its capabilities. */
export function withStatus(
  account: Stripe.Account,
  secret: AccountSecret,
  persons: readonly KnownPerson[] = [],
): Stripe.Account {
  const { onboarded = false, rejected, requested } = secret;
  const subjects = isAsked(secret) ? subjectsOf(account, secret, persons) : [];
  const blocker = blockerOf(secret, persons);
  const by = blocker === undefined ? undefined : secret.blocked?.by;
  const asked = requirementsOf(subjects, blocker);
  const overdue = isLeftToDashboard(account) ? asked.past_due.filter((name) => !NOT_YET.test(name)) : asked.past_due;
  const requirements = { ...asked, past_due: overdue };
  const isListed = subjects.some(({ check, isPending }) => check.isListed === true && !isPending);
  const isComplete = subjects.every(({ missing }) => missing.length === 0) && Object.keys(requested).length > 0;
  // What a check that is not over will find keeps the money where it is, too.
  const findings = subjects.flatMap(({ check }) => check.findings);
  const isOpen = isComplete && rejected === undefined && !isListed && !findings.some(({ blocks }) => blocks === 'all');
  const mayCharge = isOpen && by !== 'charges';
  const mayPayOut = isOpen && findings.length === 0 && by !== 'payouts';
  const capabilities = Object.fromEntries(
    Object.keys(requested).map((name) => {
      const isOn = name === 'legacy_payments' || (name === 'transfers' ? mayPayOut : mayCharge);
      return [name, isOn ? 'active' : 'inactive'];
    }),
  );
  const disabledReason = (): string | null => {
    if (rejected !== undefined) return rejected;
    if (isListed) return 'listed';
    if (requirements.past_due.length > 0) return 'requirements.past_due';
    return isComplete && !mayPayOut ? 'requirements.pending_verification' : null;
  };
  return {
    ...account,
    capabilities,
    charges_enabled: mayCharge && ('card_payments' in requested || 'legacy_payments' in requested),
    details_submitted: isComplete || onboarded,
    future_requirements: NO_REQUIREMENTS,
    payouts_enabled: mayPayOut,
    requirements: { ...requirements, disabled_reason: disabledReason() },
  } as unknown as Stripe.Account;
}

/** What accounts still have to say: https://docs.stripe.com/connect/required-verification-information. */
import type Stripe from 'stripe';
import { valueAt } from '../kernel/objects';
import type { AccountSecret } from './account-data';
import { NO_DOCUMENT, type KnownPerson, type PersonSecret } from './person-data';
import { checkBusiness, checkCompany, checkPerson, errorOf, type Check } from './verification';

const OF_ALL = [
  'business_profile.mcc',
  'business_profile.url',
  'business_type',
  'tos_acceptance.date',
  'tos_acceptance.ip',
];
const OF_INDIVIDUALS = [
  'first_name',
  'last_name',
  'dob.day',
  'dob.month',
  'dob.year',
  'email',
  'address.line1',
  'address.city',
  'address.postal_code',
];
const OF_COMPANIES = ['name', 'phone', 'tax_id', 'address.line1', 'address.city', 'address.postal_code'];
const OF_REPRESENTATIVES = [...OF_INDIVIDUALS, 'phone', 'relationship.executive'];
const OF_OWNERS = ['first_name', 'last_name', 'email'];
/** What is asked for in the United States besides. */
const STATE = 'address.state';
const SSN = 'ssn_last_4';

/** Fields that are not kept: instead it is kept that they were given. */
const PROVIDED: Readonly<Record<string, readonly string[]>> = {
  [SSN]: ['ssn_last_4_provided', 'id_number_provided'],
  id_number: ['id_number_provided'],
  tax_id: ['tax_id_provided'],
};

/** Somebody or something that is checked, and what it lacks. */
interface Subject {
  /** Stands before the names of its fields: `individual.`. */
  readonly prefix: string;
  readonly missing: readonly string[];
  readonly check: Check;
  /** Whether the check is not over. */
  readonly isPending: boolean;
}

const NOTHING: Check = { findings: [], looksAt: [] };

function lacks(holder: unknown, name: string): boolean {
  const provided = PROVIDED[name];
  if (provided !== undefined) return !provided.some((each) => valueAt(holder, each) === true);
  const value = valueAt(holder, name);
  return value === undefined || value === null || value === '' || value === false;
}

/** What decides the check of a person, as text: another text is another check. */
export function evidenceOfPerson({ address, dob, verification }: Stripe.Person, secret: PersonSecret): string {
  const { idNumber, last4 } = secret;
  const fronts = [verification?.document?.front, verification?.additional_document?.front];
  return JSON.stringify([address, dob, fronts, idNumber, last4]);
}

/** What decides the check of a company and its business, as text. */
export function evidenceOfAccount({ company, business_profile, settings }: Stripe.Account, taxId: unknown): string {
  const { address, name, verification } = company ?? {};
  const { payments, card_payments: cards } = settings ?? {};
  return JSON.stringify([address, name, verification, taxId, business_profile, payments, cards]);
}

function personSubject({ person, secret }: KnownPerson, prefix: string, wanted: readonly string[]): Subject {
  const check = checkPerson(person, secret);
  return {
    prefix,
    missing: wanted.filter((name) => lacks(person, name)),
    check,
    isPending: check.looksAt.length > 0 && secret.checked !== evidenceOfPerson(person, secret),
  };
}

function isCompany({ business_type: type }: Stripe.Account): boolean {
  return type === 'company' || type === 'non_profit';
}

function subjectsOf(account: Stripe.Account, secret: AccountSecret, persons: readonly KnownPerson[]): Subject[] {
  const isPending = ({ looksAt }: Check): boolean =>
    looksAt.length > 0 && secret.checked !== evidenceOfAccount(account, secret.taxId);
  const business = checkBusiness((field) => valueAt(account, field));
  const missing = OF_ALL.filter((name) => {
    // What a business sells can be said in words instead.
    if (name === 'business_profile.url' && !lacks(account, 'business_profile.product_description')) return false;
    return lacks(account, name);
  });
  if (account.external_accounts?.data.length === 0) missing.push('external_account');
  const own = { prefix: '', missing, check: business, isPending: isPending(business) };
  return [
    own,
    ...(isCompany(account) ? companySubjects(account, secret, persons, isPending) : [individual(secret, persons)]),
  ];
}

function individual({ individual: id }: AccountSecret, persons: readonly KnownPerson[]): Subject {
  const known = persons.find(({ person }) => person.id === id);
  const prefix = 'individual.';
  if (known === undefined) return { prefix, missing: OF_INDIVIDUALS, check: NOTHING, isPending: false };
  return personSubject(known, prefix, OF_INDIVIDUALS);
}

/** A company, and those who represent and own it: https://docs.stripe.com/connect/testing-verification. */
function companySubjects(
  account: Stripe.Account,
  { taxId }: AccountSecret,
  persons: readonly KnownPerson[],
  isPending: (check: Check) => boolean,
): Subject[] {
  const { company = {}, country } = account;
  const inStates = country === 'US';
  const has = (role: 'owner' | 'representative'): boolean =>
    persons.some(({ person }) => person.relationship?.[role] === true);
  const owned = persons.reduce((sum, { person }) => sum + (person.relationship?.percent_ownership ?? 0), 0);
  const wanted = [...OF_COMPANIES, ...(inStates ? [STATE] : [])];
  const check = checkCompany(company, taxId);
  const isOwnedByNobody = account.business_type === 'non_profit';
  const roles = [
    ...(has('representative') ? [] : ['relationship.representative']),
    ...(isOwnedByNobody || company.owners_provided === true || owned >= 100 || has('owner')
      ? []
      : ['relationship.owner']),
    ...(has('owner') && owned < 100 && company.owners_provided !== true ? ['company.owners_provided'] : []),
  ];
  return [
    { prefix: 'company.', missing: wanted.filter((name) => lacks(company, name)), check, isPending: isPending(check) },
    { prefix: '', missing: roles, check: NOTHING, isPending: false },
    ...persons.map((known) => {
      const { owner, representative } = known.person.relationship ?? {};
      const asked = [
        ...(representative === true ? [...OF_REPRESENTATIVES, ...(inStates ? [STATE, SSN] : [])] : []),
        ...(owner === true ? OF_OWNERS : []),
      ];
      return personSubject(known, `${known.person.id}.`, [...new Set(asked)]);
    }),
  ];
}

const NO_REQUIREMENTS = {
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
  return {
    ...NO_REQUIREMENTS,
    currently_due: currentlyDue,
    errors: over.flatMap(({ prefix, check }) => check.findings.map((each) => errorOf(each, prefix))),
    eventually_due: currentlyDue,
    past_due: currentlyDue,
    pending_verification: subjects
      .filter(({ isPending }) => isPending)
      .flatMap(({ prefix, check }) => check.looksAt.map((name) => prefix + name))
      .sort(),
  };
}

/** A person with what follows from what is known of them. */
export function withVerification(known: KnownPerson): Stripe.Person {
  const { person } = known;
  const subject = personSubject(known, '', OF_INDIVIDUALS);
  const { check, isPending, missing } = subject;
  const { alternatives, currently_due, errors, eventually_due, past_due, pending_verification } = requirementsOf([
    { ...subject, missing: [] },
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

/** An account with everything that follows from what it has given: what is due, what it may do, its capabilities. */
export function withStatus(
  account: Stripe.Account,
  secret: AccountSecret,
  persons: readonly KnownPerson[] = [],
): Stripe.Account {
  const { onboarded = false, rejected, requested } = secret;
  const isAsked = !onboarded && Object.keys(requested).length > 0;
  const subjects = isAsked ? subjectsOf(account, secret, persons) : [];
  const blocker = blockerOf(secret, persons);
  const by = blocker === undefined ? undefined : secret.blocked?.by;
  const requirements = requirementsOf(subjects, blocker);
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

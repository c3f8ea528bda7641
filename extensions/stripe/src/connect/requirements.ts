/** What accounts still have to say: https://docs.stripe.com/connect/required-verification-information. */
import type Stripe from 'stripe';
import { valueAt } from '../kernel/objects';
import type { AccountSecret } from './account-data';
import type { KnownPerson, PersonSecret } from './person-data';
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
const OF_REPRESENTATIVES = [...OF_INDIVIDUALS, 'phone', 'relationship.title'];
const OF_OWNERS = ['first_name', 'last_name', 'email'];
/** What owners are asked for once the account has grown. */
const OF_OWNERS_LATER = [...OF_INDIVIDUALS, 'phone'];
/** What Stripe asks for itself, on the pages of accounts that have its Dashboard, is not named before somebody begins there. */
const OF_DASHBOARDS = [
  'business_profile.product_description',
  'business_profile.support_phone',
  'business_profile.url',
  'tos_acceptance.date',
  'tos_acceptance.ip',
];
/** What such an account may lack for a while. */
const NOT_YET = /^business_profile\./;
const DESCRIPTOR = 'settings.payments.statement_descriptor';
/** What is asked for in the United States besides. */
const STATE = 'address.state';
const SSN = 'ssn_last_4';

const SITE = 'business_profile.url';
const WORDS = 'business_profile.product_description';

/** Fields that are not kept: instead it is kept that they were given. */
const PROVIDED: Readonly<Record<string, readonly string[]>> = {
  [SSN]: ['ssn_last_4_provided', 'id_number_provided'],
  id_number: ['id_number_provided'],
  tax_id: ['tax_id_provided'],
};

/** All of a company, in percent. */
const WHOLE = 100;

/** Somebody or something that is checked, and what it lacks. */
interface Subject {
  /** Stands before the names of its fields: `individual.`. */
  readonly prefix: string;
  readonly missing: readonly string[];
  /** What it is asked for later besides. */
  readonly later?: readonly string[];
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
  const wanted = 'card_payments' in secret.requested ? [...OF_ALL, DESCRIPTOR] : OF_ALL;
  const missing = wanted.filter((name) => {
    if (name === SITE && !lacks(account, WORDS)) return false;
    return lacks(account, name);
  });
  if (account.external_accounts?.data.length === 0) missing.push('external_account');
  if (hasDashboard(account)) {
    const asked = OF_DASHBOARDS.filter((name) => lacks(account, name));
    const bank = missing.filter((name) => name === 'external_account');
    return [{ prefix: '', missing: [...asked, ...bank], check: business, isPending: isPending(business) }];
  }
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
  const ofRepresentative = [...OF_REPRESENTATIVES, ...(inStates ? [STATE, SSN] : [])];
  const areOwnersKnown = isOwnedByNobody || company.owners_provided === true || owned >= WHOLE;
  const lacksOwner = !areOwnersKnown && !has('owner');
  const roles = [
    ...(has('representative') ? [] : ofRepresentative.map((name) => `representative.${name}`)),
    ...(lacksOwner ? OF_OWNERS.map((name) => `owners.${name}`) : []),
    ...(areOwnersKnown ? [] : ['company.owners_provided']),
  ];
  const later = lacksOwner ? [...OF_OWNERS_LATER, ...(inStates ? [STATE] : [])].map((name) => `owners.${name}`) : [];
  return [
    { prefix: 'company.', missing: wanted.filter((name) => lacks(company, name)), check, isPending: isPending(check) },
    { prefix: '', missing: roles, later, check: NOTHING, isPending: false },
    ...persons.map((known) => personSubject(known, `${known.person.id}.`, askedOf(known.person, inStates))),
  ];
}

/** What somebody is asked for, for what they are to a company. */
function askedOf({ relationship }: Stripe.Person, inStates: boolean): string[] {
  const { owner, representative } = relationship ?? {};
  const asked = [
    ...(representative === true ? [...OF_REPRESENTATIVES, ...(inStates ? [STATE, SSN] : [])] : []),
    ...(owner === true ? OF_OWNERS : []),
  ];
  return [...new Set(asked)];
}

/** Whether Stripe itself asks for what an account lacks, in the whole Dashboard that the account has. */
function hasDashboard({ controller }: Stripe.Account): boolean {
  return controller?.requirement_collection === 'stripe' && controller.stripe_dashboard?.type === 'full';
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
  if (!isAsked(secret) || hasDashboard(account)) return [];
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
  const { document = null, additional_document = null } = person.verification ?? {};
  return {
    ...person,
    requirements: { alternatives, currently_due, errors, eventually_due, past_due, pending_verification },
    verification: {
      additional_document,
      details: failed === undefined ? null : errorOf(failed).reason,
      details_code: failed === undefined ? null : 'failed_keyed_identity',
      document: document && {
        ...document,
        details: isBadDocument ? errorOf(findings[0]!).reason : null,
        details_code: isBadDocument ? 'document_failed_test_mode' : null,
      },
      status: isPending ? 'pending' : isUnverified ? 'unverified' : 'verified',
    },
  } as Stripe.Person;
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
  const overdue = hasDashboard(account) ? asked.past_due.filter((name) => !NOT_YET.test(name)) : asked.past_due;
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

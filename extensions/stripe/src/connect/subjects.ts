/** Whom and what is asked of an account: https://docs.stripe.com/connect/required-verification-information. */
import type Stripe from 'stripe';
import { valueAt } from '../kernel/objects';
import type { AccountSecret } from './account-data';
import type { KnownPerson, PersonSecret } from './person-data';
import { checkBusiness, checkCompany, checkPerson, type Check } from './verification';

const OF_ALL = [
  'business_profile.mcc',
  'business_profile.url',
  'business_type',
  'tos_acceptance.date',
  'tos_acceptance.ip',
];
export const OF_INDIVIDUALS = [
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
const DESCRIPTOR = 'settings.payments.statement_descriptor';
/** What is asked for in the United States besides. */
const STATE = 'address.state';
const SSN = 'ssn_last_4';

export const SITE = 'business_profile.url';
export const WORDS = 'business_profile.product_description';

/** Fields that are not kept: instead it is kept that they were given. */
const PROVIDED: Readonly<Record<string, readonly string[]>> = {
  [SSN]: ['ssn_last_4_provided', 'id_number_provided'],
  id_number: ['id_number_provided'],
  tax_id: ['tax_id_provided'],
};

/** All of a company, in percent. */
const WHOLE = 100;

/** Somebody or something that is checked, and what it lacks. */
export interface Subject {
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

export function lacks(holder: unknown, name: string): boolean {
  if (name.endsWith('document')) return ['front', 'back'].every((side) => lacks(holder, `${name}.${side}`));
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

export function personSubject({ person, secret }: KnownPerson, prefix: string, wanted: readonly string[]): Subject {
  const check = checkPerson(person, secret);
  return {
    prefix,
    missing: wanted.filter((name) => lacks(person, name)),
    check,
    isPending: check.looksAt.length > 0 && secret.checked !== evidenceOfPerson(person, secret),
  };
}

export function isCompany({ business_type: type }: Stripe.Account): boolean {
  return type === 'company' || type === 'non_profit';
}

export function subjectsOf(account: Stripe.Account, secret: AccountSecret, persons: readonly KnownPerson[]): Subject[] {
  const isPending = ({ looksAt }: Check): boolean =>
    looksAt.length > 0 && secret.checked !== evidenceOfAccount(account, secret.taxId);
  const business = checkBusiness((field) => valueAt(account, field));
  const wanted = 'card_payments' in secret.requested ? [...OF_ALL, DESCRIPTOR] : OF_ALL;
  const missing = wanted.filter((name) => {
    if (name === SITE && !lacks(account, WORDS)) return false;
    return lacks(account, name);
  });
  if (account.external_accounts?.data.length === 0) missing.push('external_account');
  if (isLeftToDashboard(account)) {
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
export function askedOf({ relationship }: Stripe.Person, inStates: boolean): string[] {
  const { owner, representative } = relationship ?? {};
  const asked = [
    ...(representative === true ? [...OF_REPRESENTATIVES, ...(inStates ? [STATE, SSN] : [])] : []),
    ...(owner === true ? OF_OWNERS : []),
  ];
  return [...new Set(asked)];
}

/** Whether Stripe itself will ask for what an account lacks, in the whole Dashboard that it has, and nothing was said of the business yet. */
export function isLeftToDashboard({ business_type: type, controller }: Stripe.Account): boolean {
  const { requirement_collection: by, stripe_dashboard: dashboard } = controller ?? {};
  return by === 'stripe' && dashboard?.type === 'full' && !type;
}

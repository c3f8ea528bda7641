/** People of accounts, as they are kept: https://docs.stripe.com/api/persons. */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { Table } from '../kernel/table';
import { blank, completed } from '../spec/shapes';
import { accountTable, asAccount, asPlatform } from './account-data';
import { checkAge, checkPerson, internationalNumber, addressOfHolder } from './account-rules';
import { merged } from './given';
import { resultOf, type PersonNumbers } from './verification';

type Fields = Record<string, unknown>;

/** A document of which no page has been given. */
export const NO_DOCUMENT = { back: null, details: null, details_code: null, front: null };

/** What is kept beside a person: what their numbers stand for, and what of them has been checked. */
export interface PersonSecret extends PersonNumbers {
  readonly checked?: string;
}

/** A person, and what nobody is shown of them. */
export interface KnownPerson {
  readonly person: Stripe.Person;
  readonly secret: PersonSecret;
}

export function personTable(stripe: Backend): Table<Stripe.Person, PersonSecret> {
  return stripe.table<Stripe.Person, PersonSecret>('person');
}

/** All people of an account, the first that was made first. */
export function personsOf(stripe: Backend, account: string): KnownPerson[] {
  return asAccount(stripe, account, () => {
    const table = personTable(stripe);
    return [...table.values()].reverse().map((person) => ({ person, secret: table.hidden(person.id) ?? {} }));
  });
}

/** Makes a person of an account, or changes one where an identifier is given. `holder` is the parameter that it is all in. */
export function writePerson(
  stripe: Backend,
  account: string,
  id: string | undefined,
  given: Fields,
  holder?: string,
): Stripe.Person {
  checkPerson(given, holder);
  checkAge(given, stripe.now(), holder);
  return asAccount(stripe, account, () => {
    const table = personTable(stripe);
    const before = id === undefined ? newPerson(stripe, account, holder !== undefined) : table.get(id);
    const secret = { ...(id === undefined ? {} : table.hidden(id)), ...numbersOf(given) };
    const after = completed('person', { ...before, ...fieldsFrom(before, given) });
    if (id === undefined) return table.insert(after, secret);
    table.hide(id, secret);
    return table.update(id, after);
  });
}

function numbersOf({ id_number: number, ssn_last_4: last4 }: Fields): PersonNumbers {
  return {
    ...(typeof number === 'string' && { idNumber: resultOf(number) }),
    ...(typeof last4 === 'string' && { last4: resultOf(last4) }),
  };
}

function fieldsFrom(before: Stripe.Person, given: Fields): Fields {
  const { id_number: number, ssn_last_4: last4, metadata, ...rest } = given;
  const changed = Object.entries(rest).map(([name, value]) => [
    name,
    merged((before as unknown as Fields)[name], value),
  ]);
  const fields = Object.fromEntries(changed) as Fields;
  return {
    ...fields,
    ...(typeof fields['phone'] === 'string' && { phone: internationalNumber(fields['phone']) }),
    ...(number !== undefined && { id_number_provided: true }),
    // The whole number has its end in it.
    ...((last4 !== undefined || number !== undefined) && { ssn_last_4_provided: true }),
    metadata: mergeMetadata(before.metadata, metadata as Record<string, string> | undefined),
  };
}

const NO_REQUIREMENTS = {
  alternatives: [],
  currently_due: [],
  errors: [],
  eventually_due: [],
  past_due: [],
  pending_verification: [],
};

/** A person of an account. An individual's agreement to the terms is that of the account. */
function newPerson(stripe: Backend, account: string, isIndividual: boolean): Stripe.Person {
  const { country } = asPlatform(stripe, () => accountTable(stripe).get(account));
  return {
    ...blank('person'),
    id: stripe.newId('person'),
    account,
    ...(!isIndividual && { additional_tos_acceptances: { account: { date: null, ip: null, user_agent: null } } }),
    address: addressOfHolder({}, country),
    created: stripe.now(),
    dob: { day: null, month: null, year: null },
    future_requirements: NO_REQUIREMENTS,
    id_number_provided: false,
    metadata: {},
    relationship: {
      authorizer: false,
      director: false,
      executive: false,
      legal_guardian: false,
      owner: false,
      percent_ownership: null,
      // An individual speaks for themselves.
      representative: isIndividual,
      title: null,
    },
    ssn_last_4_provided: false,
    verification: {
      additional_document: NO_DOCUMENT,
      details: null,
      details_code: null,
      document: NO_DOCUMENT,
      status: 'unverified',
    },
  } as unknown as Stripe.Person;
}

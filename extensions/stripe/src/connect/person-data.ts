/** People of accounts, as they are kept: https://docs.stripe.com/api/persons. */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { Table } from '../kernel/table';
import { blank, completed } from '../spec/shapes';
import { accountTable, asAccount, asPlatform } from './account-data';
import { checkAge, checkPerson, NO_DOCUMENT, wholeAddress } from './account-rules';
import { merged } from './given';
import { resultOf, type PersonNumbers } from './verification';

type Fields = Record<string, unknown>;

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
    const before = id === undefined ? newPerson(stripe, account) : table.get(id);
    const secret = { ...(id === undefined ? {} : table.hidden(id)), ...numbersOf(given) };
    const { country } = asPlatform(stripe, () => accountTable(stripe).get(account));
    const after = completed('person', { ...before, ...fieldsFrom(before, given, country) });
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

function fieldsFrom(before: Stripe.Person, given: Fields, country: string | undefined): Fields {
  const { id_number: number, ssn_last_4: last4, metadata, ...rest } = given;
  const changed = Object.entries(rest).map(([name, value]) => [
    name,
    merged((before as unknown as Fields)[name], value),
  ]);
  const fields = Object.fromEntries(changed) as Fields;
  return {
    ...fields,
    ...(rest['address'] !== undefined && { address: wholeAddress(fields['address'], country) }),
    ...(rest['dob'] !== undefined && { dob: fields['dob'] ?? NOT_BORN }),
    ...(rest['verification'] !== undefined && { verification: withDocuments(fields['verification'] as Fields) }),
    ...(number !== undefined && { id_number_provided: true }),
    // The whole number has its end.
    ...((last4 !== undefined || (number !== undefined && country === 'US')) && { ssn_last_4_provided: true }),
    metadata: mergeMetadata(before.metadata, metadata as Record<string, string> | undefined),
  };
}

const NOT_BORN = { day: null, month: null, year: null };

function withDocuments(verification: Fields): Fields {
  const whole = Object.entries(verification).map(([name, value]) => [
    name,
    name.endsWith('document') ? { ...NO_DOCUMENT, ...(value as object | null) } : value,
  ]);
  return Object.fromEntries(whole) as Fields;
}

function newPerson(stripe: Backend, account: string): Stripe.Person {
  return {
    ...blank('person'),
    id: stripe.newId('person'),
    account,
    created: stripe.now(),
    dob: NOT_BORN,
    id_number_provided: false,
    metadata: {},
    relationship: {
      authorizer: null,
      director: false,
      executive: false,
      legal_guardian: false,
      owner: false,
      percent_ownership: null,
      representative: false,
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

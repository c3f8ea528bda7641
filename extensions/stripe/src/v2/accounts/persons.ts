/** People of accounts as version 2 knows them: https://docs.stripe.com/api/v2/core/persons. */
import type Stripe from 'stripe';
import { asAccount } from '../../connect/account-data';
import { merged } from '../../connect/given';
import { personTable } from '../../connect/person-data';
import type { Backend } from '../../kernel/backend';
import type { StripeObject } from '../../kernel/objects';
import type { Table } from '../../kernel/table';
import { complete } from '../kernel/complete';
import { timestamp } from '../kernel/time';
import { fromVersion1, toVersion1, type Pair } from './paths';

type Fields = Record<string, unknown>;

const PERSON_PAIRS: readonly Pair[] = [
  { second: 'given_name', first: 'first_name' },
  { second: 'surname', first: 'last_name' },
  { second: 'email', first: 'email' },
  { second: 'phone', first: 'phone' },
  { second: 'address', first: 'address' },
  { second: 'date_of_birth', first: 'dob' },
  { second: 'legal_gender', first: 'gender' },
  { second: 'political_exposure', first: 'political_exposure' },
  { second: 'metadata', first: 'metadata' },
  {
    second: 'nationalities',
    first: 'nationality',
    to: (value) => (value as readonly string[])[0]?.toUpperCase(),
    from: (value) => [String(value).toLowerCase()],
  },
  ...['authorizer', 'director', 'executive', 'legal_guardian', 'owner', 'representative', 'title'].map((name) => ({
    second: `relationship.${name}`,
    first: `relationship.${name}`,
  })),
  { second: 'relationship.percent_ownership', first: 'relationship.percent_ownership', to: Number, from: String },
  { second: 'documents.primary_verification.front_back.front', first: 'verification.document.front' },
  { second: 'documents.primary_verification.front_back.back', first: 'verification.document.back' },
  { second: 'documents.secondary_verification.front_back.front', first: 'verification.additional_document.front' },
  { second: 'documents.secondary_verification.front_back.back', first: 'verification.additional_document.back' },
];

/** What only version 2 knows of a person. */
interface PersonExtras extends StripeObject {
  readonly object: 'v2.core.account_person';
  readonly given: Fields;
  readonly updated: number;
}

function extrasTable(stripe: Backend): Table<PersonExtras> {
  return stripe.table<PersonExtras>('v2.core.account_person');
}

interface IdNumber {
  readonly type: string;
  readonly value?: string;
}

/** What a client gave of a person, as parameters of version 1. */
export function personParams(given: Fields): Fields {
  const numbers = (given['id_numbers'] ?? []) as readonly IdNumber[];
  const params = toVersion1(PERSON_PAIRS, given);
  for (const { type, value } of numbers) params[type === 'us_ssn_last_4' ? 'ssn_last_4' : 'id_number'] = value;
  return params;
}

/** What a client gave, without the numbers: what is kept of those is which there are. */
export function withoutNumbers(given: Fields): Fields {
  const { id_numbers: numbers } = given;
  if (!Array.isArray(numbers)) return given;
  return { ...given, id_numbers: (numbers as readonly IdNumber[]).map(({ type }) => ({ type })) };
}

/** Keeps what only version 2 knows of a person. */
export function keepPersonExtras(stripe: Backend, account: string, person: string, given: Fields): void {
  asAccount(stripe, account, () => {
    const table = extrasTable(stripe);
    const before = table.find(person);
    table.put({
      id: person,
      object: 'v2.core.account_person',
      given: merged(before?.given ?? {}, withoutNumbers(given)) as Fields,
      updated: stripe.now(),
    });
  });
}

/** A person as version 2 shows it. */
export function shownPerson(stripe: Backend, account: string, person: Stripe.Person): Fields {
  const extras = asAccount(stripe, account, () => extrasTable(stripe).find(person.id));
  const { given = {}, updated = person.created } = extras ?? {};
  return complete('v2.core.account_person', {
    ...(merged(given, fromVersion1(PERSON_PAIRS, person)) as Fields),
    id: person.id,
    object: 'v2.core.account_person',
    account,
    created: timestamp(person.created),
    id_numbers: given['id_numbers'] ?? numbersOf(person),
    livemode: false,
    updated: timestamp(updated),
  });
}

function numbersOf({ id_number_provided: whole, ssn_last_4_provided: last }: Stripe.Person): IdNumber[] {
  if (whole === true) return [{ type: 'us_ssn' }];
  return last === true ? [{ type: 'us_ssn_last_4' }] : [];
}

/** The person with an identifier; undefined where the account has none. */
export function findPerson(stripe: Backend, account: string, id: string): Stripe.Person | undefined {
  return asAccount(stripe, account, () => personTable(stripe).present(id));
}

/** The field of version 2 that a field of version 1 is: `given_name` for `first_name`. */
export function personField(first: string): string {
  if (first === 'ssn_last_4' || first === 'id_number') return 'id_numbers';
  const pair = PERSON_PAIRS.find((each) => first === each.first || first.startsWith(`${each.first}.`));
  if (pair !== undefined) return pair.second + first.slice(pair.first.length);
  return first.startsWith('verification.') ? 'documents.primary_verification' : first;
}

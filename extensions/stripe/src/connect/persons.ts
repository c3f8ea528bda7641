import type Stripe from 'stripe';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { resourceMissing } from '../errors';
import { blank } from '../spec/shapes';
import { accountTable, asAccount, asPlatform } from './account-data';

type Fields = Record<string, unknown>;

/** https://docs.stripe.com/api/persons: who an account belongs to. */
export const persons: DefineModule = (stripe) => {
  const table = stripe.table<Stripe.Person>('person');
  const checked = (account: string): string => asPlatform(stripe, () => accountTable(stripe).get(account).id);
  const get = (account: string, id: string): Stripe.Person => {
    const person = asAccount(stripe, checked(account), () => table.find(id));
    if (person === undefined || !asAccount(stripe, account, () => table.has(id))) throw resourceMissing('person', id);
    return person;
  };
  const fieldsFrom = (before: Stripe.Person, given: Fields): Fields => {
    const { id_number: number, ssn_last_4: last4, metadata, relationship, ...rest } = given;
    return {
      ...rest,
      ...(number !== undefined && { id_number_provided: true }),
      ...(last4 !== undefined && { ssn_last_4_provided: true }),
      ...(relationship !== undefined && { relationship: { ...before.relationship, ...(relationship as object) } }),
      metadata: mergeMetadata(before.metadata, metadata as Record<string, string> | undefined),
    };
  };
  return {
    operations: {
      'GET /v1/accounts/{account}/persons': ({ path, params, url }) => {
        const { relationship = {} } = params as { relationship?: Fields };
        return asAccount(stripe, checked(path['account']!), () =>
          table.page(url, params, {
            where: (person) =>
              Object.entries(relationship).every(
                ([name, wanted]) => ((person.relationship as Fields | undefined)?.[name] ?? false) === wanted,
              ),
          }),
        );
      },
      'POST /v1/accounts/{account}/persons': ({ path, params }) => {
        const account = checked(path['account']!);
        return asAccount(stripe, account, () => {
          const base = {
            ...blank('person'),
            id: stripe.newId('person'),
            account,
            created: stripe.now(),
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
              additional_document: null,
              details: null,
              details_code: null,
              document: null,
              status: 'verified',
            },
          } as unknown as Stripe.Person;
          const person = table.insert({ ...base, ...fieldsFrom(base, params) });
          stripe.emit('person.created', person);
          return person;
        });
      },
      'GET /v1/accounts/{account}/persons/{person}': ({ path }) => get(path['account']!, path['person']!),
      'POST /v1/accounts/{account}/persons/{person}': ({ path, params }) => {
        const before = get(path['account']!, path['person']!);
        return asAccount(stripe, path['account']!, () =>
          table.update(before.id, fieldsFrom(before, params) as Partial<Stripe.Person>, 'person.updated'),
        );
      },
      'DELETE /v1/accounts/{account}/persons/{person}': ({ path }) => {
        const person = get(path['account']!, path['person']!);
        asAccount(stripe, path['account']!, () => {
          table.remove(person.id);
          stripe.emit('person.deleted', person);
        });
        return { id: person.id, object: 'person', deleted: true };
      },
    },
  };
};

import type Stripe from 'stripe';
import type { DefineModule } from '../kernel/module';
import { resourceMissing } from '../errors';
import type { Params } from '../parameters/validate';
import { useDataToken } from '../payments/card-source';
import { accountTable, asAccount, asPlatform } from './account-data';
import { refreshAccount } from './accounts';
import { personTable, writePerson } from './person-data';

type Fields = Record<string, unknown>;

/** https://docs.stripe.com/api/persons: who an account belongs to. */
export const persons: DefineModule = (stripe) => {
  const table = personTable(stripe);
  const checked = (account: string): string => asPlatform(stripe, () => accountTable(stripe).get(account).id);
  const get = (account: string, id: string): Stripe.Person => {
    const person = asAccount(stripe, checked(account), () => table.present(id));
    if (person === undefined) throw resourceMissing('person', id);
    return person;
  };
  const withToken = ({ person_token: token, ...given }: Params): Params =>
    typeof token === 'string'
      ? { ...given, ...asPlatform(stripe, () => useDataToken(stripe, token, 'person_token')) }
      : given;
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
        const { id } = writePerson(stripe, account, undefined, withToken(params));
        refreshAccount(stripe, account, {});
        return asAccount(stripe, account, () => {
          const person = table.get(id);
          stripe.emit('person.created', person);
          return person;
        });
      },
      'GET /v1/accounts/{account}/persons/{person}': ({ path }) => get(path['account']!, path['person']!),
      'POST /v1/accounts/{account}/persons/{person}': ({ path, params }) => {
        const account = path['account']!;
        const before = get(account, path['person']!);
        writePerson(stripe, account, before.id, withToken(params));
        refreshAccount(stripe, account, {});
        const after = get(account, before.id);
        asAccount(stripe, account, () => stripe.emitChange('person.updated', before, after));
        return after;
      },
      'DELETE /v1/accounts/{account}/persons/{person}': ({ path }) => {
        const person = get(path['account']!, path['person']!);
        asAccount(stripe, path['account']!, () => {
          table.remove(person.id);
          stripe.emit('person.deleted', person);
        });
        refreshAccount(stripe, path['account']!, {});
        return { id: person.id, object: 'person', deleted: true };
      },
    },
  };
};

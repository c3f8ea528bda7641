import type Stripe from 'stripe';
import { asAccount } from '../../connect/account-data';
import { refreshAccount } from '../../connect/accounts';
import { merged } from '../../connect/given';
import { personTable, writePerson } from '../../connect/person-data';
import type { Backend } from '../../kernel/backend';
import type { Call, DefineModule } from '../../kernel/module';
import { previousAttributes } from '../../kernel/objects';
import type { Params } from '../../parameters/validate';
import { emitAboutAccount } from '../events/notify';
import { notFound } from '../kernel/errors';
import { pageOf, pagesOf } from '../kernel/page';
import { adopted } from './account-events';
import { findAccount } from './account-operations';
import { isKept } from './account-row';
import { findPerson, keepPersonExtras, personParams, shownPerson } from './persons';
import { useToken } from './tokens';

type Fields = Record<string, unknown>;

const PERSON = 'v2.core.account_person';

/** https://docs.stripe.com/api/v2/core/persons */
export const persons: DefineModule = (stripe) => {
  const accountOf = ({ path }: Call): string => findAccount(stripe, path['account']!).id;
  /** Of what is changed here, version 2 tells from here on, whoever made the account. */
  const known = ({ path }: Call): string => adopted(stripe, findAccount(stripe, path['account']!)).id;
  const personOf = (account: string, { path }: Call): Stripe.Person => {
    const person = findPerson(stripe, account, path['id']!);
    if (person === undefined) throw notFound('person', path['id']!);
    return person;
  };
  return {
    operations: {
      'GET /v2/core/accounts/{account}/persons': (call) => {
        const account = accountOf(call);
        return asAccount(stripe, account, () =>
          pageOf(call, pagesOf(personTable(stripe)), (person) => shownPerson(stripe, account, person)),
        );
      },
      'GET /v2/core/accounts/{account}/persons/{id}': (call) => {
        const account = accountOf(call);
        return shownPerson(stripe, account, personOf(account, call));
      },
      'POST /v2/core/accounts/{account}/persons': (call) => write(stripe, known(call), undefined, call.params),
      'POST /v2/core/accounts/{account}/persons/{id}': (call) => {
        const account = known(call);
        return write(stripe, account, personOf(account, call), call.params);
      },
      'DELETE /v2/core/accounts/{account}/persons/{id}': (call) => {
        const account = known(call);
        const person = personOf(account, call);
        asAccount(stripe, account, () => {
          personTable(stripe).remove(person.id);
          stripe.emit('person.deleted', person);
        });
        refreshAccount(stripe, account, {});
        return { id: person.id, object: PERSON };
      },
    },
    reactions: Object.fromEntries(
      (['created', 'updated', 'deleted'] as const).map((change) => [
        `person.${change}`,
        (person: Stripe.Person) => tell(stripe, person, change),
      ]),
    ),
  };
};

/** Makes or changes a person, in both versions, and tells of it. */
function write(stripe: Backend, account: string, before: Stripe.Person | undefined, params: Params): Fields {
  const { person_token: token, ...said } = params;
  const given = (
    typeof token === 'string' ? merged(said, useToken(stripe, 'v2.core.account_person_token', token)) : said
  ) as Fields;
  const { id } = writePerson(stripe, account, before?.id, personParams(given));
  keepPersonExtras(stripe, account, id, given);
  const after = findPerson(stripe, account, id)!;
  if (before === undefined) asAccount(stripe, account, () => stripe.emit('person.created', after));
  else if (previousAttributes(before, after) === undefined) tell(stripe, after, 'updated');
  else asAccount(stripe, account, () => stripe.emitChange('person.updated', before, after));
  refreshAccount(stripe, account, {});
  return shownPerson(stripe, account, findPerson(stripe, account, id)!);
}

type Change = 'created' | 'updated' | 'deleted';

/** Whatever is told of a person by version 1 is told by version 2 as well, where that knows the account. */
function tell(stripe: Backend, { id, account }: Stripe.Person, change: Change): void {
  if (account === undefined || !isKept(stripe, account)) return;
  emitAboutAccount(stripe, `${PERSON}.${change}`, {
    related: { id, type: PERSON, url: `/v2/core/accounts/${account}/persons/${id}` },
    data: { account_id: account },
  });
}

/** Checks of accounts and their people, most of which take a moment: https://docs.stripe.com/connect/testing-verification. */
import type Stripe from 'stripe';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { accountTable, asAccount, asPlatform, type AccountSecret } from './account-data';
import { refreshAccount } from './accounts';
import { personsOf, personTable, type KnownPerson } from './person-data';
import { nextRequirement, withStatus, withVerification } from './requirements';
import { evidenceOfAccount, evidenceOfPerson } from './subjects';

const CHECK = 'account.check';

/** An account as it stands after it was changed, with its people; begins the checks that are not over. */
export function checked(stripe: Backend, account: Stripe.Account): Stripe.Account {
  const secret = accountTable(stripe).hidden(account.id) ?? { requested: {} };
  const persons = personsOf(stripe, account.id).map((known) => refreshed(stripe, account, secret, known));
  const own = persons.find(({ person }) => person.id === secret.individual)?.person;
  const after = withStatus({ ...account, ...(own && { individual: own }) }, secret, persons);
  const isPending = persons.some(({ person }) => person.verification?.status === 'pending');
  if (isPending || (after.requirements?.pending_verification?.length ?? 0) > 0) {
    stripe.as({ clock: null }, () => stripe.jobs.schedule(CHECK, account.id, stripe.now()));
  }
  return after;
}

/** Stops an account from being charged, or paid out, until it has given what it was not asked for at first. */
export function blockAccount(stripe: Backend, id: string, by: 'charges' | 'payouts'): void {
  asPlatform(stripe, () => {
    const table = accountTable(stripe);
    const secret = table.hidden(id) ?? { requested: {} };
    const known = personsOf(stripe, id);
    const person = (
      known.find((each) => each.person.id === secret.individual) ??
      known.find((each) => each.person.relationship?.representative === true)
    )?.person;
    const requirement = person && nextRequirement(person);
    if (person === undefined || requirement === undefined) return;
    table.hide(id, { ...secret, blocked: { by, person: person.id, requirement } });
    refreshAccount(stripe, id, {});
  });
}

function refreshed(stripe: Backend, account: Stripe.Account, secret: AccountSecret, known: KnownPerson): KnownPerson {
  const person = withVerification(known, account, secret);
  asAccount(stripe, account.id, () => personTable(stripe).update(person.id, person));
  return { ...known, person };
}

/** Ends the checks of an account: what they found is in it from here on. */
function endChecks(stripe: Backend, id: string): void {
  const table = accountTable(stripe);
  const account = table.find(id);
  if (account === undefined || !table.has(id)) return;
  const secret = table.hidden(id) ?? { requested: {} };
  table.hide(id, { ...secret, checked: evidenceOfAccount(account, secret.taxId) });
  const before = personsOf(stripe, id);
  for (const { person, secret: own } of before) {
    asAccount(stripe, id, () =>
      personTable(stripe).hide(person.id, { ...own, checked: evidenceOfPerson(person, own) }),
    );
  }
  refreshAccount(stripe, id, {});
  for (const { person } of before) {
    asAccount(stripe, id, () => stripe.emitChange('person.updated', person, personTable(stripe).get(person.id)));
  }
}

/** The checks as jobs. */
export const checks: DefineModule = () => ({
  jobs: { [CHECK]: (stripe, { subject }) => asPlatform(stripe, () => endChecks(stripe, subject)) },
});

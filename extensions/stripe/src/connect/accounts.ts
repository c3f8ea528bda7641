import { omit } from '../kernel/omit';
import type Stripe from 'stripe';
import { invalidRequest, noAccess } from '../errors';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { checkCountry } from '../parameters/country';
import { checkEmail } from '../parameters/email';
import { useDataToken } from '../payments/card-source';
import { accountTable, asAccount, asPlatform, type AccountSecret } from './account-data';
import {
  checkAgreement,
  checkBusiness,
  checkBusinessType,
  checkTerms,
  consistentSchedule,
  internationalNumber,
  addressOfHolder,
} from './account-rules';
import { named } from './account-descriptors';
import { blankAccount } from './blank-account';
import { announceActive, announceCapabilities, capabilityOf } from './capabilities';
import { checked } from './checks';
import { addExternalAccount, externalAccountsOf, replaceExternalAccount } from './external-accounts';
import { APPLICATION } from './fees';
import { merged } from './given';
import { changeOwnSettings, ownAccount } from './own-account';
import { NO_DOCUMENT, personTable, writePerson } from './person-data';
import { resultOf } from './verification';

type Fields = Record<string, unknown>;

/** What a client gives of an account is kept in the same form. */
const GIVEN = ['business_profile', 'company', 'settings', 'tos_acceptance'] as const;

/** The type of an account whose controller has such a dashboard. */
const ACCOUNT_TYPES: Readonly<Record<string, string>> = { express: 'express', none: 'none', full: 'standard' };

/** What a type of accounts stands for: https://docs.stripe.com/connect/migrate-to-controller-properties. */
function controllerOf(given: Stripe.AccountCreateParams): { controller: Fields; type: string } {
  if (given.controller !== undefined && given.type !== undefined) {
    throw invalidRequest(
      'You may not provide the `type` parameter and `controller` parameters simultaneously. They are mutually exclusive.',
      { param: 'type' },
    );
  }
  const type = given.type ?? (given.controller === undefined ? 'standard' : undefined);
  const isStandard = type === 'standard';
  const { fees, losses, requirement_collection: collection, stripe_dashboard: dashboard } = given.controller ?? {};
  const controller = {
    fees: { payer: fees?.payer ?? (type === undefined || isStandard ? 'account' : `application_${type}`) },
    is_controller: true,
    losses: { payments: losses?.payments ?? (isStandard || type === undefined ? 'stripe' : 'application') },
    requirement_collection: collection ?? (type === 'custom' ? 'application' : 'stripe'),
    stripe_dashboard: {
      type: dashboard?.type ?? (type === 'custom' ? 'none' : type === 'express' ? 'express' : 'full'),
    },
    type: 'application',
  };
  if (
    controller.requirement_collection === 'application' &&
    (controller.stripe_dashboard.type !== 'none' || controller.losses.payments !== 'application')
  ) {
    throw invalidRequest(
      'An account whose requirements you collect (`controller[requirement_collection]: application`) has no Dashboard of Stripe, and its losses are yours: set `controller[stripe_dashboard][type]` to `none` and `controller[losses][payments]` to `application`.',
      { param: 'controller[requirement_collection]' },
    );
  }
  const named = ACCOUNT_TYPES[controller.stripe_dashboard.type];
  return { controller, type: type ?? named ?? 'none' };
}

/** What never comes back as it was given. */
function shown(name: string, given: unknown): unknown {
  if (typeof given !== 'object' || given === null) return given;
  const { tax_id: tax, vat_id: vat, ...rest } = given as Fields;
  return {
    ...rest,
    ...(tax !== undefined && name === 'company' && { tax_id_provided: true }),
    ...(vat !== undefined && { vat_id_provided: true }),
  };
}

function requestsFrom(
  given: Stripe.AccountCreateParams['capabilities'],
  before: AccountSecret['requested'],
  now: number,
) {
  const requested: Record<string, number> = { ...before };
  for (const [name, wish] of Object.entries((given ?? {}) as Record<string, { requested?: boolean }>)) {
    if (wish.requested === true) requested[name] ??= now;
    else if (wish.requested === false) delete requested[name];
  }
  return requested;
}

/** A company with what nobody has said of it. */
function wholeCompany(company: Fields, country: string | undefined): Fields {
  const { phone, verification } = company;
  return {
    directors_provided: false,
    executives_provided: false,
    name: null,
    owners_provided: false,
    tax_id_provided: false,
    ...company,
    address: addressOfHolder(company['address'] ?? {}, country),
    ...(typeof phone === 'string' && { phone: internationalNumber(phone) }),
    verification: merged({ document: NO_DOCUMENT }, verification ?? {}),
  };
}

/** What an account says of its business, with a whole address to turn to. */
function wholeProfile(profile: Fields): Fields {
  return { ...profile, support_address: addressOfHolder(profile['support_address'] ?? null, undefined) };
}

/** What stands for the company of an individual: there is nobody else in it. */
function companyOfOne({ address, phone }: Stripe.Person, country: string | undefined): Fields {
  const provided = { directors_provided: true, executives_provided: true, owners_provided: true };
  return wholeCompany({ ...provided, address, ...(typeof phone === 'string' && { phone }) }, country);
}

function change(account: Stripe.Account, given: Stripe.AccountUpdateParams): Stripe.Account {
  const next: Fields = { ...account };
  for (const name of GIVEN) {
    const value = (given as Fields)[name];
    if (value !== undefined) next[name] = merged(next[name] ?? {}, shown(name, value));
  }
  if (given.settings?.payouts?.schedule !== undefined) {
    const settings = next['settings'] as Stripe.Account.Settings;
    const schedule = consistentSchedule(settings.payouts!.schedule as never);
    next['settings'] = { ...settings, payouts: { ...settings.payouts, schedule } };
  }
  for (const name of ['business_type', 'default_currency', 'email'] as const) {
    if (given[name] !== undefined) next[name] = given[name];
  }
  const { business_type: type } = next;
  if (given.company !== undefined || (typeof type === 'string' && type !== 'individual')) {
    next['company'] = wholeCompany((next['company'] ?? {}) as Fields, account.country);
  }
  if (given.business_profile) next['business_profile'] = wholeProfile(next['business_profile'] as Fields);
  if (given.metadata !== undefined) {
    next['metadata'] = mergeMetadata(account.metadata, given.metadata);
  }
  return next as unknown as Stripe.Account;
}

/** What a client gave, with what the account token that it gave stands for. */
function withToken<T extends { readonly account_token?: string }>(stripe: Backend, given: T): T {
  const { account_token: token } = given;
  if (token === undefined) return given;
  const { tos_shown_and_accepted: isAccepted, ...said } = asPlatform(stripe, () =>
    useDataToken(stripe, token, 'account_token'),
  );
  return {
    ...given,
    ...said,
    ...(isAccepted === true && { tos_acceptance: { date: stripe.now(), ip: '127.0.0.1' } }),
  };
}

/** Makes a connected account. */
export function createAccount(
  stripe: Backend,
  asked: Stripe.AccountCreateParams & { readonly id?: string },
): Stripe.Account {
  const given = withToken(stripe, asked);
  const { controller, type } = controllerOf(given);
  checkCountry(given.country, 'country');
  // The identifiers of accounts are shorter than others.
  const id = given.id ?? stripe.platform.ids.next('acct', 16);
  const base = {
    ...blankAccount(id, given.country ?? 'US', stripe.now(), controller['requirement_collection'] === 'stripe'),
    controller,
    type,
  } as unknown as Stripe.Account;
  const wanted =
    given.capabilities ??
    (type === 'standard' ? { card_payments: { requested: true }, transfers: { requested: true } } : undefined);
  const secret: AccountSecret = { requested: requestsFrom(wanted, {}, stripe.now()) };
  accountTable(stripe).insert(base, secret);
  if (given.external_account !== undefined) addExternalAccount(stripe, id, given.external_account);
  const made = refreshAccount(stripe, id, given as Stripe.AccountUpdateParams, null);
  announceActive(stripe, made);
  return made;
}

/** Changes an account, and what follows from it, with the events that are for the platform's Connect endpoints. */
export function refreshAccount(
  stripe: Backend,
  id: string,
  given: Stripe.AccountUpdateParams,
  event: 'account.updated' | null = 'account.updated',
): Stripe.Account {
  return asPlatform(stripe, () => {
    const table = accountTable(stripe);
    const before = table.get(id);
    const secret = table.hidden(id) ?? { requested: {} };
    const { individual } = given;
    const next: AccountSecret = {
      ...secret,
      requested: requestsFrom(given.capabilities, secret.requested, stripe.now()),
      ...(typeof given.company?.tax_id === 'string' && { taxId: resultOf(given.company.tax_id) }),
      ...(individual !== undefined && {
        individual: writePerson(stripe, id, secret.individual, individual as Fields, 'individual').id,
      }),
    };
    table.hide(id, next);
    const changed = change(before, given);
    checkEmail(given.email);
    checkBusiness(given);
    if (!stripe.isLoose) checkTerms(changed, given);
    checkBusinessType(changed.business_type, given);
    checkAgreement(changed, next.requested);
    const own =
      next.individual === undefined
        ? undefined
        : asAccount(stripe, id, () => personTable(stripe).get(next.individual!));
    const company = own && changed.business_type === 'individual' && { company: companyOfOne(own, changed.country) };
    const listed = {
      ...changed,
      ...company,
      external_accounts: externalAccountsOf(stripe, id),
      settings: named(changed, own),
    };
    const after = table.update(id, checked(stripe, listed as unknown as Stripe.Account));
    if (event !== null) announceChange(stripe, before, after);
    return after;
  });
}

/** Sends the events for what changed of an account. */
export function announceChange(stripe: Backend, before: Stripe.Account, after: Stripe.Account): void {
  asAccount(stripe, after.id, () => stripe.emitChange('account.updated', before, after));
  announceCapabilities(stripe, before, after);
}

/** Says that somebody went through the onboarding of an account. */
export function completeOnboarding(stripe: Backend, id: string): Stripe.Account {
  return asPlatform(stripe, () => {
    const table = accountTable(stripe);
    table.hide(id, { ...(table.hidden(id) ?? { requested: {} }), onboarded: true });
    return refreshAccount(stripe, id, {});
  });
}

/** https://docs.stripe.com/api/accounts */
export const accounts: DefineModule = (stripe) => {
  const table = accountTable(stripe);
  const find = (id: string): Stripe.Account =>
    id === PLATFORM_ACCOUNT ? ownAccount(stripe) : asPlatform(stripe, () => known(id));
  const known = (id: string): Stripe.Account => {
    if (!table.has(id)) throw noAccess(id);
    return table.get(id);
  };
  return {
    operations: {
      'GET /v1/account': () => find(stripe.account),
      'GET /v1/accounts': ({ params, url }) => table.page(url, params),
      'POST /v1/accounts': ({ params }) => {
        if (stripe.account !== PLATFORM_ACCOUNT) {
          throw invalidRequest('Only a platform can create accounts: leave out the header Stripe-Account.');
        }
        return createAccount(stripe, params);
      },
      'GET /v1/accounts/{account}': ({ path }) => find(path['account']!),
      'POST /v1/accounts/{account}': ({ path, params }) => {
        const given = withToken(stripe, params as Stripe.AccountUpdateParams);
        const id = path['account']!;
        find(id);
        if (id === PLATFORM_ACCOUNT) return changeOwnSettings(stripe, given.settings ?? {});
        if (given.external_account) replaceExternalAccount(stripe, id, given.external_account);
        return refreshAccount(stripe, id, given);
      },
      'DELETE /v1/accounts/{account}': ({ path }) => {
        const { id } = known(path['account']!);
        // Accounts of the test mode can be deleted at any time, whatever is in their balance.
        table.update(id, { deleted: true } as unknown as Partial<Stripe.Account>);
        const application = { id: APPLICATION, object: 'application', name: null };
        asAccount(stripe, id, () => stripe.emit('account.application.deauthorized', application));
        return { id, object: 'account', deleted: true };
      },
      'POST /v1/accounts/{account}/reject': ({ path, params }) => {
        const { reason } = params as unknown as Stripe.AccountRejectParams;
        const secret = table.hidden(table.get(path['account']!).id) ?? { requested: {} };
        table.hide(path['account']!, {
          ...secret,
          rejected: `rejected.${String(reason).startsWith('fraud') ? 'fraud' : String(reason)}`,
        });
        return refreshAccount(stripe, path['account']!, {});
      },
      'POST /v1/accounts/{account}/unreject': ({ path }) => {
        const hidden = table.hidden(table.get(path['account']!).id) ?? { requested: {} };
        table.hide(path['account']!, omit(hidden, 'rejected'));
        return refreshAccount(stripe, path['account']!, {});
      },
      'GET /v1/accounts/{account}/capabilities': ({ path, url }) => {
        const names = Object.keys(table.hidden(table.get(path['account']!).id)?.requested ?? {});
        return {
          object: 'list',
          data: names.map((name) => capabilityOf(stripe, path['account']!, name)),
          has_more: false,
          url,
        };
      },
      'GET /v1/accounts/{account}/capabilities/{capability}': ({ path }) =>
        capabilityOf(stripe, path['account']!, path['capability']!),
      'POST /v1/accounts/{account}/capabilities/{capability}': ({ path, params }) => {
        const { requested } = params as Stripe.AccountUpdateCapabilityParams;
        const name = path['capability']!;
        capabilityOf(stripe, path['account']!, name);
        if (requested !== undefined) {
          refreshAccount(stripe, path['account']!, { capabilities: { [name]: { requested } } });
        }
        return capabilityOf(stripe, path['account']!, name);
      },
      'POST /v1/accounts/{account}/login_links': ({ path }) => {
        const { id, details_submitted: isOnboarded, type } = table.get(path['account']!);
        if (type !== 'express')
          throw invalidRequest(`Cannot create a login link for an account that is not an Express account.`);
        if (!isOnboarded && !stripe.isLoose)
          throw invalidRequest('Cannot create a login link for an account that has not completed onboarding.');
        return { object: 'login_link', created: stripe.now(), url: stripe.pageUrl(`connect/dashboard/${id}`) };
      },
    },
  };
};

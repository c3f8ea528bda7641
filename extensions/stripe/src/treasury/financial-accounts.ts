import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { newObject } from '../kernel/resource';
import { changeFeatures, featureLists, type Features } from './features';
import { cashOf, financialAccountTable, type FinancialAccount } from './ledger';
import { postOutbound, sendOutbound } from './outbound';
import { keepPlace } from './places';

type Given = Stripe.Treasury.FinancialAccountCreateParams;
type GivenUpdate = Stripe.Treasury.FinancialAccountUpdateParams;
type GivenClose = Stripe.Treasury.FinancialAccountCloseParams;

/** How many a connected account can have. */
const MOST = 3;
const CURRENCY = 'usd';
const ROUTING_NUMBER = '110000000';

/** https://docs.stripe.com/api/treasury/financial_accounts */
export const financialAccounts: DefineModule = (stripe) => {
  const table = financialAccountTable(stripe);
  const update = (id: string, given: GivenUpdate): FinancialAccount => {
    const before = openAccount(stripe, id);
    const restrictions = { ...noRestrictions(), ...before.platform_restrictions, ...given.platform_restrictions };
    const changed = table.update(id, {
      metadata: mergeMetadata(before.metadata, given.metadata),
      ...(given.nickname !== undefined && { nickname: given.nickname || null }),
      platform_restrictions: restrictions,
    });
    return given.features || given.platform_restrictions ? setFeatures(stripe, changed, given.features ?? {}) : changed;
  };
  return {
    operations: {
      'POST /v1/treasury/financial_accounts': ({ params }) => create(stripe, params as unknown as Given),
      'GET /v1/treasury/financial_accounts': ({ params, url }) => {
        const { status } = params as Stripe.Treasury.FinancialAccountListParams;
        return table.page(url, params, { where: (each) => status === undefined || each.status === status });
      },
      'GET /v1/treasury/financial_accounts/{id}': ({ path }) => table.get(path['id']!),
      'POST /v1/treasury/financial_accounts/{id}': ({ path, params }) => update(path['id']!, params),
      'POST /v1/treasury/financial_accounts/{id}/close': ({ path, params }) =>
        close(stripe, openAccount(stripe, path['id']!), params),
      'GET /v1/treasury/financial_accounts/{id}/features': ({ path }) =>
        table.hidden(table.get(path['id']!).id)!.features,
      'POST /v1/treasury/financial_accounts/{id}/features': ({ path, params }) => {
        const { id } = setFeatures(stripe, openAccount(stripe, path['id']!), params);
        return table.hidden(id)!.features;
      },
    },
    includes: {
      'treasury.financial_account features': ({ id }: FinancialAccount) => table.hidden(id)?.features ?? null,
    },
  };
};

function create(stripe: Backend, given: Given): FinancialAccount {
  const table = financialAccountTable(stripe);
  if (given.supported_currencies.length === 0) throw parameterMissing('supported_currencies');
  if (given.supported_currencies.some((currency) => currency !== CURRENCY)) {
    throw invalidRequest(`FinancialAccounts can only hold ${CURRENCY}.`, { param: 'supported_currencies' });
  }
  const open = table.count({ where: ({ status }) => status === 'open' });
  if (stripe.account !== PLATFORM_ACCOUNT && open >= MOST) {
    throw invalidRequest(`An account can have up to ${MOST} FinancialAccounts.`);
  }
  const platform_restrictions = { ...noRestrictions(), ...given.platform_restrictions };
  const features = changeFeatures(undefined, given.features ?? {}, platform_restrictions);
  const number = stripe.platform.ids.number('treasury.account_number').toString().padStart(12, '0');
  const zero = { [CURRENCY]: 0 };
  const account = newObject<FinancialAccount>(
    stripe,
    'treasury.financial_account',
    {},
    {
      ...featureLists(features),
      balance: { cash: zero, inbound_pending: zero, outbound_pending: zero },
      country: 'US',
      financial_addresses: addressesFor(features, number),
      is_default: false,
      metadata: mergeMetadata(undefined, given.metadata),
      nickname: given.nickname || null,
      platform_restrictions,
      status: 'open',
      status_details: { closed: null },
      supported_currencies: given.supported_currencies,
    },
  );
  table.insert(account, { features, accountNumber: number });
  keepPlace(stripe, account.id);
  stripe.emit('treasury.financial_account.created', account);
  return account;
}

function setFeatures(stripe: Backend, account: FinancialAccount, given: object): FinancialAccount {
  const table = financialAccountTable(stripe);
  const hidden = table.hidden(account.id)!;
  const features = changeFeatures(hidden.features, given, account.platform_restrictions);
  table.hide(account.id, { ...hidden, features });
  const after = table.update(account.id, {
    ...featureLists(features),
    financial_addresses: addressesFor(features, hidden.accountNumber),
  });
  stripe.emitChange('treasury.financial_account.features_status_updated', account, after);
  return after;
}

/** Money can be sent to an account that has an address. */
function addressesFor(
  { financial_addresses: addresses }: Features,
  number: string,
): FinancialAccount['financial_addresses'] {
  if (addresses?.aba?.requested !== true) return [];
  const aba = {
    account_holder_name: 'Backlot',
    account_number: number,
    account_number_last4: number.slice(-4),
    bank_name: 'Stripe Test Bank',
    routing_number: ROUTING_NUMBER,
  };
  return [{ aba, supported_networks: ['ach', 'us_domestic_wire'], type: 'aba' }];
}

/** Closes an account that is empty, or whose money is sent where the client says. */
function close(
  stripe: Backend,
  account: FinancialAccount,
  { forwarding_settings: forwarding }: GivenClose,
): FinancialAccount {
  const { balance, id } = account;
  const cash = cashOf(account, CURRENCY);
  const isPending = [balance.inbound_pending, balance.outbound_pending].some((each) => each[CURRENCY] !== 0);
  if (isPending || (cash !== 0 && forwarding === undefined)) {
    throw invalidRequest('A FinancialAccount can only be closed when its balance is zero and nothing is pending.', {
      code: 'financial_account_not_empty',
    });
  }
  if (cash > 0) {
    const sent = sendOutbound(stripe, 'outbound_transfer', {
      amount: cash,
      currency: CURRENCY,
      financial_account: id,
      ...(forwarding?.payment_method !== undefined && { destination_payment_method: forwarding.payment_method }),
      ...(forwarding?.financial_account !== undefined && {
        destination_payment_method_data: { type: 'financial_account', financial_account: forwarding.financial_account },
      }),
    });
    if (sent.status === 'processing') postOutbound(stripe, 'outbound_transfer', sent.id);
  }
  const closed = financialAccountTable(stripe).update(id, {
    active_features: [],
    status: 'closed',
    status_details: { closed: { reasons: ['closed_by_platform'] } },
  });
  stripe.emit('treasury.financial_account.closed', closed);
  return closed;
}

function openAccount(stripe: Backend, id: string): FinancialAccount {
  const account = financialAccountTable(stripe).get(id);
  if (account.status === 'closed') throw invalidRequest(`The FinancialAccount ${id} is closed.`);
  return account;
}

function noRestrictions(): NonNullable<FinancialAccount['platform_restrictions']> {
  return { inbound_flows: 'unrestricted', outbound_flows: 'unrestricted' };
}

import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { resourceOperations } from '../kernel/resource';
import { blank, fieldOf } from '../spec/shapes';
import { METHOD_TYPES, takesCurrency, usualMethodTypes } from './method-types';

type Configuration = Stripe.PaymentMethodConfiguration;
type Setting = Stripe.PaymentMethodConfiguration.Card;

const KIND = 'payment_method_configuration';
const PLATFORM_DEFAULT = 'pmc_1BacklotDefault';
/** Ways to use a card that are settings of their own. */
const WALLETS = ['apple_pay', 'cartes_bancaires', 'google_pay', 'jcb'];
/** What is offered, where the currency allows it, by an account that changed nothing. */
const USUALLY_ON = new Set([...usualMethodTypes('usd'), ...usualMethodTypes('eur'), 'apple_pay', 'google_pay']);

/** Which ways to pay are offered: https://docs.stripe.com/api/payment_method_configurations. */
export const methodConfigurations: DefineModule = (stripe) => {
  const table = stripe.table<Configuration>(KIND);
  const operations = resourceOperations<Configuration>(stripe, {
    kind: KIND,
    path: '/v1/payment_method_configurations',
    create: ({ name, parent, ...given }) => {
      const above = parent === undefined ? undefined : configurationOf(stripe, parent as string, 'parent');
      return {
        ...settings(given, above),
        active: true,
        application: null,
        is_default: false,
        name: (name as string | undefined) ?? 'Custom',
        parent: above?.id ?? null,
      };
    },
    update: (given, before) => {
      if (before.is_default && given['active'] === false) {
        throw invalidRequest('The default payment method configuration cannot be deactivated.', { param: 'active' });
      }
      return settings(given, before);
    },
    filters: ['active'],
    where: (configuration, { application }) =>
      application === undefined || configuration.application === (application === '' ? null : application),
  });
  /** The default one is kept once somebody asks for it. */
  const withDefault = Object.entries(operations).map(([key, handle]) => [
    key,
    (call: Parameters<typeof handle>[0]) => {
      const usual = defaultConfiguration(stripe);
      if (!table.has(usual.id)) table.insert(usual);
      return handle(call);
    },
  ]);
  return { operations: Object.fromEntries(withDefault) as typeof operations };
};

/** The configuration under an identifier, or that of the account. */
export function configurationOf(
  stripe: Backend,
  id: string | undefined,
  param = 'payment_method_configuration',
): Configuration {
  const usual = defaultConfiguration(stripe);
  if (id === undefined || id === usual.id) return usual;
  const found = stripe.table<Configuration>(KIND).get(id, param);
  if (!found.active) {
    throw invalidRequest(`The payment method configuration ${id} is not active.`, { param });
  }
  return found;
}

/** The types that are offered in a currency: the usual ones that are not off, and those that somebody turned on. */
export function offeredTypes(configuration: Configuration, currency: string): string[] {
  const preferenceOf = (type: string): string | undefined =>
    (configuration as unknown as Readonly<Record<string, Setting | undefined>>)[type]?.display_preference.preference;
  const usual = usualMethodTypes(currency);
  const more = Object.keys(METHOD_TYPES).filter(
    (type) => !usual.includes(type) && preferenceOf(type) === 'on' && takesCurrency(type, currency),
  );
  return [...usual.filter((type) => preferenceOf(type) !== 'off'), ...more];
}

function defaultConfiguration(stripe: Backend): Configuration {
  const id = stripe.account === PLATFORM_ACCOUNT ? PLATFORM_DEFAULT : `pmc_1${stripe.account.slice('acct_'.length)}`;
  const kept = stripe.table<Configuration>(KIND).find(id);
  if (kept) return kept;
  const about = { id, active: true, application: null, is_default: true, name: 'Default', parent: null };
  return { ...blank(KIND), ...settings({}, undefined), ...about } as unknown as Configuration;
}

/** The settings of all types: what is given, then as before or as in the configuration above, then as usual. */
function settings(
  given: Readonly<Record<string, unknown>>,
  before: Configuration | undefined,
): Record<string, Setting> {
  const found: Record<string, Setting> = {};
  for (const type of [...Object.keys(METHOD_TYPES), ...WALLETS]) {
    if (!fieldOf(KIND, type)) continue;
    const known = (before as unknown as Readonly<Record<string, Setting>> | undefined)?.[type]?.display_preference;
    const wanted = (given[type] as { display_preference?: { preference?: string } } | undefined)?.display_preference;
    const preference = wanted?.preference ?? known?.preference ?? 'none';
    const value = preference === 'none' ? (USUALLY_ON.has(type) ? 'on' : 'off') : preference;
    found[type] = {
      available: value === 'on',
      display_preference: { overridable: known?.overridable ?? null, preference, value },
    };
  }
  return found;
}

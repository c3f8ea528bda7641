/** How readers behave: https://docs.stripe.com/terminal/fleet/configurations-overview. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { omit } from '../kernel/omit';
import { readCurrency } from '../payments/money';

type Configuration = Stripe.Terminal.Configuration;
type Params = Stripe.Terminal.ConfigurationUpdateParams;
type Section = Exclude<keyof Params, 'expand' | 'name'>;

interface Tip {
  readonly fixed_amounts?: readonly number[];
  readonly percentages?: readonly number[];
  readonly smart_tip_threshold?: number;
}

/** https://docs.stripe.com/api/terminal/configuration */
export const terminalConfigurations: DefineModule = (stripe) => {
  const table = stripe.table<Configuration>('terminal.configuration');
  const create = (params: Params, isDefault: boolean): Configuration => {
    const { name } = params;
    const sections = omit(params, 'name', 'expand');
    check(stripe, sections);
    return table.insert({
      id: stripe.newId('terminal.configuration'),
      object: 'terminal.configuration',
      ...merged({}, sections),
      is_account_default: isDefault,
      livemode: false,
      name: name || null,
    } as unknown as Configuration);
  };
  const accountDefault = (): Configuration =>
    table.first({ where: (each) => each.is_account_default === true }) ?? create({}, true);
  return {
    operations: {
      'POST /v1/terminal/configurations': ({ params }) => create(params, false),
      'GET /v1/terminal/configurations': ({ url, params }) => {
        const { is_account_default: isDefault } = params as Stripe.Terminal.ConfigurationListParams;
        // Each account has one from the beginning.
        if (isDefault !== false) accountDefault();
        return table.page(url, params, {
          where: (each) => isDefault === undefined || each.is_account_default === isDefault,
        });
      },
      'GET /v1/terminal/configurations/{configuration}': ({ path }) => table.get(path['configuration']!),
      'POST /v1/terminal/configurations/{configuration}': ({ path, params }) => {
        const { name } = params as Params;
        const sections = omit(params as Params, 'name', 'expand');
        const before = table.get(path['configuration']!, 'configuration');
        check(stripe, sections);
        return table.replace(before.id, {
          ...merged({ ...before }, sections),
          ...(name !== undefined && { name: name || null }),
        } as unknown as Configuration);
      },
      'DELETE /v1/terminal/configurations/{configuration}': ({ path }) => {
        const { id, is_account_default: isDefault } = table.get(path['configuration']!, 'configuration');
        if (isDefault === true) throw invalidRequest('The default configuration of an account cannot be deleted.');
        const locations = stripe.table<Stripe.Terminal.Location>('terminal.location');
        for (const location of [...locations.values({ where: (each) => each.configuration_overrides === id })]) {
          locations.replace(location.id, omit(location, 'configuration_overrides'));
        }
        const gone = { id, object: 'terminal.configuration', deleted: true } as const;
        return table.replace(id, gone as unknown as Configuration);
      },
    },
  };
};

/** An empty text takes a section out, and so does one in the place of each of its fields. */
function merged(before: Record<string, unknown>, sections: Pick<Params, Section>): object {
  const after = { ...before };
  for (const [name, given] of Object.entries(sections) as [string, unknown][]) {
    if (given === '') delete after[name];
    else after[name] = fieldsOf(given as Record<string, unknown>);
  }
  return after;
}

function fieldsOf(given: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
}

const HOURS = 24;

function check(stripe: Backend, sections: Pick<Params, Section>): void {
  for (const [name, given] of Object.entries(sections) as [string, { readonly splashscreen?: string } | ''][]) {
    if (given !== '' && given.splashscreen) stripe.table('file').get(given.splashscreen, `${name}[splashscreen]`);
  }
  const { reboot_window: window, tipping } = sections;
  for (const name of ['start_hour', 'end_hour'] as const) {
    const hour = window ? window[name] : undefined;
    if (hour !== undefined && (hour < 0 || hour >= HOURS))
      throw invalidRequest('An hour is a number from 0 to 23.', { param: `reboot_window[${name}]` });
  }
  for (const [currency, tip] of Object.entries(tipping || {}) as [string, Tip][]) checkTip(currency, tip);
}

function checkTip(currency: string, tip: Tip): void {
  const param = `tipping[${currency}]`;
  readCurrency(currency, param);
  if (tip.percentages?.some((share) => share < 0 || share > 100))
    throw invalidRequest('A percentage is a number from 0 to 100.', { param: `${param}[percentages]` });
  if (tip.fixed_amounts?.some((amount) => amount < 0))
    throw invalidRequest('An amount cannot be negative.', { param: `${param}[fixed_amounts]` });
}

import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import type { DefineModule } from '../kernel/module';
import { singleton, type Singleton } from '../kernel/singleton';
import { wholeAddress } from '../parameters/address';

type Settings = Stripe.Tax.Settings;
type Registration = Stripe.Tax.Registration;

/** Where taxes are collected: https://docs.stripe.com/api/tax/settings and https://docs.stripe.com/api/tax/registrations. */
export const taxSettings: DefineModule = (stripe) => {
  const registrations = stripe.table<Registration>('tax.registration');
  return {
    operations: {
      'GET /v1/tax/settings': () => taxSettingsOf(stripe).get(),
      'POST /v1/tax/settings': ({ params }) => {
        const { defaults, head_office } = params as Stripe.Tax.SettingsUpdateParams;
        const kept = taxSettingsOf(stripe);
        const before = kept.get();
        const office = head_office ? { address: wholeAddress(head_office.address) } : before.head_office;
        const isActive = office !== null;
        const after = {
          ...before,
          defaults: { ...before.defaults, ...defaults },
          head_office: office,
          status: isActive ? 'active' : 'pending',
          status_details: isActive ? { active: {} } : before.status_details,
        };
        stripe.emit('tax.settings.updated', kept.put(after));
        return after;
      },
      'POST /v1/tax/registrations': ({ params }) => {
        const { country, country_options, active_from, expires_at } =
          params as unknown as Stripe.Tax.RegistrationCreateParams;
        const now = stripe.now();
        const from = active_from === 'now' ? now : active_from;
        if (!(country.toLowerCase() in country_options)) {
          throw invalidRequest(`Missing required param: country_options[${country.toLowerCase()}].`, {
            code: 'parameter_missing',
            param: `country_options[${country.toLowerCase()}]`,
          });
        }
        const registration = {
          id: stripe.newId('tax.registration'),
          object: 'tax.registration',
          active_from: from,
          country: country.toUpperCase(),
          country_options,
          created: now,
          expires_at: expires_at ?? null,
          livemode: false,
          status: from > now ? 'scheduled' : 'active',
        } as unknown as Registration;
        return registrations.insert(registration);
      },
      'GET /v1/tax/registrations': ({ params, url }) => {
        const { status } = params as Stripe.Tax.RegistrationListParams;
        return registrations.page(url, params, {
          where: (each) => status === undefined || status === 'all' || each.status === status,
        });
      },
      'GET /v1/tax/registrations/{id}': ({ path }) => registrations.get(path['id']!),
      'POST /v1/tax/registrations/{id}': ({ path, params }) => {
        const given = params as Stripe.Tax.RegistrationUpdateParams;
        const now = stripe.now();
        const timeOf = (time: number | 'now' | '' | null): number | null =>
          time === 'now' ? now : time === '' ? null : time;
        return registrations.update(path['id']!, (before) => {
          const active_from = given.active_from === undefined ? before.active_from : timeOf(given.active_from)!;
          const expires_at = given.expires_at === undefined ? before.expires_at : timeOf(given.expires_at);
          const isOver = expires_at !== null && expires_at <= now;
          return { active_from, expires_at, status: isOver ? 'expired' : active_from > now ? 'scheduled' : 'active' };
        });
      },
    },
  };
};

/** The settings of the account. */
export function taxSettingsOf(stripe: Backend): Singleton<Settings> {
  return singleton<Settings>(stripe, 'tax.settings', () => ({
    object: 'tax.settings',
    defaults: { provider: 'stripe', tax_behavior: null, tax_code: null },
    head_office: null,
    livemode: false,
    status: 'pending',
    status_details: { pending: { missing_fields: ['head_office'] } },
  }));
}

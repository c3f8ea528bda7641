import type Stripe from 'stripe';
import { invalidRequest, parameterMissing } from '../errors';
import { applicationOf } from '../connect/fees';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { checkUrl } from '../parameters/url';
import { checkLength } from '../parameters/validate';
import { blank } from '../spec/shapes';

type Configuration = Stripe.BillingPortal.Configuration;
type Features = Configuration['features'];
type GivenFeatures = Stripe.BillingPortal.ConfigurationCreateParams['features'];

/** https://docs.stripe.com/api/customer_portal/configurations */
export const portalConfigurations: DefineModule = (stripe) => {
  const table = configurationsOf(stripe);
  return {
    operations: {
      'POST /v1/billing_portal/configurations': ({ params }) =>
        createConfiguration(stripe, params as unknown as Stripe.BillingPortal.ConfigurationCreateParams),
      'GET /v1/billing_portal/configurations/{configuration}': ({ path }) => table.get(path['configuration']!),
      'POST /v1/billing_portal/configurations/{configuration}': ({ path, params }) =>
        updateConfiguration(stripe, path['configuration']!, params),
      'GET /v1/billing_portal/configurations': ({ params, url }) => {
        const { active, is_default } = params as Stripe.BillingPortal.ConfigurationListParams;
        return table.page(url, params, {
          where: (each) =>
            (active === undefined || each.active === active) &&
            (is_default === undefined || each.is_default === is_default),
        });
      },
    },
  };
};

function configurationsOf(stripe: Backend) {
  return stripe.table<Configuration>('billing_portal.configuration');
}

/** The configuration of sessions that name none. There is no dashboard to make one in, so it is made when it is needed. */
export function defaultConfiguration(stripe: Backend): Configuration {
  const found = configurationsOf(stripe).first({ where: (each) => each.is_default && each.active });
  if (found) return found;
  return createConfiguration(
    stripe,
    {
      features: {
        customer_update: { enabled: true, allowed_updates: ['email', 'name', 'address', 'phone', 'tax_id'] },
        invoice_history: { enabled: true },
        payment_method_update: { enabled: true },
        subscription_cancel: { enabled: true },
      },
    },
    true,
  );
}

function createConfiguration(
  stripe: Backend,
  given: Stripe.BillingPortal.ConfigurationCreateParams,
  isDefault = false,
): Configuration {
  const features = featuresOf(given.features, undefined);
  check(stripe, given, features);
  const id = stripe.newId('billing_portal.configuration');
  const now = stripe.now();
  const configuration = {
    ...blank('billing_portal.configuration'),
    id,
    object: 'billing_portal.configuration',
    active: true,
    application: applicationOf(stripe),
    business_profile: {
      headline: given.business_profile?.headline || null,
      privacy_policy_url: given.business_profile?.privacy_policy_url ?? null,
      terms_of_service_url: given.business_profile?.terms_of_service_url ?? null,
    },
    created: now,
    default_return_url: given.default_return_url || null,
    features,
    is_default: isDefault,
    livemode: false,
    login_page: loginPage(stripe, id, given.login_page?.enabled ?? false),
    metadata: mergeMetadata(undefined, given.metadata),
    name: given.name || null,
    updated: now,
  } as unknown as Configuration;
  configurationsOf(stripe).insert(configuration);
  stripe.emit('billing_portal.configuration.created', configuration);
  return configuration;
}

function updateConfiguration(
  stripe: Backend,
  id: string,
  given: Stripe.BillingPortal.ConfigurationUpdateParams,
): Configuration {
  const before = configurationsOf(stripe).get(id);
  if (given.active === false && before.is_default) {
    throw invalidRequest('You cannot deactivate the default configuration.', { param: 'active' });
  }
  const features = featuresOf(given.features as GivenFeatures | undefined, before.features);
  check(stripe, given, features);
  return configurationsOf(stripe).update(
    id,
    {
      active: given.active ?? before.active,
      business_profile: {
        headline:
          given.business_profile?.headline === undefined
            ? before.business_profile.headline
            : given.business_profile.headline || null,
        privacy_policy_url:
          given.business_profile?.privacy_policy_url === undefined
            ? before.business_profile.privacy_policy_url
            : given.business_profile.privacy_policy_url || null,
        terms_of_service_url:
          given.business_profile?.terms_of_service_url === undefined
            ? before.business_profile.terms_of_service_url
            : given.business_profile.terms_of_service_url || null,
      },
      default_return_url:
        given.default_return_url === undefined ? before.default_return_url : given.default_return_url || null,
      features,
      ...(given.login_page && { login_page: loginPage(stripe, id, given.login_page.enabled) }),
      metadata: mergeMetadata(before.metadata, given.metadata),
      name: given.name === undefined ? before.name : given.name || null,
      updated: stripe.now(),
    },
    'billing_portal.configuration.updated',
  );
}

function loginPage(stripe: Backend, id: string, enabled: boolean): Configuration['login_page'] {
  return { enabled, url: enabled ? stripe.pageUrl(`p/login/${id}`) : null };
}

const LONGEST_HEADLINE = 60;

/** Throws for what a configuration may not say. */
function check(stripe: Backend, given: Stripe.BillingPortal.ConfigurationUpdateParams, features: Features): void {
  const { headline } = given.business_profile ?? {};
  checkLength(headline ?? '', LONGEST_HEADLINE, 'business_profile[headline]');
  checkUrl(given.default_return_url, 'default_return_url');
  for (const name of ['privacy_policy_url', 'terms_of_service_url'] as const) {
    checkUrl(given.business_profile?.[name], `business_profile[${name}]`);
  }
  checkProducts(stripe, given.features?.subscription_update?.products || []);
  const { enabled, products, default_allowed_updates: allowed } = features.subscription_update;
  if (!enabled) return;
  const missing = allowed.length === 0 ? 'default_allowed_updates' : (products ?? []).length === 0 ? 'products' : null;
  if (missing !== null) throw parameterMissing(`features[subscription_update][${missing}]`);
}

/** Throws for what is not there to be changed to. */
function checkProducts(
  stripe: Backend,
  products: readonly { readonly product: string; readonly prices: readonly string[] }[],
): void {
  for (const [index, { product, prices }] of products.entries()) {
    const param = `features[subscription_update][products][${index}]`;
    stripe.table('product').get(product, `${param}[product]`);
    for (const [place, price] of prices.entries()) stripe.table('price').get(price, `${param}[prices][${place}]`);
  }
}

/** The features with what a client gave; without anything before, with what Stripe chooses. */
function featuresOf(given: GivenFeatures | undefined, before: Features | undefined): Features {
  const merged = { ...INITIAL, ...before } as unknown as Record<string, Record<string, unknown>>;
  for (const [name, feature] of Object.entries(given ?? {})) {
    const entries = Object.entries(feature as Record<string, unknown>);
    merged[name] = {
      ...merged[name],
      ...Object.fromEntries(entries.map(([key, value]) => [key, value === '' ? [] : value])),
    };
    const cancel = merged[name];
    if (name === 'subscription_cancel') {
      cancel['cancellation_reason'] = {
        ...INITIAL.subscription_cancel.cancellation_reason,
        ...(cancel['cancellation_reason'] as object),
      };
    }
    if (name === 'subscription_update' && cancel['schedule_at_period_end'] !== undefined) {
      cancel['schedule_at_period_end'] = { conditions: [], ...(cancel['schedule_at_period_end'] as object) };
    }
    if (name === 'subscription_update' && Array.isArray(cancel['products'])) {
      cancel['products'] = cancel['products'].map((product: object) => ({
        adjustable_quantity: { enabled: false, maximum: null, minimum: 1 },
        ...product,
      }));
    }
  }
  return merged as unknown as Features;
}

const INITIAL = {
  customer_update: { allowed_updates: [], enabled: false },
  invoice_history: { enabled: false },
  payment_method_update: { enabled: false, payment_method_configuration: null },
  subscription_cancel: {
    cancellation_reason: {
      enabled: false,
      feedback_options: null,
      options: ['too_expensive', 'missing_features', 'switched_service', 'unused', 'other'],
    },
    enabled: false,
    mode: 'at_period_end',
    proration_behavior: 'none',
  },
  subscription_pause: { duration: { interval_options: [], type: 'indefinite' }, enabled: false },
  subscription_update: {
    billing_cycle_anchor: null,
    default_allowed_updates: [],
    enabled: false,
    proration_behavior: 'none',
    schedule_at_period_end: { conditions: [] },
    trial_update_behavior: 'end_trial',
  },
};

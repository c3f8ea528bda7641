/** What physical cards look like: https://docs.stripe.com/issuing/cards/physical/choose-bundle. */
import type Stripe from 'stripe';
import { invalidRequest } from '../errors';
import { PLATFORM_ACCOUNT, type Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';

type Bundle = Stripe.Issuing.PhysicalBundle;
type Design = Stripe.Issuing.PersonalizationDesign;
type Create = Stripe.Issuing.PersonalizationDesignCreateParams;
type Update = Stripe.Issuing.PersonalizationDesignUpdateParams;

const NO_TEXT = { footer_body: null, footer_title: null, header_body: null, header_title: null };

/** What every account can choose from. */
const STANDARD: readonly Pick<Bundle, 'features' | 'id' | 'name'>[] = [
  {
    id: 'ipb_1BacklotStandardBlack',
    name: 'Standard black card',
    features: { card_logo: 'optional', carrier_text: 'optional', second_line: 'optional' },
  },
  {
    id: 'ipb_1BacklotStandardPlain',
    name: 'Standard plain card',
    features: { card_logo: 'unsupported', carrier_text: 'optional', second_line: 'optional' },
  },
];

/** The bundles of the account; the standard ones are there from the beginning. */
function bundleTable(stripe: Backend) {
  const table = stripe.table<Bundle>('issuing.physical_bundle');
  if (table.first({}) === undefined) {
    for (const each of [...STANDARD].reverse()) {
      const id = stripe.account === PLATFORM_ACCOUNT ? each.id : stripe.newId('issuing.physical_bundle');
      table.insert({
        ...each,
        id,
        object: 'issuing.physical_bundle',
        livemode: false,
        status: 'active',
        type: 'standard',
      });
    }
  }
  return table;
}

/** https://docs.stripe.com/api/issuing/personalization_designs and https://docs.stripe.com/api/issuing/physical_bundles */
export const issuingDesigns: DefineModule = (stripe) => {
  const table = stripe.table<Design>('issuing.personalization_design');
  const to =
    (status: Design['status'], event: string) =>
    ({ path, params }: { path: Readonly<Record<string, string>>; params: object }): Design => {
      const { rejection_reasons: reasons } = params as { readonly rejection_reasons?: Design['rejection_reasons'] };
      const { id } = table.get(path['design']!);
      const changed = table.update(id, {
        status,
        rejection_reasons: { card_logo: null, carrier_text: null, ...reasons },
      });
      stripe.emit(`issuing_personalization_design.${event}`, changed);
      return changed;
    };
  return {
    operations: {
      'GET /v1/issuing/physical_bundles': ({ params, url }) => {
        const { status, type } = params as Stripe.Issuing.PhysicalBundleListParams;
        return bundleTable(stripe).page(url, params, {
          where: (each) =>
            (status === undefined || each.status === status) && (type === undefined || each.type === type),
        });
      },
      'GET /v1/issuing/physical_bundles/{bundle}': ({ path }) => bundleTable(stripe).get(path['bundle']!),
      'POST /v1/issuing/personalization_designs': ({ params }) => create(stripe, params as unknown as Create),
      'GET /v1/issuing/personalization_designs': ({ params, url }) => {
        const given = params as Stripe.Issuing.PersonalizationDesignListParams;
        const { lookup_keys: keys, preferences, status } = given;
        return table.page(url, params, {
          by: { status },
          where: (each) =>
            (keys === undefined || keys.includes(each.lookup_key ?? '')) &&
            (preferences?.is_default === undefined || each.preferences.is_default === preferences.is_default) &&
            (preferences?.is_platform_default === undefined ||
              each.preferences.is_platform_default === preferences.is_platform_default),
        });
      },
      'GET /v1/issuing/personalization_designs/{design}': ({ path }) => table.get(path['design']!),
      'POST /v1/issuing/personalization_designs/{design}': ({ path, params }) =>
        update(stripe, table.get(path['design']!), params),
      'POST /v1/test_helpers/issuing/personalization_designs/{design}/activate': to('active', 'activated'),
      'POST /v1/test_helpers/issuing/personalization_designs/{design}/deactivate': to('inactive', 'deactivated'),
      'POST /v1/test_helpers/issuing/personalization_designs/{design}/reject': to('rejected', 'rejected'),
    },
  };
};

function create(stripe: Backend, given: Create): Design {
  const bundle = bundleTable(stripe).get(given.physical_bundle, 'physical_bundle');
  check(stripe, bundle, given);
  takeKey(stripe, given);
  const design = {
    id: stripe.newId('issuing.personalization_design'),
    object: 'issuing.personalization_design',
    card_logo: given.card_logo ?? null,
    carrier_text: given.carrier_text ? textOf(given.carrier_text) : null,
    created: stripe.now(),
    livemode: false,
    lookup_key: given.lookup_key ?? null,
    metadata: mergeMetadata(undefined, given.metadata),
    name: given.name ?? null,
    physical_bundle: bundle.id,
    preferences: { is_default: given.preferences?.is_default ?? false, is_platform_default: null },
    rejection_reasons: { card_logo: null, carrier_text: null },
    status: 'review',
  } as unknown as Design;
  stripe.table<Design>('issuing.personalization_design').insert(design);
  if (design.preferences.is_default) keepOneDefault(stripe, design.id);
  return design;
}

function update(stripe: Backend, before: Design, given: Update): Design {
  const bundle = bundleTable(stripe).get(given.physical_bundle ?? idOf(before.physical_bundle)!, 'physical_bundle');
  check(stripe, bundle, given);
  takeKey(stripe, given, before.id);
  const { card_logo: logo, carrier_text: text, lookup_key: key, name, preferences } = given;
  // What is printed has to be looked at again.
  const isNew = logo !== undefined || text !== undefined || given.physical_bundle !== undefined;
  const design = stripe.table<Design>('issuing.personalization_design').update(
    before.id,
    {
      ...(logo !== undefined && { card_logo: logo || null }),
      ...(text !== undefined && { carrier_text: text ? textOf(text) : null }),
      ...(key !== undefined && { lookup_key: key || null }),
      ...(name !== undefined && { name: name || null }),
      ...(preferences && { preferences: { ...before.preferences, is_default: preferences.is_default } }),
      ...(isNew && { status: 'review', rejection_reasons: { card_logo: null, carrier_text: null } }),
      metadata: mergeMetadata(before.metadata, given.metadata),
      physical_bundle: bundle.id,
    },
    'issuing_personalization_design.updated',
  );
  if (preferences?.is_default === true) keepOneDefault(stripe, design.id);
  return design;
}

function textOf(given: object): Design['carrier_text'] {
  const fields = Object.entries(given).map(([name, value]) => [name, value === '' ? null : (value as string)]);
  return { ...NO_TEXT, ...Object.fromEntries(fields) } as Design['carrier_text'];
}

function check(stripe: Backend, bundle: Bundle, given: Create | Update): void {
  if (given.card_logo) stripe.table('file').get(given.card_logo, 'card_logo');
  for (const name of ['card_logo', 'carrier_text'] as const) {
    if (given[name] && bundle.features[name] === 'unsupported')
      throw invalidRequest(`The physical bundle ${bundle.id} has no place for ${name}.`, { param: name });
  }
}

/** A key leads to one design; it is taken from another one only where the client says so. */
function takeKey(stripe: Backend, given: Create | Update, own?: string): void {
  const { lookup_key: key, transfer_lookup_key: transfers } = given;
  if (!key) return;
  const table = stripe.table<Design>('issuing.personalization_design');
  const holder = table.first({ by: { lookup_key: key }, where: ({ id }) => id !== own });
  if (holder === undefined) return;
  if (transfers !== true) {
    throw invalidRequest(
      `The lookup_key ${key} is that of ${holder.id}: pass transfer_lookup_key to take it from there.`,
      { param: 'lookup_key' },
    );
  }
  table.update(holder.id, { lookup_key: null }, 'issuing_personalization_design.updated');
}

function keepOneDefault(stripe: Backend, id: string): void {
  const table = stripe.table<Design>('issuing.personalization_design');
  const others = [...table.values({ where: (each) => each.id !== id && each.preferences.is_default })];
  for (const { id: other, preferences } of others)
    table.update(other, { preferences: { ...preferences, is_default: false } });
}

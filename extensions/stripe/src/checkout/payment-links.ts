import type Stripe from 'stripe';
import { emptyInvoiceSettings } from '../billing/subscription-fields';
import { parameterMissing } from '../errors';
import { applicationOf } from '../connect/fees';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import type { DefineModule } from '../kernel/module';
import { blank } from '../spec/shapes';
import { checkContent } from './content-checks';
import { currencyOf, priceOf, readLines, type Line } from './line-items';
import { invoiceCreationOf } from './invoice-creation';
import { nameCollectionOf } from './name-collection';
import { checkAfterCompletion, checkLink } from './link-checks';
import { readOptional, shownOptional } from './optional-items';
import { pageOf } from '../kernel/page-of';
import { createSession } from './session-create';
import { addUp } from './totals';

interface LinkHidden {
  readonly lines: readonly Line[];
  readonly given: Stripe.PaymentLinkCreateParams;
}

/** https://docs.stripe.com/api/payment-link */
export const paymentLinks: DefineModule = (stripe) => {
  const table = linksOf(stripe);
  return {
    operations: {
      'POST /v1/payment_links': ({ params }) => createLink(stripe, params as unknown as Stripe.PaymentLinkCreateParams),
      'GET /v1/payment_links/{link}': ({ path }) => table.get(path['link']!),
      'POST /v1/payment_links/{link}': ({ path, params }) => updateLink(stripe, path['link']!, params),
      'GET /v1/payment_links/{link}/line_items': ({ path, params, url }) => {
        table.get(path['link']!);
        return pageOf(itemsOfLink(stripe, path['link']!), url, params);
      },
      'GET /v1/payment_links': ({ params, url }) => {
        const { active } = params as Stripe.PaymentLinkListParams;
        return table.page(url, params, { where: (link) => active === undefined || link.active === active });
      },
    },
    includes: {
      'payment_link line_items': (link: Stripe.PaymentLink) =>
        pageOf(itemsOfLink(stripe, link.id), `/v1/payment_links/${link.id}/line_items`),
    },
  };
};

function linksOf(stripe: Backend) {
  return stripe.table<Stripe.PaymentLink, LinkHidden>('payment_link');
}

function itemsOfLink(stripe: Backend, id: string): readonly Stripe.LineItem[] {
  const table = linksOf(stripe);
  const { lines } = table.hidden(id)!;
  return addUp(stripe, { lines, discounts: [], shippingRate: null, currency: table.get(id).currency }).items;
}

function createLink(stripe: Backend, given: Stripe.PaymentLinkCreateParams): Stripe.PaymentLink {
  const lines = readLines(stripe, given.line_items);
  if (lines.length === 0) throw parameterMissing('line_items');
  const optional = readOptional(stripe, given.optional_items ?? []);
  const currency = currencyOf(stripe, [...lines, ...optional])!;
  const isRecurring = lines.some((line) => priceOf(stripe, line).recurring !== null);
  checkLink(given, isRecurring);
  const id = stripe.newId('payment_link');
  const completion = given.after_completion;
  const intentData = given.payment_intent_data;
  const link = {
    ...blank('payment_link'),
    application: applicationOf(stripe),
    id,
    object: 'payment_link',
    active: true,
    after_completion: afterCompletion(completion),
    allow_promotion_codes: given.allow_promotion_codes ?? false,
    application_fee_amount: given.application_fee_amount ?? null,
    application_fee_percent: given.application_fee_percent ?? null,
    automatic_tax: {
      enabled: given.automatic_tax?.enabled ?? false,
      liability: given.automatic_tax?.enabled ? (given.automatic_tax.liability ?? { type: 'self' }) : null,
    },
    billing_address_collection: given.billing_address_collection ?? 'auto',
    consent_collection: given.consent_collection
      ? {
          payment_method_reuse_agreement: null,
          promotions: 'none',
          terms_of_service: 'none',
          ...given.consent_collection,
        }
      : null,
    currency,
    custom_fields: (given.custom_fields ?? []).map((field) => ({ optional: false, ...field })),
    custom_text: {
      after_submit: given.custom_text?.after_submit || null,
      shipping_address: given.custom_text?.shipping_address || null,
      submit: given.custom_text?.submit || null,
      terms_of_service_acceptance: given.custom_text?.terms_of_service_acceptance || null,
    },
    customer_creation: isRecurring ? 'always' : (given.customer_creation ?? 'if_required'),
    inactive_message: given.inactive_message ?? null,
    invoice_creation: isRecurring ? null : invoiceCreationOf(given.invoice_creation),
    metadata: mergeMetadata(undefined, given.metadata),
    ...(given.name_collection && { name_collection: nameCollectionOf(given.name_collection) }),
    on_behalf_of: given.on_behalf_of ?? null,
    payment_intent_data: intentData
      ? {
          capture_method: intentData.capture_method ?? null,
          description: intentData.description ?? null,
          metadata: mergeMetadata(undefined, intentData.metadata),
          setup_future_usage: intentData.setup_future_usage ?? null,
          statement_descriptor: intentData.statement_descriptor ?? null,
          statement_descriptor_suffix: intentData.statement_descriptor_suffix ?? null,
          transfer_group: intentData.transfer_group ?? null,
        }
      : null,
    payment_method_collection: given.payment_method_collection ?? 'always',
    payment_method_types: given.payment_method_types ?? null,
    phone_number_collection: { enabled: given.phone_number_collection?.enabled ?? false },
    restrictions: given.restrictions
      ? { completed_sessions: { count: 0, limit: given.restrictions.completed_sessions.limit } }
      : null,
    optional_items: shownOptional(optional),
    shipping_address_collection: given.shipping_address_collection ?? null,
    shipping_options: (given.shipping_options ?? []).map(({ shipping_rate }, index) => {
      const param = `shipping_options[${index}][shipping_rate]`;
      const rate = stripe.table<Stripe.ShippingRate>('shipping_rate').get(shipping_rate ?? '', param);
      return { shipping_amount: rate.fixed_amount?.amount ?? 0, shipping_rate: rate.id };
    }),
    submit_type: given.submit_type ?? 'auto',
    subscription_data: isRecurring ? subscriptionData(given.subscription_data) : null,
    tax_id_collection: {
      enabled: given.tax_id_collection?.enabled ?? false,
      required: given.tax_id_collection?.required ?? 'never',
    },
    transfer_data: given.transfer_data
      ? { amount: given.transfer_data.amount ?? null, destination: given.transfer_data.destination }
      : null,
    url: stripe.pageUrl(`b/${id}`),
  } as unknown as Stripe.PaymentLink;
  linksOf(stripe).insert(link, { lines, given });
  stripe.emit('payment_link.created', link);
  return link;
}

function afterCompletion(given: Stripe.PaymentLinkCreateParams.AfterCompletion | undefined): object {
  if (given?.type === 'redirect') {
    return { redirect: { url: given.redirect!.url }, type: 'redirect' };
  }
  return {
    hosted_confirmation: { custom_message: given?.hosted_confirmation?.custom_message ?? null },
    type: 'hosted_confirmation',
  };
}

function subscriptionData(given: Stripe.PaymentLinkCreateParams.SubscriptionData | undefined): object {
  return {
    description: given?.description ?? null,
    invoice_settings: emptyInvoiceSettings(),
    metadata: mergeMetadata(undefined, given?.metadata),
    trial_period_days: given?.trial_period_days ?? null,
    trial_settings: given?.trial_settings ?? null,
  };
}

/** What can be changed of a link without a look at what it was. */
const PLAIN = [
  'active',
  'allow_promotion_codes',
  'billing_address_collection',
  'customer_creation',
  'payment_method_collection',
  'submit_type',
] as const;
/** What an empty text takes away. */
const EMPTYABLE = ['inactive_message', 'payment_method_types', 'shipping_address_collection'] as const;
/** What is merged with what it was. */
const MERGED = ['automatic_tax', 'custom_text', 'phone_number_collection', 'tax_id_collection'] as const;

function updateLink(stripe: Backend, id: string, given: Stripe.PaymentLinkUpdateParams): Stripe.PaymentLink {
  const table = linksOf(stripe);
  const before = table.get(id);
  const hidden = table.hidden(id)!;
  checkContent(given as Parameters<typeof checkContent>[0]);
  checkAfterCompletion(given.after_completion);
  const lines =
    given.line_items === undefined
      ? hidden.lines
      : hidden.lines.map((line) => {
          const change = given.line_items!.find((each) => each.id === line.id);
          return change?.quantity === undefined ? line : { ...line, quantity: change.quantity };
        });
  table.hide(id, {
    lines,
    given: { ...hidden.given, ...given, line_items: hidden.given.line_items } as Stripe.PaymentLinkCreateParams,
  });
  const change: Record<string, unknown> = { metadata: mergeMetadata(before.metadata, given.metadata) };
  for (const name of PLAIN) if (given[name] !== undefined) change[name] = given[name];
  for (const name of EMPTYABLE) if (given[name] !== undefined) change[name] = given[name] === '' ? null : given[name];
  for (const name of MERGED) if (given[name] !== undefined) change[name] = { ...before[name], ...given[name] };
  if (given.after_completion !== undefined) change['after_completion'] = afterCompletion(given.after_completion);
  if (given.custom_fields !== undefined) {
    change['custom_fields'] = (given.custom_fields || []).map((field) => ({ optional: false, ...field }));
  }
  if (given.restrictions !== undefined) {
    change['restrictions'] = given.restrictions
      ? {
          completed_sessions: {
            count: before.restrictions?.completed_sessions.count ?? 0,
            limit: given.restrictions.completed_sessions.limit,
          },
        }
      : null;
  }
  return table.update(id, change, 'payment_link.updated');
}

/** What of a link its sessions are made with. */
const PASSED_ON = [
  'allow_promotion_codes',
  'automatic_tax',
  'billing_address_collection',
  'consent_collection',
  'custom_fields',
  'custom_text',
  'invoice_creation',
  'name_collection',
  'optional_items',
  'phone_number_collection',
  'shipping_address_collection',
  'shipping_options',
  'tax_id_collection',
] as const;

/** What the address of a link may have behind the question mark. */
export interface LinkQuery {
  readonly client_reference_id?: string | undefined;
  /** The buyer may change it, unlike a locked one. */
  readonly prefilled_email?: string | undefined;
  readonly locked_prefilled_email?: string | undefined;
  readonly prefilled_promo_code?: string | undefined;
  /** Where the session is shown when it is done and the link sends nobody elsewhere. */
  readonly doneUrl: string;
}

/** What is said to who opens a link that is no longer to be used; undefined for one that is. */
export function inactiveMessage(stripe: Backend, id: string): string | undefined {
  const { active, inactive_message: message } = linksOf(stripe).get(id);
  return active ? undefined : (message ?? 'Ask whoever gave it to you for a new one.');
}

/** Makes the session of somebody who opened an active link. */
export function sessionOfLink(stripe: Backend, id: string, query: LinkQuery): Stripe.Checkout.Session {
  const table = linksOf(stripe);
  const link = table.get(id);
  const { given, lines } = table.hidden(id)!;
  const isRecurring = lines.some((line) => priceOf(stripe, line).recurring !== null);
  const after = link.after_completion;
  const params: Record<string, unknown> = {
    mode: isRecurring ? 'subscription' : 'payment',
    success_url: after.redirect?.url ?? query.doneUrl,
    metadata: link.metadata,
    client_reference_id: query.client_reference_id,
    customer_email: query.locked_prefilled_email,
    payment_method_types: link.payment_method_types ?? undefined,
    line_items: lines.map(({ price, quantity, adjustable, taxRates }) => ({
      price,
      ...(quantity !== null && { quantity }),
      ...(adjustable && { adjustable_quantity: adjustable }),
      ...(taxRates.length > 0 && { tax_rates: taxRates }),
    })),
  };
  for (const name of PASSED_ON) {
    const value = given[name] as unknown;
    if (value !== undefined && value !== '') params[name] = value;
  }
  const { on_behalf_of, transfer_data } = given;
  const shared = { ...(on_behalf_of && { on_behalf_of }), ...(transfer_data && { transfer_data }) };
  params['submit_type'] = link.submit_type;
  if (isRecurring) {
    const { application_fee_percent } = given;
    params['payment_method_collection'] = given.payment_method_collection;
    params['subscription_data'] = {
      ...(given.subscription_data || {}),
      ...shared,
      ...(application_fee_percent !== undefined && { application_fee_percent }),
    };
  } else {
    const { application_fee_amount } = given;
    params['customer_creation'] = link.customer_creation;
    params['payment_intent_data'] = {
      ...(given.payment_intent_data || {}),
      ...shared,
      ...(application_fee_amount !== undefined && { application_fee_amount }),
    };
  }
  const known = Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
  return createSession(stripe, known, {
    payment_link: id,
    lines,
    ...(query.prefilled_email !== undefined && { prefilled_email: query.prefilled_email }),
    ...(after.type === 'hosted_confirmation' && {
      confirmation: after.hosted_confirmation?.custom_message ?? 'Thanks for your payment.',
    }),
  });
}

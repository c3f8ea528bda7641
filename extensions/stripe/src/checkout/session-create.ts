import type Stripe from 'stripe';
import { checkFeePercent, checkRecipients } from '../connect/recipients';
import { invalidRequest } from '../errors';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import { createIntent } from '../payments/create-intent';
import { createSetupIntent } from '../payments/create-setup';
import { notOneOf } from '../parameters/validate';
import { blank } from '../spec/shapes';
import { brandingOf } from './branding';
import { invoiceCreationOf } from './invoice-creation';
import { nameCollectionOf } from './name-collection';
import { isOlder } from '../versions/versions';
import { configurationOf, offeredTypes } from '../payments/method-configurations';
import { METHOD_TYPES, takesCurrency } from '../payments/method-types';
import { currencyOf, readLines, type Line, type LineParams } from './line-items';
import { readOptional, shownOptional } from './optional-items';
import { intentParams } from './payment-params';
import { readDiscounts } from './promotion';
import {
  checkAmount,
  checkCustomer,
  checkExpiry,
  checkParams,
  checkPrices,
  checkTrial,
  type SessionParams,
  type UiMode,
} from './session-checks';
import { amountsOf, saleOf, sessionsOf, type SessionHidden } from './session-data';
import { readShippingOptions } from './shipping-options';
import { addUp } from './totals';

/** What a session has that no client can give. */
export interface SessionExtras {
  readonly payment_link?: string;
  /** Shown when the payment is done, where a payment link sends the buyer nowhere. */
  readonly confirmation?: string;
  readonly recovered_from?: string;
  /** What is sold, where it was read before: prices that `price_data` described are not active, and cannot be read again. */
  readonly lines?: readonly Line[];
  /** What the page has in the field for the address at first. */
  readonly prefilled_email?: string;
  /** Neither what is sold nor where the buyer goes afterwards has to be said. */
  readonly isBare?: boolean;
}

/** Makes a session. Throws for parameters that do not go together, and for what is not there. */
export function createSession(
  stripe: Backend,
  given: SessionParams,
  extras: SessionExtras = {},
): Stripe.Checkout.Session {
  const uiMode = (given.ui_mode ?? 'hosted_page') as UiMode;
  checkParams(given, uiMode, extras.isBare);
  if (given.payment_intent_data) checkRecipients(stripe, given.payment_intent_data);
  if (given.subscription_data) {
    const { application_fee_percent: percent, ...shares } = given.subscription_data;
    checkFeePercent(percent, 'subscription_data[application_fee_percent]');
    checkRecipients(stripe, { on_behalf_of: shares.on_behalf_of, transfer_data: shares.transfer_data });
  }
  const mode = given.mode!;
  const now = stripe.now();
  const expiresAt = checkExpiry(given.expires_at, now);
  const customer =
    given.customer === undefined
      ? undefined
      : stripe.table<Stripe.Customer>('customer').get(given.customer, 'customer');
  if (customer) checkCustomer(given, customer);
  checkTrial(given, stripe.now());
  const lines =
    extras.lines?.map((line) => ({ ...line, id: stripe.newId('li') })) ??
    readLines(stripe, (given.line_items ?? []) as LineParams[]);
  const optional = readOptional(stripe, given.optional_items ?? []);
  if (extras.isBare !== true || lines.length > 0) checkPrices(stripe, mode, [...lines, ...optional]);
  const currency =
    currencyOf(stripe, [...lines, ...optional], given.currency?.toLowerCase()) ?? (mode === 'setup' ? null : 'usd');
  const discounts = readDiscounts(stripe, given.discounts ?? [], currency);
  const shippingOptions = readShippingOptions(stripe, given.shipping_options ?? [], currency);
  const id = stripe.newId('checkout.session');
  const isHosted = uiMode === 'hosted_page';
  // What is about money is not there where nothing is sold.
  const sells = mode !== 'setup';
  const { payment_method_configuration: configurationId } = given;
  const isNamed = given.payment_method_types !== undefined || given.allowed_payment_method_types !== undefined;
  const configuration = isNamed && configurationId === undefined ? undefined : configurationOf(stripe, configurationId);
  if (!stripe.isLoose) checkTypes(given.payment_method_types ?? [], currency);
  const types = typesOf(given, configurationId === undefined ? undefined : configuration, currency);

  const session = {
    ...blank('checkout.session'),
    id,
    object: 'checkout.session',
    adaptive_pricing: { enabled: given.adaptive_pricing?.enabled ?? sells },
    after_expiration: given.after_expiration
      ? {
          recovery: given.after_expiration.recovery
            ? { allow_promotion_codes: false, expires_at: null, url: null, ...given.after_expiration.recovery }
            : null,
        }
      : null,
    allow_promotion_codes: given.allow_promotion_codes ?? null,
    amount_subtotal: null,
    amount_total: null,
    automatic_tax: {
      enabled: given.automatic_tax?.enabled ?? false,
      liability: given.automatic_tax?.enabled ? (given.automatic_tax.liability ?? { type: 'self' }) : null,
      provider: given.automatic_tax?.enabled ? 'stripe' : null,
      status: given.automatic_tax?.enabled ? 'requires_location_inputs' : null,
    },
    billing_address_collection: given.billing_address_collection ?? null,
    ...(uiMode !== 'elements' && { branding_settings: brandingOf(stripe, given.branding_settings) }),
    cancel_url: given.cancel_url ?? null,
    client_reference_id: given.client_reference_id ?? null,
    client_secret: isHosted ? null : `${id}_secret_${stripe.secret()}`,
    collected_information: { business_name: null, individual_name: null, shipping_details: null },
    managed_payments: sells ? { enabled: false } : null,
    consent: null,
    consent_collection: given.consent_collection
      ? {
          payment_method_reuse_agreement: given.consent_collection.payment_method_reuse_agreement ?? null,
          promotions: given.consent_collection.promotions ?? 'none',
          terms_of_service: given.consent_collection.terms_of_service ?? 'none',
        }
      : null,
    created: now,
    currency,
    currency_conversion: null,
    custom_fields: customFields(given.custom_fields ?? []),
    custom_text: {
      after_submit: given.custom_text?.after_submit || null,
      shipping_address: given.custom_text?.shipping_address || null,
      submit: given.custom_text?.submit || null,
      terms_of_service_acceptance: given.custom_text?.terms_of_service_acceptance || null,
    },
    customer: customer?.id ?? null,
    customer_account: null,
    customer_creation: customerCreation(given),
    customer_details: detailsAtFirst(given.customer_email ?? extras.prefilled_email, customer, sells),
    customer_email: given.customer_email ?? null,
    discounts: sells ? [] : null,
    expires_at: expiresAt,
    invoice: null,
    invoice_creation: mode === 'payment' ? invoiceCreationOf(given.invoice_creation) : null,
    livemode: false,
    locale: given.locale ?? null,
    metadata: mergeMetadata(undefined, given.metadata),
    mode,
    ...(given.name_collection && { name_collection: nameCollectionOf(given.name_collection) }),
    ...(optional.length > 0 && { optional_items: shownOptional(optional) }),
    origin_context: given.origin_context ?? null,
    payment_intent: null,
    payment_link: extras.payment_link ?? null,
    payment_method_collection:
      mode === 'subscription'
        ? (given.payment_method_collection ?? 'always')
        : mode === 'payment'
          ? 'if_required'
          : 'always',
    payment_method_configuration_details: configuration ? { id: configuration.id, parent: configuration.parent } : null,
    payment_method_options: {
      ...given.payment_method_options,
      card: { request_three_d_secure: 'automatic', ...given.payment_method_options?.card },
    },
    payment_method_types: types,
    ...(given.excluded_payment_method_types && {
      excluded_payment_method_types: given.excluded_payment_method_types,
    }),
    payment_status: mode === 'setup' ? 'no_payment_required' : 'unpaid',
    permissions: given.permissions
      ? { update_shipping_details: given.permissions.update_shipping_details ?? null }
      : null,
    phone_number_collection: { enabled: given.phone_number_collection?.enabled ?? false },
    recovered_from: extras.recovered_from ?? null,
    ...(!isHosted && { redirect_on_completion: given.redirect_on_completion ?? 'always' }),
    ...(given.return_url !== undefined && { return_url: given.return_url }),
    saved_payment_method_options:
      customer && sells
        ? {
            allow_redisplay_filters: ['always'],
            payment_method_remove: 'disabled',
            payment_method_save: null,
            ...given.saved_payment_method_options,
          }
        : null,
    setup_intent: null,
    shipping_address_collection: given.shipping_address_collection ?? null,
    shipping_cost: null,
    shipping_options: shippingOptions,
    status: 'open',
    submit_type: given.submit_type ?? null,
    subscription: null,
    success_url: given.success_url ?? null,
    ...(given.tax_id_collection && {
      tax_id_collection: {
        enabled: given.tax_id_collection.enabled,
        required: given.tax_id_collection.required ?? 'never',
      },
    }),
    total_details: null,
    ui_mode: uiMode,
    url: isHosted ? stripe.pageUrl(`pay/${id}`) : null,
    wallet_options: given.wallet_options ?? null,
  } as unknown as Stripe.Checkout.Session;

  const hidden: SessionHidden = {
    lines,
    optional,
    discounts,
    shippingRate: shippingOptions[0]?.shipping_rate ?? null,
    given,
    ...(extras.confirmation !== undefined && { confirmation: extras.confirmation }),
  };
  const table = sessionsOf(stripe);
  table.insert(session, hidden);
  const sale = saleOf(stripe, id);
  if (sale) checkAmount(mode, addUp(stripe, sale).amount_total, currency ?? 'usd');
  const made = table.update(id, { ...amountsOf(stripe, id), ...intentsAtFirst(stripe, id) });
  stripe.jobs.schedule('checkout.session.expire', id, expiresAt);
  return made;
}

/** A setup intent is there from the start; a payment intent was so for clients of old versions. */
function intentsAtFirst(stripe: Backend, id: string): Partial<Stripe.Checkout.Session> {
  const table = sessionsOf(stripe);
  const session = table.get(id);
  const { given } = table.hidden(id)!;
  if (session.mode === 'setup') {
    const data = given.setup_intent_data;
    const intent = createSetupIntent(stripe, {
      usage: 'off_session',
      payment_method_types: session.payment_method_types,
      ...(given.customer !== undefined && { customer: given.customer }),
      ...(data?.description !== undefined && { description: data.description }),
      ...(data?.metadata !== undefined && { metadata: data.metadata }),
      ...(data?.on_behalf_of !== undefined && { on_behalf_of: data.on_behalf_of }),
    });
    return { setup_intent: intent.id };
  }
  const { version } = stripe.scope;
  if (session.mode !== 'payment' || version === undefined || !isOlder(version, '2022-08-01')) return {};
  const total = addUp(stripe, saleOf(stripe, id)!).amount_total;
  if (total === 0) return {};
  const intent = createIntent(stripe, intentParams(stripe, id, { amount: total, customer: given.customer }));
  return { payment_intent: intent.id };
}

/** The types of payment methods that the page offers: what the client names, those of a configuration, or cards. */
function typesOf(
  given: SessionParams,
  configuration: Stripe.PaymentMethodConfiguration | undefined,
  currency: string | null,
): string[] {
  const configured =
    configuration && offeredTypes(configuration, currency ?? 'usd').filter((type) => fits(type, given));
  const named = given.payment_method_types ?? given.allowed_payment_method_types ?? configured ?? ['card'];
  const excluded: readonly string[] = given.excluded_payment_method_types ?? [];
  return named.filter((type) => !excluded.includes(type));
}

/** Throws for a type that is named, and there is not, or that does not take the currency of what is sold. */
function checkTypes(types: readonly string[], currency: string | null): void {
  const unknown = types.findIndex((type) => METHOD_TYPES[type] === undefined);
  if (unknown >= 0) throw notOneOf(Object.keys(METHOD_TYPES), `payment_method_types[${unknown}]`);
  if (currency === null) return;
  const wrong = types.find((type) => !takesCurrency(type, currency));
  if (wrong === undefined) return;
  const fine = (METHOD_TYPES[wrong]?.currencies ?? []).join(', ');
  throw invalidRequest(
    `Invalid currency: ${currency}. The payment method \`${wrong}\` only supports the following currencies: ${fine}.`,
    { param: 'payment_method_types' },
  );
}

/** What is paid again and again, or later, needs a method that can be used again. */
function fits(type: string, { mode }: SessionParams): boolean {
  return mode === 'payment' || METHOD_TYPES[type]?.reusable === true;
}

function customerCreation(given: SessionParams): string | null {
  if (given.customer !== undefined) return null;
  return given.mode === 'subscription' ? 'always' : (given.customer_creation ?? 'if_required');
}

function detailsAtFirst(
  given: string | undefined,
  customer: Stripe.Customer | undefined,
  sells: boolean,
): Partial<Stripe.Checkout.Session.CustomerDetails> | null {
  const email = customer?.email ?? given;
  if (customer === undefined && email === undefined) return null;
  return {
    address: null,
    business_name: null,
    email: email ?? null,
    individual_name: null,
    name: null,
    phone: null,
    tax_exempt: sells ? (customer?.tax_exempt ?? 'none') : null,
    tax_ids: null,
  };
}

function customFields(given: NonNullable<SessionParams['custom_fields']>): object[] {
  return given.map((field) => ({
    key: field.key,
    label: field.label,
    optional: field.optional ?? false,
    type: field.type,
    ...(field.type === 'dropdown' && {
      dropdown: {
        default_value: field.dropdown?.default_value ?? null,
        options: field.dropdown?.options ?? [],
        value: null,
      },
    }),
    ...(field.type === 'numeric' && { numeric: textField(field.numeric) }),
    ...(field.type === 'text' && { text: textField(field.text) }),
  }));
}

function textField(
  given: { default_value?: string; maximum_length?: number; minimum_length?: number } | undefined,
): object {
  return {
    default_value: given?.default_value ?? null,
    maximum_length: given?.maximum_length ?? null,
    minimum_length: given?.minimum_length ?? null,
    value: null,
  };
}

/** How a payment intent begins. */
import type Stripe from 'stripe';
import { checkRecipients } from '../connect/recipients';
import { invalidRequest, type StripeError } from '../errors';
import { applicationOf } from '../connect/fees';
import type { Backend } from '../kernel/backend';
import { mergeMetadata } from '../kernel/metadata';
import { omit } from '../kernel/omit';
import { checkEmail } from '../parameters/email';
import { hooksOf } from '../tax/associations';
import { detailsOf } from './amount-details';
import { confirmIntent } from './confirm-intent';
import { noteIntent, withToken } from './confirming-tokens';
import { checkDescriptors } from './descriptors';
import { checkShares, optionsOf, shippingOf } from './intent-fields';
import { checkOwner, givenMethod, typesFor } from './intent-methods';
import { intentTable, withSource, type CreateIntentParams } from './intents';
import { checkAmount, readCurrency } from './money';

/** Makes an intent, with `payment_intent.created`, and confirms it when the parameters say so. */
export function createIntent(stripe: Backend, given: CreateIntentParams): Stripe.PaymentIntent {
  const params = given.confirm === true ? withToken(stripe, given) : given;
  return stripe.onClockOf(params.customer, () => {
    const intent = makeIntent(stripe, params);
    // The intent has its payment method by now.
    const rest = omit(params, 'amount_details', 'confirmation_token', 'payment_method_data');
    return params.confirm === true ? confirmIntent(stripe, intent.id, rest) : intent;
  });
}

function makeIntent(stripe: Backend, params: CreateIntentParams): Stripe.PaymentIntent {
  const currency = readCurrency(params.currency);
  checkAmount(params.amount, currency);
  checkShares(params.amount, params.application_fee_amount, params.transfer_data?.amount);
  checkDescriptors(params);
  checkEmail(params.receipt_email, 'receipt_email');
  checkRecipients(stripe, params);
  const customer = params.customer;
  if (customer !== undefined) stripe.table('customer').get(customer, 'customer');
  if (params.confirm !== true) {
    for (const name of [
      'off_session',
      'error_on_requires_action',
      'mandate_data',
      'return_url',
      'confirmation_token',
    ] as const) {
      if (params[name] !== undefined) throw onlyWithConfirm(name);
    }
  }
  const method = givenMethod(stripe, withSource(params));
  if (method) checkOwner(stripe, method, customer);
  const types = typesFor(stripe, params, currency);
  const id = stripe.newId('payment_intent');
  const { fields, lineItems } = detailsOf(stripe, params.amount, params);
  const intent = {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: params.allowed_payment_method_types ?? null,
    amount: params.amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: applicationOf(stripe),
    application_fee_amount: params.application_fee_amount ?? null,
    automatic_payment_methods: types.automatic_payment_methods,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: params.capture_method ?? 'automatic_async',
    client_secret: `${id}_secret_${stripe.secret(25)}`,
    confirmation_method: params.confirmation_method ?? 'automatic',
    created: stripe.now(),
    currency,
    customer: customer ?? null,
    customer_account: params.customer_account ?? null,
    description: params.description ?? null,
    excluded_payment_method_types: params.excluded_payment_method_types ?? null,
    ...hooksOf(stripe, id, params.hooks),
    ...fields,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: { enabled: false },
    metadata: mergeMetadata(undefined, params.metadata),
    next_action: null,
    on_behalf_of: params.on_behalf_of ?? null,
    payment_method: method?.id ?? null,
    payment_method_configuration_details: types.payment_method_configuration_details,
    payment_method_options: optionsOf(params.payment_method_options, types.payment_method_types),
    payment_method_types: types.payment_method_types,
    payment_record: null,
    processing: null,
    receipt_email: params.receipt_email ?? null,
    review: null,
    setup_future_usage: params.setup_future_usage ?? null,
    shared_payment_granted_token: null,
    shipping: shippingOf(params.shipping),
    source: null,
    statement_descriptor: params.statement_descriptor ?? null,
    statement_descriptor_suffix: params.statement_descriptor_suffix ?? null,
    status: method ? 'requires_confirmation' : 'requires_payment_method',
    transfer_data: params.transfer_data ?? null,
    transfer_group: params.transfer_group ?? null,
  } as unknown as Stripe.PaymentIntent;
  intentTable(stripe).insert(intent, lineItems && { lineItems });
  noteIntent(stripe, params.confirmation_token, intent);
  stripe.emit('payment_intent.created', intent);
  return intent;
}

function onlyWithConfirm(name: string): StripeError {
  return invalidRequest(
    `You can only use \`${name}\` when \`confirm\` is set to \`true\`. If you plan to confirm this PaymentIntent separately, pass \`${name}\` when you confirm it.`,
    { param: name },
  );
}

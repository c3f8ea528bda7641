import type Stripe from 'stripe';
import { mergeMetadata } from '../kernel/metadata';
import type { Backend } from '../kernel/backend';
import { verifyDeposits } from './microdeposits';
import type { Call, DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { hooksOf } from '../tax/associations';
import { checkDescriptors } from './descriptors';
import { checkOwner, givenMethod, typesFor } from './intent-methods';
import { needsReturnUrl, noSuchIntent, unexpectedState } from './intent-state';
import { completeAction, settleDebit } from './attempt-payment';
import { cancelIntent, captureIntent, incrementIntent } from './capture-intent';
import { confirmIntent } from './confirm-intent';
import { createIntent } from './create-intent';
import { checkRecipients } from '../connect/recipients';
import { checkShares, optionsOf, shippingOf } from './intent-fields';
import { CONFIRMABLE, intentTable, type ConfirmIntentParams, type CreateIntentParams } from './intents';
import { checkAmount, readCurrency } from './money';
import { checkSecret, viewFor } from './public-view';

/** https://docs.stripe.com/api/payment_intents */
export const paymentIntents: DefineModule = (stripe) => {
  const table = intentTable(stripe);
  const found = (call: Call): Stripe.PaymentIntent => {
    const intent = table.find(call.path['id']!);
    if (intent === undefined) throw noSuchIntent('payment_intent', call.path['id']!);
    checkSecret(call, intent);
    return intent;
  };
  return {
    operations: {
      'POST /v1/payment_intents': ({ params }) => {
        const given = params as unknown as CreateIntentParams;
        const redirects = given.automatic_payment_methods?.allow_redirects;
        if (given.confirm === true && given.payment_method_types === undefined && redirects !== 'never') {
          const { automatic_payment_methods: automatic } = typesFor(stripe, given, 'usd');
          if (automatic !== null) checkReturnUrl(given);
        }
        return createIntent(stripe, given);
      },
      'GET /v1/payment_intents': ({ url, params }) => {
        // A status is taken only where the configuration asks for what emulate takes.
        const { customer, status } = params as Stripe.PaymentIntentListParams & { readonly status?: string };
        return table.page(url, params, {
          by: { customer },
          ...(status !== undefined && { where: (intent) => intent.status === status }),
        });
      },
      'GET /v1/payment_intents/{id}': (call) => viewFor(call, found(call)),
      'POST /v1/payment_intents/{id}': (call) => viewFor(call, update(stripe, found(call), call.params)),
      'POST /v1/payment_intents/{id}/confirm': (call) => {
        const { id, automatic_payment_methods: automatic, status } = found(call);
        const given = call.params as unknown as ConfirmIntentParams;
        const redirects = automatic?.allow_redirects !== 'never';
        if (automatic?.enabled === true && redirects && CONFIRMABLE.includes(status)) {
          if (given.return_url === undefined && table.hidden(id)?.returnUrl === undefined) checkReturnUrl(given);
        }
        return viewFor(call, confirmIntent(stripe, id, given));
      },
      'POST /v1/payment_intents/{id}/cancel': (call) => {
        const { cancellation_reason: reason } = call.params as Stripe.PaymentIntentCancelParams;
        return viewFor(call, cancelIntent(stripe, found(call).id, reason ?? null));
      },
      'POST /v1/payment_intents/{id}/capture': (call) => captureIntent(stripe, found(call).id, call.params),
      'POST /v1/payment_intents/{id}/increment_authorization': (call) =>
        incrementIntent(
          stripe,
          found(call).id,
          call.params as unknown as Stripe.PaymentIntentIncrementAuthorizationParams,
        ),
      'POST /v1/payment_intents/{id}/verify_microdeposits': (call) => {
        const { id } = found(call);
        return viewFor(call, verifyDeposits(stripe, id, call.params) as Stripe.PaymentIntent);
      },
      'GET /v1/payment_intents/{id}/amount_details_line_items': (call) => {
        found(call);
        return { object: 'list', data: [], has_more: false, url: call.url };
      },
    },
    jobs: {
      'payment_intent.expire': (each, { subject }) => {
        if (intentTable(each).find(subject)?.status === 'requires_capture') cancelIntent(each, subject, 'automatic');
      },
      'payment_intent.settle': (each, { subject }) => {
        const customer = idOf(intentTable(each).find(subject)?.customer);
        each.onClockOf(customer, () => settleDebit(each, subject));
      },
      'payment_intent.voucher_paid': (each, { subject }) => void completeAction(each, subject, true),
      'payment_intent.voucher_expired': (each, { subject }) => void completeAction(each, subject, false),
    },
  };
};

function checkReturnUrl({ return_url: url, use_stripe_sdk: useSdk }: ConfirmIntentParams): void {
  if (url === undefined && useSdk !== true) throw needsReturnUrl();
}

function update(stripe: Backend, intent: Stripe.PaymentIntent, params: object): Stripe.PaymentIntent {
  const table = intentTable(stripe);
  const given = params as Stripe.PaymentIntentUpdateParams & { readonly payment_method_types?: string[] };
  const { amount, currency, customer, metadata, setup_future_usage: usage } = given;
  const isOpen = CONFIRMABLE.includes(intent.status);
  const fixed = ['amount', 'currency', 'customer', 'payment_method', 'payment_method_data', 'payment_method_types'];
  if (!isOpen && (intent.status === 'canceled' || fixed.some((name) => name in given))) {
    throw unexpectedState(
      intent,
      `This PaymentIntent's ${fixed.find((name) => name in given) ?? 'fields'} could not be updated because it has a status of ${intent.status}. You may only update the ${fixed.find((name) => name in given) ?? 'fields'} of a PaymentIntent with one of the following statuses: ${CONFIRMABLE.join(', ')}.`,
    );
  }
  const money = currency === undefined ? intent.currency : readCurrency(currency);
  if (amount !== undefined) checkAmount(amount, money);
  checkShares(amount ?? intent.amount, given.application_fee_amount);
  if (given.application_fee_amount) {
    checkRecipients(stripe, {
      application_fee_amount: given.application_fee_amount,
      transfer_data: intent.transfer_data && {},
    });
  }
  checkDescriptors(given);
  if (customer !== undefined) stripe.table('customer').get(customer, 'customer');
  const owner = customer ?? idOf(intent.customer);
  const isCleared = given.payment_method === '';
  const method = givenMethod(stripe, given);
  if (method) checkOwner(stripe, method, owner);
  const { description, receipt_email: email, shipping, application_fee_amount: fee, transfer_group: group } = given;
  const types = given.payment_method_types;
  return table.update(intent.id, {
    ...(amount !== undefined && { amount }),
    ...(currency !== undefined && { currency: money }),
    ...(customer !== undefined && { customer }),
    ...(description !== undefined && { description: description === '' ? null : description }),
    ...(metadata !== undefined && { metadata: mergeMetadata(intent.metadata, metadata) }),
    ...(email !== undefined && { receipt_email: email === '' ? null : email }),
    ...(usage !== undefined && { setup_future_usage: usage === '' ? null : usage }),
    ...(shipping !== undefined && { shipping: shippingOf(shipping) }),
    ...(fee !== undefined && { application_fee_amount: fee === '' ? null : fee }),
    ...(group !== undefined && { transfer_group: group }),
    ...hooksOf(stripe, intent.id, given.hooks),
    ...(given.capture_method !== undefined && { capture_method: given.capture_method }),
    ...(given.statement_descriptor !== undefined && { statement_descriptor: given.statement_descriptor }),
    ...(given.statement_descriptor_suffix !== undefined && {
      statement_descriptor_suffix: given.statement_descriptor_suffix,
    }),
    ...(given.transfer_data !== undefined &&
      intent.transfer_data && { transfer_data: { ...intent.transfer_data, ...given.transfer_data } }),
    ...(types !== undefined && typesFor(stripe, { payment_method_types: types }, money)),
    ...(given.payment_method_options !== undefined && {
      payment_method_options: optionsOf(
        given.payment_method_options,
        types ?? intent.payment_method_types,
        intent.payment_method_options,
      ),
    }),
    ...(method && { payment_method: method.id, status: 'requires_confirmation', next_action: null }),
    ...(isCleared && { payment_method: null, status: 'requires_payment_method', next_action: null }),
  } as Partial<Stripe.PaymentIntent>);
}

import type Stripe from 'stripe';
import { invalidRequest, parameterMissing, type StripeError } from '../errors';
import { mergeMetadata } from '../kernel/metadata';
import { pageOf } from '../kernel/page-of';
import type { Backend } from '../kernel/backend';
import { failDeposits, verifyDeposits } from './microdeposits';
import type { Call, DefineModule } from '../kernel/module';
import { idOf } from '../kernel/objects';
import { checkEmail } from '../parameters/email';
import { methodTable } from '../resources/method-table';
import { hooksOf } from '../tax/associations';
import { checkDescriptors } from './descriptors';
import { checkOwner, givenMethod, typesFor } from './intent-methods';
import { needsReturnUrl, noSuchIntent, unexpectedState } from './intent-state';
import { changedDetails } from './amount-details';
import { completeAction, expireAction, settleDebit } from './attempt-payment';
import { cancelIntent, captureIntent, incrementIntent } from './capture-intent';
import { confirmIntent } from './confirm-intent';
import { withToken } from './confirming-tokens';
import { createIntent } from './create-intent';
import { checkFee, checkShares, optionsOf, shippingOf } from './intent-fields';
import { CONFIRMABLE, hiddenOf, intentTable, type ConfirmIntentParams, type CreateIntentParams } from './intents';
import { checkAmount, checkWhole, readCurrency } from './money';
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
      'POST /v1/payment_intents': ({ key, params }) => {
        const given = withToken(stripe, params as unknown as CreateIntentParams);
        const redirects = given.automatic_payment_methods?.allow_redirects;
        if (given.confirm === true && given.payment_method_types === undefined && redirects !== 'never') {
          const { automatic_payment_methods: automatic } = typesFor(stripe, given);
          if (automatic !== null) checkReturnUrl(given);
        }
        checkWhole(given.amount, readCurrency(given.currency));
        if (given.confirm === true && !key.publishable) checkConfirmation(stripe, given);
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
        const intent = found(call);
        const { id, automatic_payment_methods: automatic, confirmation_method: confirmation, status } = intent;
        const given = withToken(stripe, call.params as unknown as ConfirmIntentParams);
        const redirects = automatic?.allow_redirects !== 'never';
        if (automatic?.enabled === true && redirects && CONFIRMABLE.includes(status)) {
          if (given.return_url === undefined && table.hidden(id)?.returnUrl === undefined) checkReturnUrl(given);
        }
        if (call.key.publishable && confirmation === 'manual') throw onlyByServer();
        if (call.key.publishable) checkPublishedUsage(given, intent);
        else checkConfirmation(stripe, given, intent);
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
        const { id } = found(call);
        return pageOf(hiddenOf(stripe, id).lineItems ?? [], call.url, call.params);
      },
    },
    includes: {
      'payment_intent amount_details.line_items': ({ id }: Stripe.PaymentIntent) =>
        pageOf(hiddenOf(stripe, id).lineItems ?? [], `/v1/payment_intents/${id}/amount_details_line_items`, {}),
    },
    jobs: {
      'payment_intent.expire': (each, { subject }) => {
        if (intentTable(each).find(subject)?.status === 'requires_capture') cancelIntent(each, subject, 'automatic');
      },
      'payment_intent.settle': (each, { subject }) => {
        const customer = idOf(intentTable(each).find(subject)?.customer);
        each.onClockOf(customer, () => settleDebit(each, subject));
      },
      'payment_intent.deposits_failed': (each, { subject }) => failDeposits(each, subject),
      'payment_intent.voucher_paid': (each, { subject }) => void completeAction(each, subject, true),
      'payment_intent.voucher_expired': (each, { subject }) => expireAction(each, subject),
    },
  };
};

/** Throws where a customer may be sent away, and there is no way back. Nobody is sent anywhere who is not there. */
function checkReturnUrl({
  off_session: offSession,
  return_url: url,
  use_stripe_sdk: useSdk,
}: ConfirmIntentParams): void {
  const isThere = offSession === undefined || offSession === false;
  if (isThere && url === undefined && useSdk !== true) throw needsReturnUrl();
}

/** What a server has to say itself, and Stripe.js says for pages. */
function checkConfirmation(stripe: Backend, given: ConfirmIntentParams, intent?: Stripe.PaymentIntent): void {
  if (given.confirmation_token !== undefined || stripe.isLoose) return;
  const id = given.payment_method ?? idOf(intent?.payment_method);
  const method = given.payment_method_data ? undefined : methodTable(stripe).find(id ?? '');
  const type = given.payment_method_data?.type ?? method?.type;
  const usage = given.setup_future_usage ?? intent?.setup_future_usage;
  if (type === 'sepa_debit' && usage) checkMandate(given);
  const options = { ...intent?.payment_method_options, ...given.payment_method_options } as Options;
  const [path, isThere] = NEEDED[type ?? '']?.(options) ?? ['', true];
  const isKept = method !== undefined && method.customer !== null;
  if (!isThere && !isKept) throw parameterMissing(`payment_method_options[${type ?? ''}]${path}`);
}

interface Options {
  readonly acss_debit?: { readonly mandate_options?: object };
  readonly blik?: { readonly code?: string };
  readonly wechat_pay?: { readonly client?: string | null };
}

/** The options without which nothing can be paid by a type, and whether they are there. */
const NEEDED: Readonly<Record<string, (options: Options) => readonly [path: string, isThere: boolean]>> = {
  acss_debit: ({ acss_debit: given }) => ['[mandate_options]', Boolean(given?.mandate_options)],
  blik: ({ blik: given }) => ['[code]', Boolean(given?.code)],
  wechat_pay: ({ wechat_pay: given }) => ['[client]', Boolean(given?.client)],
};

/** A page may let a payment method be used for more, and not for less. */
function checkPublishedUsage(given: ConfirmIntentParams, { setup_future_usage: before }: Stripe.PaymentIntent): void {
  const { setup_future_usage: usage } = given;
  if (before !== 'off_session' || usage === undefined || usage === before) return;
  throw invalidRequest(
    'With a publishable key, `setup_future_usage` can only be changed from `on_session` to `off_session`.',
    { param: 'setup_future_usage' },
  );
}

/** A customer has to agree to later debits. */
function checkMandate(given: ConfirmIntentParams): void {
  if (given.mandate_data || given.mandate !== undefined) return;
  throw invalidRequest(
    'When confirming a PaymentIntent with a `sepa_debit` PaymentMethod and `setup_future_usage`, `mandate_data` is required.',
    { code: 'parameter_missing', param: 'mandate_data' },
  );
}

function onlyByServer(): StripeError {
  return invalidRequest(
    'When you confirm a PaymentIntent with a publishable key, `confirmation_method` must be set to `automatic`.',
    { code: 'payment_intent_invalid_parameter' },
  );
}

/** The types that the Dashboard offers for an intent in another currency. */
function offeredIn(
  stripe: Backend,
  { automatic_payment_methods: automatic, ...intent }: Stripe.PaymentIntent,
  currency: string,
): Pick<Stripe.PaymentIntent, 'payment_method_types'> {
  const { payment_method_types } = typesFor(
    stripe,
    {
      ...(automatic && {
        automatic_payment_methods: { ...automatic, allow_redirects: automatic.allow_redirects ?? 'always' },
      }),
      excluded_payment_method_types: intent.excluded_payment_method_types ?? [],
      ...(intent.payment_method_configuration_details && {
        payment_method_configuration: intent.payment_method_configuration_details.id,
      }),
    },
    currency,
  );
  return { payment_method_types };
}

/** An intent takes a customer once. */
function checkCustomer(stripe: Backend, intent: Stripe.PaymentIntent, customer: string): void {
  stripe.table('customer').get(customer, 'customer');
  if (intent.customer === null || idOf(intent.customer) === customer) return;
  throw unexpectedState(
    intent,
    'You cannot modify `customer` on a PaymentIntent once it already has been set. To fulfill a payment with a different Customer, cancel this PaymentIntent and create a new one.',
  );
}

function update(stripe: Backend, intent: Stripe.PaymentIntent, params: object): Stripe.PaymentIntent {
  const table = intentTable(stripe);
  const given = params as Stripe.PaymentIntentUpdateParams & { readonly payment_method_types?: string[] };
  const { amount, currency, customer, metadata, setup_future_usage: usage } = given;
  const isOpen = CONFIRMABLE.includes(intent.status);
  const fixed = [
    'amount',
    'currency',
    'customer',
    'payment_method',
    'payment_method_data',
    'payment_method_types',
    'allowed_payment_method_types',
  ];
  if (!isOpen && (intent.status === 'canceled' || fixed.some((name) => name in given))) {
    const name = fixed.find((each) => each in given);
    throw invalidRequest(
      `This PaymentIntent's ${name ?? 'fields'} could not be updated because it has a status of ${intent.status}. You may only update the ${name ?? 'fields'} of a PaymentIntent with one of the following statuses: ${CONFIRMABLE.join(', ')}.`,
      {
        code: 'payment_intent_unexpected_state',
        ...(name !== undefined && { param: name }),
        payment_intent: intent,
      },
    );
  }
  const money = currency === undefined ? intent.currency : readCurrency(currency);
  if (amount !== undefined || currency !== undefined) {
    checkAmount(amount ?? intent.amount, money);
    checkWhole(amount ?? intent.amount, money);
  }
  checkShares(amount ?? intent.amount, given.application_fee_amount);
  checkFee(stripe, intent, given.application_fee_amount);
  checkEmail(given.receipt_email, 'receipt_email');
  checkDescriptors(given);
  if (customer !== undefined) checkCustomer(stripe, intent, customer);
  const owner = customer ?? idOf(intent.customer);
  const isCleared = given.payment_method === '';
  const method = givenMethod(stripe, given);
  if (method) checkOwner(stripe, method, owner);
  const { description, receipt_email: email, shipping, application_fee_amount: fee, transfer_group: group } = given;
  const { payment_method_types: types, allowed_payment_method_types: allowed } = given;
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
    ...changedDetails(stripe, intent, given, amount),
    ...(given.capture_method !== undefined && { capture_method: given.capture_method }),
    ...(given.statement_descriptor !== undefined && { statement_descriptor: given.statement_descriptor }),
    ...(given.statement_descriptor_suffix !== undefined && {
      statement_descriptor_suffix: given.statement_descriptor_suffix,
    }),
    ...(given.transfer_data !== undefined &&
      intent.transfer_data && { transfer_data: { ...intent.transfer_data, ...given.transfer_data } }),
    ...(currency !== undefined && intent.automatic_payment_methods && offeredIn(stripe, intent, money)),
    ...(types !== undefined && typesFor(stripe, { payment_method_types: types }, money)),
    ...(allowed !== undefined && {
      ...typesFor(stripe, { allowed_payment_method_types: allowed }, money),
      allowed_payment_method_types: allowed,
    }),
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

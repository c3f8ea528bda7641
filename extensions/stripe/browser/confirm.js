/** How a page confirms intents: `confirmPayment` and `confirmSetup`, with Elements, and the older functions for one payment method each. */
import { named } from './api.js';
import { Element } from './element.js';
import { integrationError } from './errors.js';
import { act, leave } from './next-actions.js';
import { createPaymentMethod, createToken, methodOf, requireSubmit } from './objects.js';
import { intentOf } from './secrets.js';

/** `name`: of the function of Stripe.js. */
export async function confirm(
  stripe,
  name,
  { elements, clientSecret: given, confirmParams = {}, redirect = 'always' },
) {
  const clientSecret = given || (elements && elements._options.clientSecret);
  if (!clientSecret) throw integrationError(`${name} needs a clientSecret, by itself or of its Elements.`);
  if (redirect === 'always' && !confirmParams.return_url) {
    throw integrationError(`${name}(): the confirmParams must have a return_url unless redirect is "if_required".`);
  }
  const intent = intentOf(clientSecret);
  if (intent.confirmedBy !== name) {
    throw integrationError(
      `${name}() was given the client secret of another kind of intent: call ${intent.confirmedBy}().`,
    );
  }
  if (elements && !confirmParams.confirmation_token) requireSubmit(elements, name);
  const other = elements && elements._options.mode ? await difference(stripe, elements._options, clientSecret) : null;
  if (other) return { error: other };
  const { payment_method_data: methodGiven = {}, ...rest } = confirmParams;
  const params = { ...rest, client_secret: clientSecret, use_stripe_sdk: true };
  let read = {};
  if (elements && !confirmParams.payment_method && !confirmParams.confirmation_token) {
    elements._requireGiven(methodGiven.billing_details, name);
    read = await elements._methodData();
    if (read.error) return { error: read.error };
    const isPayment = name === 'confirmPayment';
    if (read.shipping && isPayment) params.shipping = { ...read.shipping, ...params.shipping };
    if (read.saves && isPayment && elements._saveUsage) {
      params.setup_future_usage = params.setup_future_usage || elements._saveUsage;
    }
    const made = await methodOf(stripe._api, elements, read, methodGiven);
    if (made.error) return made;
    params.payment_method = made.paymentMethod.id;
  }
  const result = named(intent.name, await stripe._api.post(`${intent.path}/confirm`, params));
  if (!result.error && read.linkSignUp) await elements._link.signUp(read.linkSignUp, params.payment_method);
  const acted = await act(stripe, result, confirmParams.return_url);
  const now = acted[intent.name];
  return acted.error || redirect !== 'always' || !now ? acted : leave(confirmParams.return_url, now);
}

/** `confirmCardPayment` and its like, which are given the element. */
export async function confirmType(stripe, type, clientSecret, data = {}, { handleActions = true } = {}) {
  const { name, path } = intentOf(clientSecret);
  const { payment_method: method, payment_method_options: options, ...rest } = data;
  const params = { ...rest, client_secret: clientSecret, use_stripe_sdk: true };
  if (options) {
    const told = await withCode(stripe, options);
    if (told.error) return told;
    params.payment_method_options = told;
  }
  if (typeof method === 'string') params.payment_method = method;
  else if (method) {
    const { paymentMethod, error } = await createPaymentMethod(stripe._api, { type, ...method });
    if (error) return { error };
    params.payment_method = paymentMethod.id;
  } else if (type !== 'card' && !(await hasMethod(stripe, clientSecret))) {
    const { paymentMethod, error } = await createPaymentMethod(stripe._api, { type });
    if (error) return { error };
    params.payment_method = paymentMethod.id;
  }
  const result = named(name, await stripe._api.post(`${path}/confirm`, params));
  return handleActions ? act(stripe, result, data.return_url) : result;
}

/** Whether the intent has its payment method already. */
async function hasMethod(stripe, clientSecret) {
  const { paymentIntent, setupIntent } = await stripe._retrieve(clientSecret);
  const intent = paymentIntent || setupIntent;
  return Boolean(intent && intent.payment_method);
}

/** The security code of a saved card, which is asked for again, as the API takes it. */
async function withCode(stripe, options) {
  const { card } = options;
  if (!card || !(card.cvc instanceof Element)) return options;
  const { token, error } = await createToken(stripe._api, 'cvc_update', card.cvc);
  if (error) return { error };
  const told = { ...card, cvc_token: token.id };
  delete told.cvc;
  return { ...options, card: told };
}

/** What of an intent that was made later is otherwise than Elements were told, by the names of both. */
const TOLD = [
  ['amount', 'amount', undefined],
  ['currency', 'currency', undefined],
  ['capture_method', 'captureMethod', 'automatic'],
  ['setup_future_usage', 'setupFutureUsage', null],
];

/** The error about an intent that is otherwise; nothing where they agree. */
async function difference(stripe, options, clientSecret) {
  if (options.mode !== 'payment') return undefined;
  const { paymentIntent, error } = await stripe._retrieve(clientSecret);
  if (!paymentIntent) return error;
  for (const [name, option, usual] of TOLD) {
    const told = options[option] === undefined ? usual : options[option];
    const has = paymentIntent[name];
    if (told === undefined || same(name, has, told)) continue;
    return {
      type: 'invalid_request_error',
      code: 'payment_intent_invalid_parameter',
      param: name,
      message: `The ${name} of the PaymentIntent (${has}) does not match the one that Elements were made with (${told}).`,
    };
  }
  return undefined;
}

function same(name, has, told) {
  if (name === 'currency') return has === told.toLowerCase();
  // To capture at once, now or a little later, is the same to a buyer.
  if (name === 'capture_method') return (has === 'manual') === (told === 'manual');
  return has === told;
}

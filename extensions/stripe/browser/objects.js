/** What a page makes out of elements and of what it knows itself: tokens, sources, payment methods, confirmation tokens. */
import { named } from './api.js';
import { Element } from './element.js';
import { integrationError, invalid } from './errors.js';
import { merge } from './merge.js';

export async function createToken(api, given, data = {}) {
  if (!(given instanceof Element) && typeof given !== 'string') {
    throw integrationError('You must provide a Stripe Element or a valid token type to create a Token.');
  }
  if (given === 'cvc_update') {
    const read = await readPart(data);
    return read.error ? read : named('token', await api.post('/v1/tokens', { cvc_update: { cvc: read.value.cvc } }));
  }
  if (typeof given === 'string') {
    const about = given === 'person' && data.person ? data.person : data;
    const { personal_id_number: id_number, ...rest } = about;
    const params = given === 'pii' && id_number ? { id_number, ...rest } : about;
    return named('token', await api.post('/v1/tokens', { [given]: params }));
  }
  if (given._type === 'iban') {
    const read = await readPart(given);
    if (read.error) return read;
    const { iban } = read.value;
    const account = { ...data, country: iban.slice(0, 2), account_number: iban };
    return named('token', await api.post('/v1/tokens', { bank_account: account }));
  }
  const read = await cardOf(given);
  if (read.error) return read;
  const { address } = read.billing;
  const about = {
    name: data.name,
    address_line1: data.address_line1,
    address_line2: data.address_line2,
    address_city: data.address_city,
    address_state: data.address_state,
    address_zip: data.address_zip || (address && address.postal_code),
    address_country: data.address_country,
    currency: data.currency,
  };
  return named('token', await api.post('/v1/tokens', { card: { ...read.card, ...about } }));
}

export async function createSource(api, given, data = {}) {
  if (!(given instanceof Element)) return named('source', await api.post('/v1/sources', given));
  const read = await cardOf(given);
  if (read.error) return read;
  return named('source', await api.post('/v1/sources', { ...data, type: 'card', card: read.card }));
}

export async function createPaymentMethod(api, options, element, more) {
  if (typeof options === 'string') return createPaymentMethod(api, { type: options, [options]: element, ...more });
  const { element: only, elements = only && only._type === 'payment' ? only._elements : undefined } = options || {};
  if (only && !elements) return createPaymentMethod(api, { type: 'card', card: only, ...options.params });
  if (!elements) {
    if (!options || !options.type) {
      throw integrationError('Invalid value for createPaymentMethod: type should be string. You specified: undefined.');
    }
    const { data, error } = await methodData(options);
    return error ? { error } : named('paymentMethod', await api.post('/v1/payment_methods', data));
  }
  requireSubmit(elements, 'createPaymentMethod');
  const read = await elements._methodData();
  return read.error ? { error: read.error } : methodOf(api, elements, read, options.params);
}

/** The payment method that elements hold: one that is kept already, or a new one with what the application says besides. */
export async function methodOf(api, elements, { data, saved, linked }, given = {}) {
  if (saved) return { paymentMethod: saved };
  if (linked) return elements._link.share(linked);
  const { billing_details: details, ...params } = given;
  const billing = { ...data.billing_details, ...details };
  return named(
    'paymentMethod',
    await api.post('/v1/payment_methods', { ...data, ...params, billing_details: billing }),
  );
}

export async function createConfirmationToken(api, { elements, params = {} }) {
  requireSubmit(elements, 'createConfirmationToken');
  const { payment_method_data: given = {}, ...rest } = params;
  elements._requireGiven(given.billing_details, 'createConfirmationToken');
  const read = await elements._methodData();
  if (read.error) return { error: read.error };
  const made = await methodOf(api, elements, read, given);
  if (made.error) return made;
  const { shipping, saves } = read;
  const { setupFutureUsage = saves ? elements._saveUsage : undefined } = elements._options;
  const token = {
    ...(shipping && { shipping }),
    ...(setupFutureUsage && { setup_future_usage: setupFutureUsage }),
    ...rest,
    payment_method: made.paymentMethod.id,
  };
  return named('confirmationToken', await api.post('/v1/test_helpers/confirmation_tokens', token));
}

/** Where the intent comes later, what is filled in is checked before the application makes it. */
export function requireSubmit(elements, name) {
  if (!elements._options.mode || elements._isSubmitted) return;
  throw integrationError(
    `elements.submit() must be called before stripe.${name}(). Call elements.submit() as soon as your customer presses pay, prior to any asynchronous work.`,
  );
}

/** The data of a payment method, with what elements in it hold. */
async function methodData({ type, billing_details: details = {}, ...rest }) {
  const given = rest[type];
  const element =
    given instanceof Element ? given : given && Object.values(given).find((each) => each instanceof Element);
  if (!element) return { data: { type, ...rest, billing_details: details } };
  if (type !== 'card') {
    const { complete, error, code, value } = await element._read();
    if (!complete) return { error: invalid(error, code) };
    return { data: { type, ...rest, [type]: value, billing_details: details } };
  }
  const read = await cardOf(element);
  if (read.error) return read;
  return { data: { type, ...rest, card: read.card, billing_details: withPostalCode(details, read.billing) } };
}

/** The card in an element, or in three that belong together. */
async function cardOf(element) {
  const group = element._elements;
  const parts =
    element._type === 'card'
      ? [element]
      : ['cardNumber', 'cardExpiry', 'cardCvc'].map((type) => group.getElement(type));
  const data = { billing_details: {}, card: {} };
  for (const part of parts) {
    if (!part) continue;
    const read = await readPart(part);
    if (read.error) return read;
    merge(data, part._type, read.value);
  }
  return { card: data.card, billing: data.billing_details };
}

async function readPart(element) {
  const { complete, error, code, value } = await element._read();
  return complete ? { value } : { error: invalid(error, code || 'incomplete_card') };
}

function withPostalCode(details, { address }) {
  return address ? { ...details, address: { ...address, ...details.address } } : details;
}

/** What Stripe.js gives for a Checkout Session: `initCheckoutElementsSdk`, `initCheckoutFormSdk`, and `initCheckout` of earlier releases. */
import { Checkout } from './checkout.js';
import { CheckoutForm } from './checkout-form.js';
import { VERSION } from './source.js';

const ACTIONS = [
  'addOptionalLineItem',
  'applyPromotionCode',
  'confirm',
  'getSession',
  'removeOptionalLineItem',
  'removePromotionCode',
  'runServerUpdate',
  'updateBillingAddress',
  'updateBusinessName',
  'updateEmail',
  'updateIndividualName',
  'updateLineItemQuantity',
  'updatePhoneNumber',
  'updateShippingAddress',
  'updateShippingOption',
  'updateTaxIdInfo',
  'validateElements',
];

/** What a form asks for itself. */
const OF_FORM = ['updateEmail', 'updatePhoneNumber', 'updateIndividualName', 'updateBusinessName'].concat([
  'updateShippingAddress',
  'updateBillingAddress',
  'updateTaxIdInfo',
]);

const FORM_ACTIONS = ACTIONS.filter((name) => !OF_FORM.includes(name));

/** The elements of Checkout: what their functions call them, and which element they are. */
const ELEMENTS = {
  BillingAddress: ['address', { mode: 'billing' }],
  ContactDetails: ['contactDetails'],
  CurrencySelector: ['currencySelector'],
  ExpressCheckout: ['expressCheckout'],
  LinkSignup: ['linkSignup'],
  Payment: ['payment'],
  ShippingAddress: ['address', { mode: 'shipping' }],
  TaxId: ['taxId'],
  Terms: ['terms'],
};

/** `createPaymentElement`, `getPaymentElement` and so on, of these elements. */
function elementFunctions(checkout, names) {
  return Object.fromEntries(
    names.flatMap((name) => {
      const [type, fixed] = ELEMENTS[name];
      return [
        [`create${name}Element`, (options) => checkout._elements.create(type, { ...options, ...fixed })],
        [`get${name}Element`, () => checkout._elements.getElement(type, fixed)],
      ];
    }),
  );
}

/** Methods as the fields of an object: React's components take them out of it one by one. */
function bound(checkout, names) {
  return Object.fromEntries(names.map((name) => [name, checkout[name].bind(checkout)]));
}

/** What all of them have: the session is there when its actions are. */
function sdkOf(checkout, actions, elements) {
  return {
    ...bound(checkout, ['changeAppearance', 'loadFonts', 'on']),
    ...elementFunctions(checkout, elements),
    loadActions: async () => {
      const failure = await checkout._failure();
      if (failure) return { type: 'error', error: { code: null, message: failure.message } };
      return { type: 'success', actions: bound(checkout, actions) };
    },
  };
}

export function checkoutSdk(stripe, options) {
  return sdkOf(new Checkout(stripe, options), ACTIONS, Object.keys(ELEMENTS));
}

export function checkoutFormSdk(stripe, { appearance, loader, fonts, savedPaymentMethod, ...options }) {
  const elementsOptions = { appearance, loader, fonts, savedPaymentMethod };
  const checkout = new Checkout(stripe, { ...options, elementsOptions });
  let form = null;
  return {
    ...sdkOf(checkout, FORM_ACTIONS, ['CurrencySelector']),
    createForm: (formOptions) => (form = new CheckoutForm(checkout, formOptions)),
    getForm: () => form,
  };
}

// Releases before Clover give a promise of the session with its actions; later ones an object that loads them.
const isPromised = ['v3', 'acacia', 'basil', 3].includes(VERSION);

/** `stripe.initCheckout`. */
export function initCheckout(stripe, options) {
  const checkout = new Checkout(stripe, options);
  const sdk = sdkOf(checkout, ACTIONS, Object.keys(ELEMENTS));
  if (!isPromised) return sdk;
  return checkout._failure().then((failure) => {
    if (failure) throw Object.assign(new Error(failure.message), { code: null, message: failure.message });
    return { ...sdk, ...bound(checkout, [...ACTIONS, 'session']) };
  });
}

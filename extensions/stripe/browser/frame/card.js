/** The Card Element, and the elements of its parts. */
import { expiryOf } from './checks.js';
import { make } from './dom.js';
import { digits, fields, input, value } from './fields.js';
import { options } from './settings.js';

const NUMBER = {
  'data-elements-stable-field-name': 'cardNumber',
  'aria-label': 'Credit or debit card number',
  autocomplete: 'cc-number',
  inputmode: 'numeric',
};
const EXPIRY = {
  'data-elements-stable-field-name': 'cardExpiry',
  'aria-label': 'Credit or debit card expiration date',
  autocomplete: 'cc-exp',
  inputmode: 'numeric',
};
const CODE = {
  'data-elements-stable-field-name': 'cardCvc',
  'aria-label': 'Credit or debit card CVC/CVV',
  autocomplete: 'cc-csc',
  inputmode: 'numeric',
};

const POSTAL = {
  'data-elements-stable-field-name': 'postalCode',
  'aria-label': 'ZIP',
  autocomplete: 'postal-code',
  placeholder: 'ZIP',
};

/** A card as the API takes it, out of the fields with these names. */
export function cardOf(number, expiry, cvc) {
  const [exp_month, exp_year] = expiryOf(value(expiry));
  return { number: digits(number), exp_month, exp_year, cvc: value(cvc) };
}

export function card() {
  const parts = [
    input('cardnumber', 'number', { ...NUMBER, class: 'grow', placeholder: 'Card number' }),
    input('exp-date', 'expiry', { ...EXPIRY, class: 'short', placeholder: 'MM / YY' }),
    input('cvc', 'cvc', { ...CODE, class: 'short', placeholder: 'CVC' }),
  ];
  if (!options.hidePostalCode) {
    parts.push(
      input('postal', 'postal', { ...POSTAL, class: 'short', value: options.value && options.value.postalCode }),
    );
  }
  return {
    content: make('div', { class: 'line' }, ...parts),
    read: () => ({
      ...cardOf('cardnumber', 'exp-date', 'cvc'),
      ...(value('postal') && { postal_code: value('postal') }),
    }),
    shown: () => ({ postalCode: value('postal') }),
    update: ({ value: given }) => {
      if (given && given.postalCode !== undefined && fields.has('postal')) {
        fields.get('postal').element.value = given.postalCode;
      }
    },
  };
}

function part(field, read) {
  return { content: make('div', { class: 'line' }, field), read };
}

export function cardNumberOnly() {
  const placeholder = options.placeholder || '1234 1234 1234 1234';
  return part(input('cardnumber', 'number', { ...NUMBER, class: 'grow', placeholder }), () => ({
    number: digits('cardnumber'),
  }));
}

export function cardExpiryOnly() {
  const placeholder = options.placeholder || 'MM / YY';
  return part(input('exp-date', 'expiry', { ...EXPIRY, class: 'grow', placeholder }), () => {
    const [exp_month, exp_year] = expiryOf(value('exp-date'));
    return { exp_month, exp_year };
  });
}

export function cardCvcOnly() {
  const placeholder = options.placeholder || 'CVC';
  return part(input('cvc', 'cvc', { ...CODE, class: 'grow', placeholder }), () => ({ cvc: value('cvc') }));
}

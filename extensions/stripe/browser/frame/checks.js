/** What is filled into the fields of elements: how it is written, and what is wrong with it. */

/** What makes a value complete, and what is said when it is not. */
export const CHECKS = {
  number: {
    format: (text) => {
      const digits = text.replace(/\D/g, '').slice(0, 19);
      return /^3[47]/.test(digits)
        ? digits
            .slice(0, 15)
            .replace(/^(\d{4})(\d{1,6})?(\d{1,5})?$/, (_all, ...parts) => parts.slice(0, 3).filter(Boolean).join(' '))
        : digits.replace(/(.{4})(?=.)/g, '$1 ');
    },
    check: (text) => {
      const digits = text.replace(/\D/g, '');
      if (digits.length < (/^3[47]/.test(digits) ? 15 : /^3[0689]/.test(digits) ? 14 : 16))
        return ['incomplete_number', 'Your card number is incomplete.'];
      return luhn(digits) ? undefined : ['invalid_number', 'Your card number is invalid.'];
    },
  },
  expiry: {
    format: (text) =>
      text
        .replace(/\D/g, '')
        .slice(0, 4)
        .replace(/^([2-9])/, '0$1')
        .slice(0, 4)
        .replace(/^(\d\d)(?=\d)/, '$1 / '),
    check: (text) => {
      const [month, year] = expiryOf(text);
      if (!month || !year) return ['incomplete_expiry', "Your card's expiration date is incomplete."];
      const now = new Date();
      if (year < now.getFullYear()) return ['invalid_expiry_year_past', "Your card's expiration year is in the past."];
      if (year === now.getFullYear() && month < now.getMonth() + 1)
        return ['invalid_expiry_month_past', "Your card's expiration date is in the past."];
      return month > 12 ? ['incomplete_expiry', "Your card's expiration date is invalid."] : undefined;
    },
  },
  cvc: {
    format: (text) => text.replace(/\D/g, '').slice(0, 4),
    check: (text, number) =>
      text.length >= codeLength(number) ? undefined : ['incomplete_cvc', "Your card's security code is incomplete."],
  },
  postal: { check: (text) => (text.trim() ? undefined : ['incomplete_zip', 'Your postal code is incomplete.']) },
  email: {
    check: (text) =>
      /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) ? undefined : ['incomplete_email', 'Your email is incomplete.'],
  },
  iban: {
    format: (text) => text.toUpperCase(),
    check: (text, _number, element) => ibanProblem(text.replace(/\s/g, '').toUpperCase(), element.dataset.countries),
  },
  bank: { check: (text) => (text ? undefined : ['incomplete_bank', 'Please select your bank.']) },
  /** Where things are sent to by those who cannot bring them to a post office box. */
  street: {
    check: (text) => {
      if (!text.trim()) return ['incomplete', 'This field is incomplete.'];
      return /\bp\.?\s*o\.?\s*box\b/i.test(text)
        ? ['invalid_address_line1', 'We can’t deliver to a P.O. box. Enter another address.']
        : undefined;
    },
  },
  account: {
    format: (text) => text.replace(/\D/g, ''),
    check: (text) =>
      text.length >= 5 ? undefined : ['incomplete_au_bank_account', 'Your account number is incomplete.'],
  },
  bsb: {
    format: (text) =>
      text
        .replace(/\D/g, '')
        .slice(0, 6)
        .replace(/^(\d{3})(?=\d)/, '$1-'),
    check: (text) =>
      text.replace(/\D/g, '').length === 6 ? undefined : ['incomplete_au_bank_account', 'Your BSB is incomplete.'],
  },
  required: { check: (text) => (text.trim() ? undefined : ['incomplete', 'This field is incomplete.']) },
  optional: { check: () => undefined },
};

function luhn(digits) {
  let sum = 0;
  [...digits].reverse().forEach((digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  });
  return sum % 10 === 0;
}

export function expiryOf(text) {
  const [, month, year] = /^(\d\d)\D*(\d\d)$/.exec(text) || [];
  return [Number(month), year ? 2000 + Number(year) : 0];
}

export function brandOf(number) {
  if (/^4/.test(number)) return 'visa';
  if (/^(5[1-5]|2[2-7])/.test(number)) return 'mastercard';
  if (/^3[47]/.test(number)) return 'amex';
  if (/^(6011|65|64[4-9])/.test(number)) return 'discover';
  if (/^3[0689]/.test(number)) return 'diners';
  return /^35/.test(number) ? 'jcb' : /^62/.test(number) ? 'unionpay' : 'unknown';
}

/** How many digits the security code of a card has. */
export function codeLength(number) {
  return brandOf(number) === 'amex' ? 4 : 3;
}

/** How long the numbers of accounts are, in the countries of SEPA. */
const IBAN_LENGTHS = {
  AD: 24, AT: 20, BE: 16, BG: 22, CH: 21, CY: 28, CZ: 24, DE: 22, DK: 18, EE: 20, ES: 24, FI: 18, FR: 27, GB: 22, GI: 23,
  GR: 27, HR: 21, HU: 28, IE: 22, IS: 26, IT: 27, LI: 21, LT: 20, LU: 20, LV: 21, MC: 27, MT: 31, NL: 18, NO: 15, PL: 28,
  PT: 25, RO: 24, SE: 24, SI: 19, SK: 24, SM: 27, VA: 22,
}; // prettier-ignore

export const SEPA = Object.keys(IBAN_LENGTHS);

/** What the number of an account in a country looks like. */
export function ibanExample(country) {
  const length = IBAN_LENGTHS[country] || IBAN_LENGTHS.DE;
  return `${country}${'0'.repeat(length - 2)}`.replace(/(.{4})(?=.)/g, '$1 ');
}

/** `countries`: the codes of those whose accounts are taken, with spaces between. */
function ibanProblem(text, countries = SEPA.join(' ')) {
  const country = text.slice(0, 2);
  if (/^[A-Z]{2}/.test(text) && !countries.split(' ').includes(country)) {
    const message = `The IBAN you entered is invalid, “${country}” is not a supported country code.`;
    return ['invalid_iban_country_code', message];
  }
  if (text.length > 0 && !/^[A-Z]{0,2}[0-9A-Z]*$/.test(text)) return ['invalid_iban', 'Your IBAN is invalid.'];
  if (text.length < (IBAN_LENGTHS[country] || 15)) return ['incomplete_iban', 'Your IBAN is incomplete.'];
  return isRightIban(text) ? undefined : ['invalid_iban', 'Your IBAN is invalid.'];
}

/** ISO 7064, mod 97-10: letters are numbers from 10 on, and the first four characters stand last. */
function isRightIban(text) {
  const digits = (text.slice(4) + text.slice(0, 4)).replace(/[A-Z]/g, (letter) => letter.charCodeAt(0) - 55);
  let rest = 0;
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % 97;
  return rest === 1;
}

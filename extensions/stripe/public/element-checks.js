/** What is filled into the fields of elements: how it is written, and what is wrong with it. */
(() => {
  /** What makes a value complete, and what is said when it is not. */
  const CHECKS = {
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
        if (year < now.getFullYear())
          return ['invalid_expiry_year_past', "Your card's expiration year is in the past."];
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
      check: (text) =>
        text.replace(/\s/g, '').length >= 15 ? undefined : ['incomplete_iban', 'Your IBAN is incomplete.'],
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

  function expiryOf(text) {
    const [, month, year] = /^(\d\d)\D*(\d\d)$/.exec(text) || [];
    return [Number(month), year ? 2000 + Number(year) : 0];
  }

  function brandOf(number) {
    if (/^4/.test(number)) return 'visa';
    if (/^(5[1-5]|2[2-7])/.test(number)) return 'mastercard';
    if (/^3[47]/.test(number)) return 'amex';
    if (/^(6011|65|64[4-9])/.test(number)) return 'discover';
    if (/^3[0689]/.test(number)) return 'diners';
    return /^35/.test(number) ? 'jcb' : /^62/.test(number) ? 'unionpay' : 'unknown';
  }

  /** How many digits the security code of a card has. */
  function codeLength(number) {
    return brandOf(number) === 'amex' ? 4 : 3;
  }

  window.checks = { CHECKS, brandOf, codeLength, expiryOf };
})();

/** The kinds of elements, and how the page shows each. */

/** What each is called, in the title of its frame. */
export const TITLES = {
  card: 'Secure card payment input frame',
  cardNumber: 'Secure card number input frame',
  cardExpiry: 'Secure expiration date input frame',
  cardCvc: 'Secure CVC input frame',
  payment: 'Secure payment input frame',
  address: 'Secure address input frame',
  linkAuthentication: 'Secure email input frame',
  iban: 'Secure IBAN input frame',
  idealBank: 'Secure bank selection frame',
  epsBank: 'Secure bank selection frame',
  p24Bank: 'Secure bank selection frame',
  fpxBank: 'Secure bank selection frame',
  auBankAccount: 'Secure bank account input frame',
  contactDetails: 'Secure email input frame',
  taxId: 'Secure tax ID input frame',
  paymentMethodMessaging: 'Payment method messaging frame',
  issuingCardNumberDisplay: 'Card number frame',
  issuingCardCvcDisplay: 'Card CVC frame',
  issuingCardExpiryDisplay: 'Card expiration date frame',
  issuingCardPinDisplay: 'Card PIN frame',
  issuingCardCopyButton: 'Copy button frame',
};

/** Elements that show wallets, loans or notes, of which there are none here: they are ready at once, and empty. */
export const EMPTY = [
  'expressCheckout',
  'paymentRequestButton',
  'affirmMessage',
  'afterpayClearpayMessage',
  'currencySelector',
  'issuingAddToWalletButton',
  'terms',
  'linkSignup',
];

/** Elements that nothing is filled into. */
export const SHOWN_ONLY = [
  ...EMPTY,
  'paymentMethodMessaging',
  'issuingCardNumberDisplay',
  'issuingCardCvcDisplay',
  'issuingCardExpiryDisplay',
  'issuingCardPinDisplay',
  'issuingCardCopyButton',
];

/** How high the frame is before it says so itself, where that is not a line. */
const HEIGHTS = { payment: 230, address: 420, linkAuthentication: 76, contactDetails: 76, taxId: 160 };

export function heightOf(type) {
  return HEIGHTS[type] || 24;
}

/** The page within the frame of an element, in whose address tests look for it. */
export function pageOf(type) {
  const part = /^card[A-Z]/.test(type) ? 'card' : type.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `elements-inner-${part}.html`;
}

/** What a card of Issuing shows its holder: its number, its expiry, its codes. https://docs.stripe.com/issuing/elements */
import { make } from './dom.js';
import { options, say, send, settings } from './settings.js';

const SHOWS = {
  issuingCardNumberDisplay: ({ number }) => number.replace(/(.{4})(?=.)/g, '$1 '),
  issuingCardCvcDisplay: ({ cvc }) => cvc,
  issuingCardExpiryDisplay: ({ exp_month: month, exp_year: year }) =>
    `${String(month).padStart(2, '0')}/${String(year).slice(-2)}`,
  issuingCardPinDisplay: ({ pin }) => pin,
};

/** One of the parts of the card that the page around has asked the API for. */
export function issuingDisplay() {
  const text = make('output', {});
  return {
    content: make('div', { class: 'line' }, text),
    read: () => ({}),
    shows: (card) => {
      text.textContent = SHOWS[settings.type](card) || '';
    },
  };
}

/** A button that copies one of them. */
export function issuingCopyButton() {
  const button = make('button', { type: 'button', class: 'copy' }, say(`Copy ${options.toCopy}`));
  button.addEventListener('click', () => send('copy'));
  return { content: make('div', { class: 'line' }, button), read: () => ({}) };
}

/** What is said of paying later, beside a price: https://docs.stripe.com/elements/payment-method-messaging */
import { make } from './dom.js';
import { options } from './settings.js';

/** How many parts each of these has. */
const PARTS = { affirm: 4, afterpay_clearpay: 4, klarna: 4 };
const NAMES = { affirm: 'Affirm', afterpay_clearpay: 'Afterpay', klarna: 'Klarna' };

export function messaging() {
  const text = make('p', { class: 'message' });
  const show = () => {
    const { amount, currency = 'USD', paymentMethodTypes, paymentMethods } = options;
    const offered = (paymentMethodTypes || paymentMethods || Object.keys(PARTS)).filter((type) => PARTS[type]);
    text.hidden = offered.length === 0 || !amount;
    if (text.hidden) return;
    const format = new Intl.NumberFormat('en-US', { style: 'currency', currency });
    const each = amount / 10 ** format.resolvedOptions().maximumFractionDigits / PARTS[offered[0]];
    const names = offered.map((type) => NAMES[type]).join(', ');
    text.textContent = `${PARTS[offered[0]]} interest-free payments of ${format.format(each)} with ${names}. Learn more`;
  };
  show();
  return { content: make('div', {}, text), read: () => ({}) };
}

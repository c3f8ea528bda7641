/** The fields of a card in the Payment Element, and of who pays with it. */
import { cardOf } from './card.js';
import { country, postalLabel } from './countries.js';
import { make } from './dom.js';
import { changed, fields, input, isShown, labelled, relabel, value } from './fields.js';
import { known, options, say } from './settings.js';

export function paymentCard(defaults) {
  const { billingDetails } = options.fields || {};
  const place = billingDetails && billingDetails.address;
  const shows = (name) => billingDetails !== 'never' && place !== 'never' && !(place && place[name] === 'never');
  const hasName = Boolean(billingDetails) && billingDetails.name === 'always';
  const before = defaults.address || {};
  const chosen = shows('country') ? country(before.country) : undefined;
  const number = { placeholder: '1234 1234 1234 1234', autocomplete: 'cc-number', inputmode: 'numeric' };
  // Its name for assistive technology says what is expected, as Stripe's does.
  const expiry = {
    placeholder: 'MM / YY',
    'aria-label': `${say('Expiration date')} ${say('MM / YY')}`,
    autocomplete: 'cc-exp',
    inputmode: 'numeric',
  };
  const code = { placeholder: 'CVC', autocomplete: 'cc-csc', inputmode: 'numeric' };
  const postal = { placeholder: '12345', autocomplete: 'postal-code', value: before.postal_code };
  const content = make(
    'div',
    { class: 'form' },
    labelled('Card number', input('number', 'number', number), true),
    labelled('Expiration date', input('expiry', 'expiry', expiry)),
    labelled('Security code', input('cvc', 'cvc', code)),
    chosen && labelled('Country', chosen),
    shows('postalCode') ? labelled('ZIP code', input('postalCode', 'postal', postal)) : undefined,
  );
  const follow = () => {
    if (!chosen || !fields.has('postalCode')) return;
    fields.get('postalCode').element.parentElement.hidden = !known.needsPostalCode.includes(chosen.value);
    relabel('postalCode', postalLabel(chosen.value, 'ZIP code'));
  };
  if (chosen) {
    chosen.addEventListener('change', () => {
      follow();
      changed();
    });
  }
  follow();
  /** What the application has said of the bill before, with what the buyer was asked for in its place. */
  const details = () => {
    const { address, ...rest } = defaults;
    const known = {
      ...address,
      ...(chosen && { country: value('country') || undefined }),
      ...(isShown('postalCode') && { postal_code: value('postalCode') || undefined }),
    };
    return {
      ...rest,
      ...(hasName && { name: value('name') }),
      ...(Object.keys(known).length > 0 && { address: known }),
    };
  };
  const read = () => ({ type: 'card', card: cardOf('number', 'expiry', 'cvc'), billing_details: details() });
  return { content, hasName, follow, read };
}

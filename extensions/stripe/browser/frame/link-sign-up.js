/** The offer to keep what is filled in with Link, for all shops: https://docs.stripe.com/payments/link/payment-element-link */
import { make } from './dom.js';
import { changed, fields, input, labelled, value } from './fields.js';
import { options, say } from './settings.js';

export function linkSignUp(defaults) {
  const box = make('input', { type: 'checkbox', name: 'linkOptIn', id: 'Field-linkOptInInput' });
  const names = ['linkEmail', 'linkMobilePhone'];
  const form = () =>
    make(
      'div',
      { class: 'form' },
      labelled(
        'Email',
        input('linkEmail', 'email', { type: 'email', autocomplete: 'email', value: defaults.email }),
        true,
      ),
      labelled(
        'Phone number',
        input('linkMobilePhone', 'required', { type: 'tel', autocomplete: 'tel', value: defaults.phone }),
        true,
      ),
    );
  let shown;
  // The fields are there only while somebody wants them.
  box.addEventListener('change', () => {
    if (box.checked) content.append((shown = form()));
    else {
      shown.remove();
      for (const name of names) fields.delete(name);
    }
    changed();
  });
  const label = make('label', { for: box.id }, say('Save my information for faster checkout'));
  const content = make('div', { class: 'wide', hidden: true }, make('p', { class: 'check' }, box, label));
  return {
    content,
    isWanted: () => !content.hidden && box.checked,
    /** Whether it is offered: where Link is among the methods, and the application has nothing against it. */
    offer: (isOffered) => {
      content.hidden = !isOffered || (options.wallets || {}).link === 'never';
    },
    read: () => ({ email: value('linkEmail'), phone: value('linkMobilePhone') }),
  };
}

/** The Payment Element: https://docs.stripe.com/payments/payment-element */
import { choiceButton, showChosen } from './choices.js';
import { make } from './dom.js';
import { changed, input, labelled, value } from './fields.js';
import { linkSignUp } from './link-sign-up.js';
import { nameOf } from './method-names.js';
import { paymentCard } from './payment-card.js';
import { savedMethods } from './saved-methods.js';
import { options, say, settings } from './settings.js';
import { termsOf } from './terms.js';

/** What is chosen, also after the element was made anew. */
const state = { type: undefined, isCollapsed: undefined };

export function payment() {
  const defaults = (options.defaultValues && options.defaultValues.billingDetails) || {};
  const layout = typeof options.layout === 'object' ? options.layout : { type: options.layout };
  const isAccordion = layout.type === 'accordion';
  if (state.isCollapsed === undefined) state.isCollapsed = isAccordion && layout.defaultCollapsed === true;
  const card = paymentCard(defaults);
  const link = linkSignUp(defaults);
  const save = make('input', { type: 'checkbox', name: 'saveForFutureUse', id: 'Field-saveForFutureUseInput' });
  save.addEventListener('change', () => changed());
  const saving = make(
    'p',
    { class: 'wide check', hidden: true },
    save,
    make('label', { for: save.id }, say('Save payment details for future purchases')),
  );
  card.content.append(saving, link.content);
  const iban = make(
    'div',
    { class: 'form' },
    labelled('IBAN', input('iban', 'iban', { placeholder: 'DE00 0000 0000 0000 0000 00' }), true),
  );
  const fullName = labelled(
    'Full name',
    input('name', 'required', { autocomplete: 'name', value: defaults.name }),
    true,
  );
  const email = labelled(
    'Email',
    input('email', 'email', { type: 'email', autocomplete: 'email', value: defaults.email }),
    true,
  );
  const names = make('div', { class: 'form' }, fullName, email);
  const away = make('p', {}, 'After you submit, you are sent on to complete the next steps.');
  const terms = make('p', { class: 'terms' });
  const tabs = make('div', { class: isAccordion ? 'tabs accordion' : 'tabs' });
  if (!isAccordion) tabs.setAttribute('role', 'tablist');
  const saved = savedMethods(() => show());
  let all = ['card'];

  const show = () => {
    const isNew = saved.method === undefined;
    const isOpen = isNew && !state.isCollapsed;
    const chosen = isOpen ? state.type : undefined;
    showChosen(tabs.children, chosen);
    tabs.hidden = !isNew || (all.length < 2 && layout.defaultCollapsed !== true && !state.isCollapsed);
    card.content.hidden = chosen !== 'card';
    iban.hidden = chosen !== 'sepa_debit';
    fullName.hidden = !isOpen || (chosen === 'card' && !card.hasName);
    email.hidden = !isOpen || chosen === 'card';
    names.hidden = fullName.hidden && email.hidden;
    away.hidden = !isOpen || chosen === 'card' || chosen === 'sepa_debit';
    saving.hidden = saved.features.payment_method_save !== 'enabled';
    const text = isOpen ? termsOf(chosen, settings.business) : undefined;
    terms.hidden = text === undefined;
    terms.textContent = text || '';
    card.follow();
    changed();
  };
  const tab = (type) =>
    choiceButton(
      type === 'card' ? say('Card') : nameOf(type),
      {
        id: `${type}-tab`,
        value: type,
        'data-testid': type,
        'data-value': type,
        role: isAccordion ? 'button' : 'tab',
      },
      () => {
        Object.assign(state, { type, isCollapsed: false });
        show();
      },
    );
  const newMethod = () => {
    const more = saving.hidden ? {} : { saves: save.checked };
    if (state.type === 'card') return { ...card.read(), ...more, ...(link.isWanted() && { linkSignUp: link.read() }) };
    return {
      type: state.type,
      ...(state.type === 'sepa_debit' && { sepa_debit: { iban: value('iban').replace(/\s/g, '') } }),
      billing_details: {
        ...defaults,
        name: value('name'),
        email: value('email'),
        // Klarna differs from country to country.
        ...(state.type === 'klarna' && { address: { country: 'US', ...defaults.address } }),
      },
      ...more,
    };
  };
  // Nothing is shown before it is known what may be paid with.
  const content = make('div', { hidden: true }, saved.content, tabs, card.content, names, iban, away, terms);
  return {
    content,
    takes: (offered) => {
      content.hidden = false;
      all = inOrder(
        offered.filter((each) => each !== 'link'),
        options.paymentMethodOrder,
      );
      if (!all.includes(state.type)) state.type = all[0];
      link.offer(offered.includes('link') && !settings.hasCustomer);
      tabs.replaceChildren(...all.map(tab));
      show();
    },
    takesSaved: saved.takes,
    removed: saved.removed,
    collapse: () => {
      state.isCollapsed = true;
      show();
    },
    isCollapsed: () => state.isCollapsed && saved.method === undefined,
    /** What is missing though no field says so. */
    missing: () =>
      state.isCollapsed && saved.method === undefined
        ? ['incomplete_payment_details', say('Please select a payment method to pay with.')]
        : undefined,
    shown: () => {
      const { method } = saved;
      const more = saving.hidden ? {} : { savePaymentMethod: save.checked };
      if (!method) return { type: state.type, ...more };
      const { id, type, billing_details } = method;
      return method.isOfLink ? { type: 'link' } : { type, payment_method: { id, type, billing_details } };
    },
    read: () => {
      const { method } = saved;
      if (!method) return newMethod();
      return method.isOfLink ? { type: 'link', linked: method.id } : { type: method.type, saved: method };
    },
  };
}

/** Those that the application wants first come first. */
function inOrder(types, wanted = []) {
  return [...wanted.filter((type) => types.includes(type)), ...types.filter((type) => !wanted.includes(type))];
}

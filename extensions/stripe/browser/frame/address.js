/** The Address Element: where the bill or the goods go. https://docs.stripe.com/elements/address-element */
import { country, forgetState, postalLabel, stateOf } from './countries.js';
import { make } from './dom.js';
import { changed, input, labelled, relabel, value } from './fields.js';
import { options, say } from './settings.js';

export function address() {
  const { contacts = [] } = options;
  const form = newAddress();
  if (contacts.length === 0) return { ...form, isNew: () => true };
  let chosen = 0;
  const list = make('div', { class: 'tabs accordion', 'aria-label': say('Saved') });
  const show = () => {
    form.content.hidden = chosen !== undefined;
    for (const [index, button] of [...list.children].entries()) {
      button.setAttribute('aria-pressed', String(index === (chosen ?? contacts.length)));
      button.classList.toggle('Tab--selected', index === (chosen ?? contacts.length));
    }
  };
  const choice = (text, index) => {
    const button = make('button', { type: 'button', class: 'Tab' }, text);
    button.addEventListener('click', () => {
      chosen = index;
      show();
      changed();
    });
    return button;
  };
  list.append(
    ...contacts.map((contact, index) => choice(describe(contact), index)),
    choice(say('New address'), undefined),
  );
  show();
  const read = () => (chosen === undefined ? form.read() : valueOf(contacts[chosen]));
  return {
    content: make('div', {}, list, form.content),
    read,
    shown: read,
    isNew: () => chosen === undefined,
    isEmpty: () => chosen === undefined && form.isEmpty(),
  };
}

function describe({ name, address: { line1, line2, city, state, postal_code } }) {
  return [name, line1, line2, city, [state, postal_code].filter(Boolean).join(' ')].filter(Boolean).join(', ');
}

function valueOf({ name, phone, address }) {
  return { name, address: { ...address, line2: address.line2 || null }, ...(phone && { phone }) };
}

function newAddress() {
  const { display = {}, fields: shown = {}, validation = {}, defaultValues: given = {} } = options;
  const place = given.address || {};
  const part = (name, kind, autocomplete, before) => input(name, kind, { autocomplete, value: before || undefined });
  const phoneKind = validation.phone && validation.phone.required === 'always' ? 'required' : 'optional';
  const hasName = shown.name !== 'never';
  const isSplit = hasName && display.name === 'split';
  const chosen = country(place.country, options.allowedCountries);
  const first = isSplit
    ? labelled('First name', part('firstName', 'required', 'given-name', given.firstName))
    : undefined;
  const last = isSplit ? labelled('Last name', part('lastName', 'required', 'family-name', given.lastName)) : undefined;
  const whole = () =>
    labelled(
      display.name === 'organization' ? 'Organization' : 'Full name',
      part('name', 'required', 'name', given.name),
      true,
    );
  const name = hasName && !isSplit ? whole() : undefined;
  const line1 = labelled(
    'Address line 1',
    part('addressLine1', options.blockPoBox ? 'street' : 'required', 'address-line1', place.line1),
    true,
  );
  const line2 = labelled('Address line 2', part('addressLine2', 'optional', 'address-line2', place.line2), true);
  const city = labelled('City', part('locality', 'required', 'address-level2', place.city));
  const postal = labelled('ZIP code', part('postalCode', 'postal', 'postal-code', place.postal_code));
  const hasPhone = shown.phone === 'always' || (shown.phone === 'auto' && phoneKind === 'required');
  const phone = hasPhone
    ? labelled('Phone number', input('phone', phoneKind, { type: 'tel', autocomplete: 'tel', value: given.phone }))
    : undefined;
  const content = make(
    'div',
    { class: 'form' },
    ...[name, first, last, labelled('Country or region', chosen, true), line1, line2, city, postal, phone].filter(
      Boolean,
    ),
  );
  let state;
  // A state is chosen where those of the country are known, and not asked for where it has none.
  const follow = () => {
    if (state) state.remove();
    forgetState();
    state = stateOf(chosen.value, place.state);
    if (state) city.after(state);
    relabel('postalCode', postalLabel(chosen.value, 'ZIP code'));
  };
  chosen.addEventListener('change', () => {
    follow();
    changed();
  });
  follow();
  const read = () => ({
    ...(hasName && { name: isSplit ? `${value('firstName')} ${value('lastName')}`.trim() : value('name') }),
    ...(isSplit && { firstName: value('firstName'), lastName: value('lastName') }),
    address: {
      line1: value('addressLine1'),
      line2: value('addressLine2') || null,
      city: value('locality'),
      state: value('administrativeArea'),
      postal_code: value('postalCode'),
      country: value('country'),
    },
    ...(hasPhone && { phone: value('phone') }),
  });
  const isEmpty = () =>
    ['name', 'firstName', 'lastName', 'addressLine1', 'addressLine2', 'locality', 'postalCode', 'phone'].every(
      (each) => value(each) === '',
    );
  return { content, read, shown: read, isEmpty };
}

/** The fields within the frame of an element. What it is comes behind the # of the address; it talks to the page around it. */
import { address } from './address.js';
import { applyAppearance, applyStyle } from './appearance.js';
import { auBankAccount, bank, iban } from './bank.js';
import { card, cardCvcOnly, cardExpiryOnly, cardNumberOnly } from './card.js';
import { brandOf } from './checks.js';
import { email } from './email.js';
import { cardNumber, fields, mark, problemOf, problems, shownProblem, unmark, value, whenChanged } from './fields.js';
import { issuingCopyButton, issuingDisplay } from './issuing.js';
import { messaging } from './messaging.js';
import { payment } from './payment.js';
import { options, send, settings } from './settings.js';
import { taxId } from './tax-id.js';

const { type } = settings;

/**
 * Each makes its `content`, and says what is filled in (`read`), what of it the application is told (`shown`), and what is missing though no field
 * says so (`missing`).
 */
const KINDS = {
  address,
  auBankAccount,
  card,
  cardCvc: cardCvcOnly,
  cardExpiry: cardExpiryOnly,
  cardNumber: cardNumberOnly,
  contactDetails: email,
  epsBank: bank,
  fpxBank: bank,
  iban,
  idealBank: bank,
  issuingCardCopyButton: issuingCopyButton,
  issuingCardCvcDisplay: issuingDisplay,
  issuingCardExpiryDisplay: issuingDisplay,
  issuingCardNumberDisplay: issuingDisplay,
  issuingCardPinDisplay: issuingDisplay,
  linkAuthentication: email,
  p24Bank: bank,
  payment,
  paymentMethodMessaging: messaging,
  taxId,
};

let made;

/** Makes the fields, as the options are now. What was filled in stays. */
function build() {
  const before = new Map([...fields].map(([name, { element }]) => [name, element.value]));
  fields.clear();
  made = KINDS[type]();
  for (const [name, text] of before) if (text && fields.has(name)) fields.get(name).element.value = text;
  document.body.replaceChildren(made.content);
  const isOff = options.disabled || options.readOnly;
  if (isOff) for (const { element } of fields.values()) element.disabled = true;
  if (made.takes && settings.methods) made.takes(settings.methods);
  if (made.takesSaved && settings.saved) made.takesSaved(settings.saved);
  if (made.shows && settings.card) made.shows(settings.card);
}

function isEmpty() {
  if (made.isEmpty) return made.isEmpty();
  return [...fields.values()].every(
    ({ element, kind }) => (element.tagName === 'SELECT' && kind !== 'bank') || element.value === '',
  );
}

function firstProblem() {
  return problems()[0] || (made.missing && made.missing());
}

function tellChange() {
  const problem = shownProblem();
  for (const name of fields.keys()) if (!problemOf(name)) unmark(name);
  send('change', {
    empty: isEmpty(),
    complete: firstProblem() === undefined,
    collapsed: made.isCollapsed && made.isCollapsed(),
    visible: made.isVisible && made.isVisible(),
    error: problem && { type: 'validation_error', code: problem[0], message: problem[1] },
    ...(['card', 'cardNumber'].includes(type) && { brand: brandOf(cardNumber()) }),
    ...(type === 'iban' && { country: value('iban').slice(0, 2) || undefined }),
    ...(made.isNew && { isNewAddress: made.isNew() }),
    value: made.shown && made.shown(),
  });
}

function read({ call, quiet }) {
  const wrong = firstProblem();
  if (!quiet) {
    for (const name of fields.keys()) mark(name);
    if (wrong) tellChange();
  }
  send('reply', {
    call,
    complete: wrong === undefined,
    code: wrong && wrong[0],
    error: wrong && wrong[1],
    isNewAddress: made.isNew && made.isNew(),
    value: made.read(),
  });
}

/** Options that are not about the fields themselves need no new ones. */
const LOOKS = ['disabled', 'readOnly', 'style', 'value'];

function update(given) {
  Object.assign(options, given);
  if (Object.keys(given).some((name) => !LOOKS.includes(name))) build();
  const isOff = given.disabled ?? given.readOnly;
  if (isOff !== undefined) for (const { element } of fields.values()) element.disabled = isOff;
  if (given.style) applyStyle(given.style);
  if (made.update) made.update(given);
  tellChange();
}

/** What the page around asks for. */
const COMMANDS = {
  appearance: ({ appearance }) => applyAppearance(appearance),
  blur: () => document.activeElement.blur(),
  card: ({ card: shown }) => {
    settings.card = shown;
    made.shows(shown);
  },
  clear: () => {
    for (const { element, kind } of fields.values()) {
      if (element.tagName === 'INPUT' || kind === 'bank') element.value = '';
    }
    tellChange();
  },
  collapse: () => made.collapse(),
  country: ({ country }) => made.follows(country),
  focus: () => {
    const [first] = fields.values();
    if (first) first.element.focus();
  },
  /** What is paid, once it is known. */
  intent: ({ intent }) => {
    Object.assign(settings, intent);
    if (settings.methods) made.takes(settings.methods);
  },
  read,
  removed: ({ method }) => made.removed(method),
  saved: ({ saved }) => {
    settings.saved = saved;
    made.takesSaved(saved);
  },
  update: ({ options: given }) => update(given),
};

addEventListener('message', ({ source: from, data }) => {
  if (from !== parent || !data || data.backlot !== 'command') return;
  COMMANDS[data.command](data);
});

whenChanged(tellChange);
build();
applyAppearance(settings.appearance || {});
if (options.style) applyStyle(options.style);
send('ready');
// The frame is as high as its content, which a page may lay out later than this runs.
new ResizeObserver(() => {
  const height = Math.ceil(document.body.getBoundingClientRect().height);
  if (height > 0) send('height', { height });
}).observe(document.body);

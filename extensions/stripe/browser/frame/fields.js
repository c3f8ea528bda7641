/** The fields of an element: what they are called, what their values have to be, and what is said of them. */
import { CHECKS, codeLength } from './checks.js';
import { make } from './dom.js';
import { say, send, settings } from './settings.js';

/** By their names: the element, and the kind of its value. */
export const fields = new Map();

let listener = () => undefined;

/** Says what is done whenever a value is another one. */
export function whenChanged(listen) {
  listener = listen;
}

export function changed() {
  listener();
}

/** A field. `kind` is what its value has to be. */
export function input(name, kind, attributes) {
  const element = make('input', { name, id: `Field-${name}Input`, type: 'text', spellcheck: 'false', ...attributes });
  if (element.placeholder) element.placeholder = say(element.placeholder);
  const { format } = CHECKS[kind];
  element.addEventListener('input', (event) => {
    const atEnd = element.selectionStart === element.value.length;
    if (format && atEnd && event.inputType !== 'deleteContentBackward') element.value = format(element.value);
    // What can no longer become right is said at once, what is still missing when the field is left.
    const problem = problemOf(name);
    if (problem && problem[0].startsWith('invalid_')) mark(name);
    else unmark(name);
    changed();
    const next = problem === undefined && event.inputType === 'insertText' ? nextOf(element) : undefined;
    if (next && settings.type === 'card' && isFull(kind, element.value)) next.focus();
  });
  element.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') send('escape');
  });
  element.addEventListener('focus', () => send('focus'));
  element.addEventListener('blur', () => {
    send('blur');
    if (element.value) mark(name);
    changed();
  });
  fields.set(name, { element, kind });
  return element;
}

/** A choice among codes with their names. */
export function choose(name, autocomplete, choices, chosen, kind = 'optional') {
  const element = make(
    'select',
    { name, id: `Field-${name}Input`, autocomplete },
    ...choices.map(([code, text]) => make('option', { value: code, selected: code === chosen }, text)),
  );
  element.addEventListener('focus', () => send('focus'));
  element.addEventListener('blur', () => send('blur'));
  element.addEventListener('change', () => changed());
  fields.set(name, { element, kind });
  return element;
}

/** A field with its label, and with room for what is wrong with it. */
export function labelled(text, element, wide = false) {
  element.classList.add('Input');
  return make(
    'div',
    { class: wide ? 'wide' : false },
    make('label', { for: element.id, class: 'Label' }, say(text)),
    element,
    make('p', { class: 'problem Error', id: `${element.id}-problem`, 'aria-live': 'polite' }),
  );
}

export function relabel(name, text) {
  const { parentElement } = fields.get(name).element;
  const label = parentElement && parentElement.querySelector('label');
  if (label) label.textContent = say(text);
}

/** What is filled in; empty where there is no such field. */
export function value(name) {
  return fields.has(name) ? fields.get(name).element.value.trim() : '';
}

export function digits(name) {
  return value(name).replace(/\D/g, '');
}

export function cardNumber() {
  return digits('cardnumber') || digits('number');
}

/** Whether somebody may fill in a field. */
export function isShown(name) {
  return fields.has(name) && !fields.get(name).element.closest('[hidden]');
}

/** The code and the text of what is wrong with a field; undefined where nothing is. */
export function problemOf(name) {
  const { element, kind } = fields.get(name);
  const problem = isShown(name) ? CHECKS[kind].check(element.value, cardNumber(), element) : undefined;
  return problem && [problem[0], say(problem[1])];
}

/** All that is wrong, in the order of the fields. */
export function problems() {
  return [...fields.keys()].map((name) => problemOf(name)).filter(Boolean);
}

/** The field that somebody was told of, and that is still wrong. */
export function shownProblem() {
  const wrong = [...fields.entries()].find(
    ([name, { element }]) => element.getAttribute('aria-invalid') === 'true' && problemOf(name),
  );
  return wrong && problemOf(wrong[0]);
}

/** Shows what is wrong with a field. */
export function mark(name) {
  show(name, problemOf(name));
}

export function unmark(name) {
  show(name, undefined);
}

function show(name, problem) {
  const { element } = fields.get(name);
  element.setAttribute('aria-invalid', String(problem !== undefined));
  const text = document.getElementById(`${element.id}-problem`);
  if (text) text.textContent = problem ? problem[1] : '';
}

/** Whether nothing more can be typed into a field, so that the next one is at hand. */
function isFull(kind, text) {
  if (kind === 'number') return text.replace(/\D/g, '').length >= 15;
  return kind === 'expiry' || (kind === 'cvc' && text.length === codeLength(cardNumber()));
}

function nextOf(element) {
  const all = [...document.querySelectorAll('input, select')];
  return all[all.indexOf(element) + 1];
}

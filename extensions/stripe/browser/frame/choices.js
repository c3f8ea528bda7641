/** Buttons of which one is chosen. */
import { make } from './dom.js';

export function choiceButton(text, attributes, choose) {
  const button = make('button', { type: 'button', class: 'Tab', ...attributes }, text);
  button.addEventListener('click', choose);
  return button;
}

/** Shows that the button with this value is the one. */
export function showChosen(buttons, value) {
  for (const button of buttons) {
    const isChosen = button.value === value;
    const state = button.getAttribute('role') === 'tab' ? 'aria-selected' : 'aria-pressed';
    button.setAttribute(state, String(isChosen));
    button.classList.toggle('Tab--selected', isChosen);
  }
}

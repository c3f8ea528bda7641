/** One address of an e-mail. */
import { make } from './dom.js';
import { input, labelled, value } from './fields.js';
import { options } from './settings.js';

export function email() {
  const field = input('email', 'email', {
    type: 'email',
    autocomplete: 'email',
    placeholder: 'you@example.com',
    value: options.defaultValues && options.defaultValues.email,
  });
  const read = () => ({ email: value('email') });
  return { content: make('div', { class: 'form' }, labelled('Email', field, true)), read, shown: read };
}

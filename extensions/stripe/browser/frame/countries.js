/** Countries and their states, and what postal codes are called there. */
import { choose, fields, input, labelled } from './fields.js';
import { known, say } from './settings.js';

/** The choice of a country, among those that are allowed. */
export function country(chosen, allowed) {
  const offered = known.countries.filter(([code]) => !allowed || allowed.includes(code));
  const first = chosen || (offered.some(([code]) => code === 'US') ? 'US' : offered[0][0]);
  return choose('country', 'country', offered, first);
}

/** The field of the state in a country; nothing where addresses have none. */
export function stateOf(code, before = '') {
  if (known.stateless.includes(code)) return undefined;
  const states = known.states[code];
  const label = code === 'CA' ? 'Province' : 'State';
  const attributes = { autocomplete: 'address-level1', value: before || undefined };
  if (!states) return labelled(label, input('administrativeArea', 'optional', attributes));
  const choices = [['', say('Select')], ...states];
  return labelled(label, choose('administrativeArea', 'address-level1', choices, before, 'required'));
}

export function postalLabel(code, inUnitedStates) {
  return code === 'US' || code === 'PR' ? inUnitedStates : 'Postal code';
}

/** Takes the field of a state away, with its value. */
export function forgetState() {
  fields.delete('administrativeArea');
}

import { hideCredentials } from '../../extensions/spec';

const HIDDEN = '***';

/** Names whose values are secrets, in environments and in configurations. */
const SECRET_NAME = /token|secret|passw|credential|private|api_?key|auth(?!or)|^key$/i;
const KEY = /[a-z0-9]Key$|_key$|_KEY$/;

/** Values that are secrets, whatever they are called: as they begin with the services that people know. */
const SECRET_VALUE = /^(?:(?:sk|rk|whsec|gh[a-z]|github_pat|npm|xox[a-z])[_-]|AKIA|eyJ|-----BEGIN)/;

/** A value for people, or a program's log: without what somebody could use. An empty one is not hidden. */
export function mask(name: string, value: string): string {
  if (value !== '' && (SECRET_NAME.test(name) || KEY.test(name) || SECRET_VALUE.test(value))) return HIDDEN;
  return hideCredentials(value);
}

/** The same for every text in a configuration. */
export function maskAll(value: unknown, name = ''): unknown {
  if (typeof value === 'string') return mask(name, value);
  if (Array.isArray(value)) return value.map((each) => maskAll(each, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, maskAll(each, key)]));
}

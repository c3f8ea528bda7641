import { BacklotError } from '../../api/errors';
import { EXTENSION_NAME } from '../extension-name';

/** What an extension and its class are called in the templates. */
export const PLACEHOLDERS = { name: 'my-extension', className: 'MyExtension' } as const;

/** Longer names make no good host names. */
const LONGEST_NAME = 63;

/** What the templates themselves import or declare, and so no class may be called. */
const TAKEN = [
  'Config',
  'ContainerExtension',
  'Extension',
  'Handlers',
  'Router',
  'TestPlatform',
  'WebAppExtension',
  'WebRouter',
];

/** The name itself. Throws `BACKLOT_E_OPTION_INVALID`, with the nearest name that is allowed, when it is none. */
export function checkName(name: string): string {
  if (EXTENSION_NAME.test(name) && name.length <= LONGEST_NAME) return name;
  const suggestion = slugOf(name);
  const hint = suggestion === '' ? '' : ` (did you mean "${suggestion}"?)`;
  throw new BacklotError('BACKLOT_E_OPTION_INVALID', `"${name}" cannot be the name of an extension${hint}`, {
    remedy: `Use at most ${LONGEST_NAME} lower-case letters, digits and dashes, with a letter or digit at both ends: --name ${suggestion || PLACEHOLDERS.name}`,
  });
}

/** The name that the folder of an extension suggests: `backlot-extension-ledger` holds `ledger`. */
export function nameOfFolder(basename: string): string {
  return basename.replace(/^backlot-extension-(?=.)/, '');
}

/** `web-shop` becomes `WebShop`. */
export function classNameOf(name: string): string {
  const words = name.split('-').filter(Boolean);
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  const isTaken = TAKEN.includes(joined) || joined in globalThis;
  if (/^\d/.test(joined)) return `Extension${joined}`;
  return isTaken ? `${joined}Extension` : joined;
}

/** `My Shop!` becomes `my-shop`. */
function slugOf(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  return words.slice(0, LONGEST_NAME).replace(/^-+|-+$/g, '');
}

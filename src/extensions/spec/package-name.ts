import { invalidSpec } from './invalid-spec';

const PACKAGE_NAME = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;
const LONGEST_NAME = 214;

/** Whether npm would take the name for a package. */
export function isPackageName(name: string): boolean {
  return name.length <= LONGEST_NAME && PACKAGE_NAME.test(name);
}

/** Throws BACKLOT_E_SPEC_INVALID for a name that no extension can have. `hint` follows what is wrong with it. */
export function checkPackageName(name: string, hint = ''): void {
  if (!isPackageName(name)) throw invalidSpec(`"${name}" is not a package name${hint}`);
  // The platform is no extension, and a tree could not hold both it and the link to the one that runs.
  if (name === 'backlot') throw invalidSpec('"backlot" is the platform itself, not an extension');
}

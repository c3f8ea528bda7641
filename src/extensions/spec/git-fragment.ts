import semver from 'semver';
import { didYouMean } from '../nearest';
import { invalidSpec } from './invalid-spec';
import { checkPackageName } from './package-name';

/** What stands behind the `#` of a git spec. */
export interface GitFragment {
  ref?: string;
  semver?: string;
  path?: string;
  name?: string;
}

/** Which part of the fragment each key fills. */
const KEYS = new Map<string, keyof GitFragment>([
  ['semver', 'semver'],
  ['path', 'path'],
  ['subdirectory', 'path'],
  ['egg', 'name'],
  ['branch', 'ref'],
  ['tag', 'ref'],
  ['commit', 'ref'],
]);
const IN_WORDS = { ref: 'a ref', semver: 'a version range', path: 'a folder', name: 'a name' } as const;

/**
 * Parses `main&path:twilio`, `main::path:twilio`, `egg=NAME&subdirectory=stripe` and the like; the order is free.
 * Throws BACKLOT_E_SPEC_INVALID with the part that is wrong.
 */
export function parseGitFragment(fragment: string): GitFragment {
  const found: GitFragment = {};
  for (const part of fragment.split(/&|::/)) {
    const { field, value } = meaningOf(part, fragment);
    if (found[field] !== undefined) {
      throw invalidSpec(`"#${fragment}" names ${IN_WORDS[field]} twice: "${found[field]}" and "${value}"`);
    }
    found[field] = value;
  }
  if (found.ref !== undefined && found.semver !== undefined) {
    throw invalidSpec(`"#${fragment}" names both the ref "${found.ref}" and the range "${found.semver}": keep one`);
  }
  return found;
}

/** The ref itself. Throws BACKLOT_E_SPEC_INVALID when git could not have one of that name. */
export function checkRef(ref: string): string {
  if (ref === '') throw invalidSpec('a ref is empty');
  if (/^[\^~<>=*]/.test(ref) && semver.validRange(ref) !== null) {
    throw invalidSpec(`"${ref}" is a version range, not a ref: write "semver:${ref}"`);
  }
  // The rules of git check-ref-format; "-" would look like an option.
  if (/[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|^[-/.]|\/\.|[/.]$|\.lock(?:\/|$)|^@$/u.test(ref)) {
    throw invalidSpec(`"${ref}" cannot be the name of a branch, a tag or a commit`);
  }
  return ref;
}

function meaningOf(part: string, fragment: string): { field: keyof GitFragment; value: string } {
  if (part === '') throw invalidSpec(`"#${fragment}" has an empty part`);
  const [, key, written] = /^([A-Za-z_-]+)[:=](.*)$/.exec(part) ?? [];
  if (key === undefined || written === undefined) return { field: 'ref', value: checkRef(decode(part)) };
  const field = KEYS.get(key.toLowerCase());
  if (field === undefined) {
    const known = [...KEYS.keys()];
    const hint = didYouMean(key, known) || `; there are ${known.join(', ')}`;
    throw invalidSpec(`"${part}" has an unknown key "${key}"${hint}`);
  }
  const value = decode(written).trim();
  if (value === '') throw invalidSpec(`"${part}" says nothing after "${key}"`);
  return { field, value: valueOf(key.toLowerCase(), field, value) };
}

function valueOf(key: string, field: keyof GitFragment, value: string): string {
  switch (field) {
    case 'semver':
      if (semver.validRange(value) === null) throw invalidSpec(`"${value}" is not a version range`);
      return value;
    case 'path':
      return folderOf(value);
    case 'name':
      checkPackageName(value);
      return value;
    case 'ref':
      checkRef(value);
      if (key === 'commit') {
        if (!/^[0-9a-f]{7,64}$/i.test(value)) throw invalidSpec(`"${value}" is not the hash of a commit`);
        return value.toLowerCase();
      }
      return key === 'tag' ? `refs/tags/${value}` : `refs/heads/${value}`;
  }
}

function folderOf(written: string): string {
  if (/[\p{Cc}\\]/u.test(written)) throw invalidSpec(`the folder "${written}" has a character it may not have`);
  const parts = written.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0) throw invalidSpec(`the folder "${written}" is the repository itself: leave it out`);
  if (parts.includes('..')) throw invalidSpec(`the folder "${written}" leads out of the repository: leave ".." out`);
  return parts.join('/');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw invalidSpec(`"${text}" has a "%" that encodes nothing`, error);
  }
}

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import semver from 'semver';
import { BacklotError } from '../api/errors';

/** What a spec means. Paths are absolute. */
export type PackageSpec =
  | { readonly kind: 'registry'; readonly name: string; /** A semver range or a tag. */ readonly range: string }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'tarball'; readonly path: string };

const PACKAGE_NAME = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;
const LONGEST_NAME = 214;
const TARBALL = /\.(?:tgz|tar\.gz|tar)$/i;
const PATH = /^(?:\.{1,2}(?:\/|$)|\/)/;
const REMOTE = /^(?:git[+@:]|ssh:|https?:|github:|gitlab:|bitbucket:|gist:)/i;

/**
 * Parses a spec: `name`, `name@range`, `name@tag`, `@scope/name…`, `file:` and a path, a path that starts with `./`,
 * `../` or `/`, or the path of a tarball. A relative path resolves against `baseDirectory`; whether it exists is not
 * looked at. Without a range the tag `latest` is meant. Throws BACKLOT_E_SPEC_INVALID.
 */
export function parseSpec(spec: string, baseDirectory: string): PackageSpec {
  const text = spec.trim();
  if (text === '') throw invalid('the spec is empty');
  if (REMOTE.test(text)) throw invalid(`"${text}" is an address on the network, which is not supported`);
  if (text.startsWith('file:')) return localSpec(pathOfFileSpec(text), baseDirectory, text);
  if (PATH.test(text) || TARBALL.test(text)) return localSpec(text, baseDirectory, text);
  return registrySpec(text);
}

/** Whether npm would take the name for a package. */
export function isPackageName(name: string): boolean {
  return name.length <= LONGEST_NAME && PACKAGE_NAME.test(name);
}

function pathOfFileSpec(text: string): string {
  if (!text.startsWith('file://')) return text.slice('file:'.length);
  try {
    return fileURLToPath(text);
  } catch (error) {
    throw invalid(`"${text}" is not the URL of a local file`, error);
  }
}

function localSpec(written: string, baseDirectory: string, text: string): PackageSpec {
  if (written === '') throw invalid(`"${text}" has no path`);
  const absolute = path.resolve(baseDirectory, written);
  return { kind: TARBALL.test(written) ? 'tarball' : 'folder', path: absolute };
}

function registrySpec(text: string): PackageSpec {
  const at = text.indexOf('@', 1);
  const name = at === -1 ? text : text.slice(0, at);
  if (!isPackageName(name)) {
    const hint = name.includes('/') && !name.startsWith('@') ? ` (if it is a folder, write "./${text}")` : '';
    throw invalid(`"${name}" is not a package name${hint}`);
  }
  // The platform is no extension, and a tree could not hold both it and the link to the one that runs.
  if (name === 'backlot') throw invalid('"backlot" is the platform itself, not an extension');
  if (at === -1) return { kind: 'registry', name, range: 'latest' };
  const range = text.slice(at + 1).trim();
  if (range === '') throw invalid(`"${text}" ends where a range or a tag should follow the "@"`);
  if (semver.validRange(range) === null && encodeURIComponent(range) !== range) {
    throw invalid(`"${range}" in "${text}" is neither a version range nor a tag`);
  }
  return { kind: 'registry', name, range };
}

function invalid(message: string, cause?: unknown): BacklotError {
  return new BacklotError('BACKLOT_E_SPEC_INVALID', message, cause === undefined ? {} : { cause });
}

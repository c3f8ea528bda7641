import path from 'node:path';
import { fileURLToPath } from 'node:url';
import semver from 'semver';
import { BacklotError } from '../api/errors';
import { displayUrl, isGitSpec, parseGitSpec, type GitSpec } from './git-spec';

/** What a spec means. Paths are absolute. */
export type PackageSpec =
  | {
      readonly kind: 'registry';
      readonly name: string;
      /** A semver range or a tag. */
      readonly range: string;
    }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'tarball'; readonly path: string }
  | {
      /** A tarball that is fetched by HTTP. */
      readonly kind: 'url';
      readonly url: string;
    }
  | GitSpec;

const PACKAGE_NAME = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;
const LONGEST_NAME = 214;
const TARBALL = /\.(?:tgz|tar\.gz|tar)$/i;
const PATH = /^(?:\.{1,2}(?:\/|$)|\/)/;
const URL_OF_TARBALL = /^https?:\/\//i;

/**
 * Parses a spec: `name`, `name@range`, `name@tag`, `@scope/name…`, an alias `other@npm:name@range`; `file:` and a path, a
 * path that starts with `./`, `../` or `/`, or the path of a tarball; the URL of a tarball; the address of a git
 * repository (see {@link parseGitSpec}). A relative path resolves against `baseDirectory`; whether anything exists is not
 * looked at. Without a range the tag `latest` is meant. Throws BACKLOT_E_SPEC_INVALID.
 */
export function parseSpec(spec: string, baseDirectory: string): PackageSpec {
  const text = spec.trim();
  if (text === '') throw invalid('the spec is empty');
  if (isGitSpec(text)) return parseGitSpec(text, baseDirectory);
  if (URL_OF_TARBALL.test(text)) return urlSpec(text);
  if (text.startsWith('file:')) return localSpec(pathOfFileSpec(text), baseDirectory, text);
  if (PATH.test(text) || (TARBALL.test(text) && !text.includes('@npm:'))) return localSpec(text, baseDirectory, text);
  return registrySpec(withoutAlias(text));
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

function urlSpec(text: string): PackageSpec {
  let url: URL;
  try {
    url = new URL(text);
  } catch (error) {
    throw invalid(`"${displayUrl(text)}" is not a URL`, error);
  }
  if (TARBALL.test(url.pathname)) return { kind: 'url', url: text };
  throw invalid(`"${displayUrl(text)}" is neither a tarball (.tgz) nor a git repository (write git+https://… for one)`);
}

/** `hello@npm:@acme/hello@^1` means the package behind `npm:`; the name before it is only what a list calls it. */
function withoutAlias(text: string): string {
  const alias = /^(?:(.+)@)?npm:(.+)$/.exec(text);
  if (!alias) return text;
  const [, name, target = ''] = alias;
  if (name !== undefined && !isPackageName(name)) throw invalid(`"${name}" in "${text}" is not a package name`);
  return target;
}

function registrySpec(text: string): PackageSpec {
  const at = text.indexOf('@', 1);
  const name = at === -1 ? text : text.slice(0, at);
  if (!isPackageName(name)) {
    const isPath = name.includes('/') && !name.startsWith('@');
    const hint = isPath ? ` (write "./${text}" for a folder, "github:${text}" for a repository there)` : '';
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

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import semver from 'semver';
import { didYouMean } from '../nearest';
import { displaySpec } from './display-spec';
import { isGitSpec, parseGitSpec } from './git-spec';
import { invalidSpec } from './invalid-spec';
import { checkPackageName, isPackageName } from './package-name';
import type { GitSpec, PackageSpec, RegistrySpec, UrlSpec } from './package-spec';

const TARBALL = /\.(?:tgz|tar\.gz|tar)$/i;
const REMOTE_TARBALL = /\.(?:tgz|tar\.gz)$/i;
const PATH = /^(?:\.{1,2}(?:\/|$)|\/)/;
const HTTP = /^https?:/i;
const PROTOCOL = /^([a-z][a-z0-9+.-]*):/i;
const PROTOCOLS = ['npm', 'file', 'https', 'http', 'git+https', 'git+http', 'git+ssh', 'git+file', 'git', 'ssh'].concat(
  'github',
  'gitlab',
  'bitbucket',
);

/**
 * Parses a spec: a name with an optional range, tag or alias for the registry; a folder or a tarball; the address of a
 * tarball; a git repository with an optional ref, range and folder. docs/reference/specs.md has every form.
 *
 * A relative path resolves against `baseDirectory`; whether what is meant exists is not looked at. Without a range the
 * tag `latest` is meant. Throws BACKLOT_E_SPEC_INVALID, whose message shows no credentials.
 */
export function parseSpec(spec: string, baseDirectory: string): PackageSpec {
  const text = spec.trim();
  if (text === '') throw invalidSpec('the spec is empty');
  if (isGitSpec(text)) return parseGitSpec(text, baseDirectory);
  if (HTTP.test(text)) return urlSpec(text);
  if (text.startsWith('npm:')) return registrySpec(text.slice('npm:'.length), text);
  if (text.startsWith('file:')) return localSpec(pathOfFileSpec(text), baseDirectory, text);
  if (PATH.test(text)) return localSpec(text, baseDirectory, text);
  const named = splitName(text);
  if (named) return namedSpec(named.name, named.rest, baseDirectory, text);
  const protocol = PROTOCOL.exec(text)?.[1];
  if (protocol !== undefined) throw unknownProtocol(protocol, text);
  if (TARBALL.test(text)) return localSpec(text, baseDirectory, text);
  return registrySpec(text, text);
}

/** `name@` in front of what has a protocol of its own. */
function splitName(text: string): { name: string; rest: string } | undefined {
  const at = text.indexOf('@', 1);
  const name = text.slice(0, at);
  const rest = text.slice(at + 1);
  return at !== -1 && isPackageName(name) && (PROTOCOL.test(rest) || isGitSpec(rest)) ? { name, rest } : undefined;
}

function namedSpec(name: string, rest: string, baseDirectory: string, text: string): PackageSpec {
  checkPackageName(name);
  if (rest.startsWith('npm:')) return { ...registrySpec(rest.slice('npm:'.length), text), alias: name };
  if (rest.startsWith('file:')) {
    throw invalidSpec(`"${text}" gives a name to a path: write "${rest}", the name is in its package.json`);
  }
  if (isGitSpec(rest)) return withName(name, parseGitSpec(rest, baseDirectory));
  if (HTTP.test(rest)) return withName(name, urlSpec(rest));
  throw unknownProtocol(PROTOCOL.exec(rest)?.[1] ?? '', text);
}

function withName<T extends GitSpec | UrlSpec>(name: string, spec: T): T {
  if (spec.name === undefined || spec.name === name) return { ...spec, name };
  throw invalidSpec(`the spec names the package twice: "${name}" before the "@" and "${spec.name}" as egg`);
}

function urlSpec(text: string): UrlSpec {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    // Without the cause, which holds the address as it was written.
    throw invalidSpec(`"${displaySpec(text)}" is not a URL`);
  }
  if (!REMOTE_TARBALL.test(url.pathname)) {
    const git = `git+${displaySpec(text)}`;
    throw invalidSpec(
      `"${displaySpec(text)}" ends neither in .tgz or .tar.gz nor in .git (for a git repository, write "${git}")`,
    );
  }
  if (url.hash !== '') throw invalidSpec(`"${displaySpec(text)}" is a tarball: nothing may follow with a "#"`);
  return { kind: 'url', url: url.href };
}

function pathOfFileSpec(text: string): string {
  if (!text.startsWith('file://')) return text.slice('file:'.length);
  try {
    return fileURLToPath(text);
  } catch (error) {
    throw invalidSpec(`"${text}" is not the URL of a local file`, error);
  }
}

function localSpec(written: string, baseDirectory: string, text: string): PackageSpec {
  if (written === '') throw invalidSpec(`"${text}" has no path`);
  const absolute = path.resolve(baseDirectory, written);
  return { kind: TARBALL.test(written) ? 'tarball' : 'folder', path: absolute };
}

function registrySpec(text: string, whole: string): RegistrySpec {
  const at = text.indexOf('@', 1);
  const name = at === -1 ? text : text.slice(0, at);
  if (name === '') throw invalidSpec(`"${whole}" names no package`);
  checkPackageName(name, hintForName(text, name));
  if (at === -1) return { kind: 'registry', name, range: 'latest' };
  const range = text.slice(at + 1).trim();
  if (range === '') throw invalidSpec(`"${whole}" ends where a range or a tag should follow the "@"`);
  if (semver.validRange(range) === null && encodeURIComponent(range) !== range) {
    throw invalidSpec(`"${range}" in "${whole}" is neither a version range nor a tag`);
  }
  return { kind: 'registry', name, range };
}

/** `owner/repo` is GitHub's for npm, and a folder for everybody else: nothing is guessed. */
function hintForName(text: string, name: string): string {
  if (!name.includes('/') || name.startsWith('@')) return '';
  const isRepository = /^[\w.-]+\/[\w.-]+(?:#.*)?$/.test(text);
  const [owner] = text.split('#');
  return isRepository
    ? ` (if it is a repository on GitHub, write "github:${text}"; if it is a folder, write "./${owner}")`
    : ` (if it is a folder, write "./${text}")`;
}

function unknownProtocol(protocol: string, text: string): Error {
  const hint = didYouMean(protocol, PROTOCOLS) || `; there are ${PROTOCOLS.map((name) => `${name}:`).join(' ')}`;
  return invalidSpec(`"${protocol}:" in "${displaySpec(text)}" is not supported${hint}`);
}
